#include "config.h"
#include "report/written.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"

static char *join(const char *layer, const char *file)
{
    return layer != NULL ? path_join(layer, file) : ct_strndup(file, strlen(file));
}

enum ct_status written_add(struct written *w, const char *layer, const char *file,
                           const struct input_digest *digest, struct ct_error *err)
{
    if (w->n == w->room) {
        const size_t room = 2 * w->room + 16;
        struct written_file *const files = ct_realloc_array(w->files, room, sizeof *files);
        if (files == NULL)
            return ct_fail_nomem(err, file, 0);
        w->files = files;
        w->room = room;
    }
    char *const name = join(layer, file);
    if (name == NULL)
        return ct_fail_nomem(err, file, 0);
    w->files[w->n].name = name;
    w->files[w->n++].digest = *digest;
    return CT_OK;
}

static bool is_named(const char *name, const char *layer, const char *file)
{
    const size_t size = layer != NULL ? strlen(layer) : 0;

    if (layer != NULL && (strncmp(name, layer, size) != 0 || name[size] != '/'))
        return false;
    return strcmp(name + (layer != NULL ? size + 1 : 0), file) == 0;
}

const struct written_file *written_find(const struct written *w, const char *layer,
                                        const char *file)
{
    for (size_t i = 0; i < w->n; i++)
        if (is_named(w->files[i].name, layer, file))
            return &w->files[i];
    return NULL;
}

void written_clear(struct written *w)
{
    for (size_t i = 0; i < w->n; i++)
        free(w->files[i].name);
    free(w->files);
    *w = (struct written){ 0 };
}
