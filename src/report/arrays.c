#include "config.h"
#include "report/arrays.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/npy.h"
#include "io/safetensors.h"
#include "io/safetensors_writer.h"
#include "pipeline/stage_answer.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "report/matrix_rows.h"

void arrays_activations(const struct analysis *a, struct csv_writer *w)
{
    npy_write(w->file, &extract_of(a)->X);
}

static const char *group_of(const struct analysis *a, size_t sentence)
{
    return load_of(a)->group_names[load_of(a)->sentences[sentence].group];
}

bool arrays_has_groups(const struct analysis *a)
{
    for (size_t g = 0; g < load_of(a)->n_groups; g++)
        if (strpbrk(load_of(a)->group_names[g], "\r\n") != NULL)
            return false;
    return true;
}

void arrays_groups(const struct analysis *a, struct csv_writer *w)
{
    for (size_t i = 0; i < load_of(a)->n_sentences; i++) {
        outfile_puts(w->file, group_of(a, i));
        outfile_puts(w->file, "\n");
    }
}

/* ---- safetensors ---- */

/* Whether the block is HOOK:0 .. HOOK:n - 1, and no other block has that hook. */
static bool is_whole_hook(const struct extract_result *e, size_t b)
{
    const struct neuron_block *const block = &e->blocks[b];

    for (size_t k = 0; block->index != NULL && k < block->n; k++)
        if (block->index[k] != k)
            return false;
    for (size_t other = 0; other < b; other++)
        if (strcmp(e->blocks[other].hook, block->hook) == 0)
            return false;
    return strcmp(block->hook, SAFETENSORS_METADATA) != 0;
}

enum ct_status arrays_check_hooks(const struct analysis *a, struct ct_error *err)
{
    for (size_t b = 0; b < extract_of(a)->n_blocks; b++)
        if (!is_whole_hook(extract_of(a), b))
            return ct_fail(err, CT_EINVAL,
                           "safetensors: the columns of %.80s are not 0, 1, 2, ..., next to "
                           "each other; use --format npy",
                           extract_of(a)->blocks[b].hook);
    return CT_OK;
}

/* JSON list of the group, or token, of each sentence; NULL: out of memory. */
static char *list_sentences(const struct analysis *a, bool groups)
{
    json_t *const list = json_array();
    int failed = 0;

    for (size_t i = 0; i < load_of(a)->n_sentences; i++)
        failed |=
            json_array_append_new(list, groups ? json_string(group_of(a, i))
                                               : json_integer(
                                                     (json_int_t)load_of(a)->sentences[i].target));
    char *const text = failed == 0 ? json_dumps(list, JSON_COMPACT) : NULL;
    json_decref(list);
    return text;
}

static void put_block(const struct matview *X, const struct neuron_block *block,
                      struct outfile *file)
{
    const size_t item = dtype_size(X->dtype);

    for (size_t i = 0; i < X->rows && !outfile_failed(file); i++)
        outfile_write(file, (const char *)X->data + (i * X->stride + block->first) * item,
                      block->n * item);
}

void arrays_safetensors(const struct analysis *a, struct csv_writer *w)
{
    const struct extract_result *const e = extract_of(a);
    struct safetensors_matrix *const entries = ct_malloc_array(e->n_blocks, sizeof *entries);
    char *const groups = list_sentences(a, true);
    char *const tokens = list_sentences(a, false);

    if (entries != NULL && groups != NULL && tokens != NULL) {
        const struct safetensors_note notes[] = { { "group", groups }, { "token", tokens } };
        for (size_t b = 0; b < e->n_blocks; b++)
            entries[b] = (struct safetensors_matrix){ e->blocks[b].hook, e->X.dtype, e->X.rows,
                                                      e->blocks[b].n, false };
        safetensors_write_head(w->file, entries, e->n_blocks, notes, 2);
        for (size_t b = 0; b < e->n_blocks; b++)
            put_block(&e->X, &e->blocks[b], w->file);
    } else {
        outfile_fail(w->file, ENOMEM);
    }
    free(entries);
    free(groups);
    free(tokens);
}

/* ---- embedding and matrices ---- */

void arrays_tsne(const struct analysis *a, struct csv_writer *w)
{
    const struct mat *const points = &tsne_of(a)->result.embedding;

    npy_write_header(w->file, DTYPE_F32, points->rows, 2);
    for (size_t i = 0; i < 2 * points->rows; i++) {
        const float x = (float)points->data[i];
        outfile_write(w->file, &x, sizeof x);
    }
}

static void put_matrix_row(const struct analysis *a, size_t i, const double *values,
                           struct csv_writer *w)
{
    (void)i;
    outfile_write(w->file, values, ttest_of(a)->n_significant * sizeof *values);
}

static void put_matrix(const struct analysis *a, bool is_cosine, struct csv_writer *w)
{
    npy_write_header(w->file, DTYPE_F64, ttest_of(a)->n_significant, ttest_of(a)->n_significant);
    matrix_rows_write(a, is_cosine, w, put_matrix_row);
}

void arrays_gram(const struct analysis *a, struct csv_writer *w)
{
    put_matrix(a, false, w);
}

void arrays_cosine(const struct analysis *a, struct csv_writer *w)
{
    put_matrix(a, true, w);
}

void arrays_consensus(const struct analysis *a, struct csv_writer *w)
{
    const struct answer_result *const r = answer_of(a);
    const size_t n = r->recovery.n_groups > 0 ? r->n_selected : 0;

    npy_write_header(w->file, DTYPE_F32, n, n);
    for (size_t k = 0; k < n; k++)
        for (size_t l = 0; l < n; l++)
            outfile_write(w->file, &r->recovery.consensus[r->order[k] * n + r->order[l]],
                          sizeof *r->recovery.consensus);
}
