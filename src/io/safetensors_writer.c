#include "config.h"
#include "io/safetensors_writer.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/safetensors.h"

static json_t *describe(const struct safetensors_matrix *e, size_t begin, size_t *end)
{
    const size_t item = e->is_whole ? sizeof(int64_t) : dtype_size(e->dtype);
    const char *const dtype = e->is_whole ? "I64" : e->dtype == DTYPE_F32 ? "F32" : "F64";

    *end = begin + e->rows * e->cols * item;
    return json_pack("{s:s, s:[I, I], s:[I, I]}", "dtype", dtype, "shape", (json_int_t)e->rows,
                     (json_int_t)e->cols, "data_offsets", (json_int_t)begin, (json_int_t)*end);
}

static json_t *head_json(const struct safetensors_matrix *matrices, size_t n,
                         const struct safetensors_note *notes, size_t n_notes)
{
    json_t *const root = json_object();
    json_t *const metadata = json_object();
    size_t at = 0;
    int failed = 0;

    for (size_t i = 0; i < n_notes; i++)
        failed |= json_object_set_new(metadata, notes[i].key, json_string(notes[i].text));
    failed |= json_object_set_new(root, SAFETENSORS_METADATA, metadata);
    for (size_t i = 0; i < n; i++)
        failed |= json_object_set_new(root, matrices[i].name, describe(&matrices[i], at, &at));
    if (failed == 0)
        return root;
    json_decref(root);
    return NULL;
}

void safetensors_write_head(struct outfile *file, const struct safetensors_matrix *matrices,
                            size_t n, const struct safetensors_note *notes, size_t n_notes)
{
    enum { ALIGN = 8 };
    static const char blanks[ALIGN] = "       ";
    json_t *const root = head_json(matrices, n, notes, n_notes);
    char *const text = json_dumps(root, JSON_COMPACT);
    unsigned char length[SAFETENSORS_PREFIX];

    if (text != NULL) {
        const size_t size = strlen(text);
        const size_t padding = (ALIGN - size % ALIGN) % ALIGN;
        for (size_t i = 0; i < sizeof length; i++)
            length[i] = (unsigned char)((uint64_t)(size + padding) >> 8 * i);
        outfile_write(file, length, sizeof length);
        outfile_write(file, text, size);
        outfile_write(file, blanks, padding);
    } else {
        outfile_fail(file, ENOMEM);
    }
    free(text);
    json_decref(root);
}
