#include "config.h"
#include "report/written.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/keyed_hash.h"
#include "base/mem.h"
#include "base/path.h"

static char *join(const char *layer, const char *file)
{
    return layer != NULL ? path_join(layer, file) : ct_strndup(file, strlen(file));
}

/* The slot of the name, or the empty slot for it. A slot is an index plus 1; half are empty. */
static uint32_t *find_slot(const struct written *w, const char *name)
{
    size_t at = (size_t)keyed_hash(name, strlen(name)) & (w->n_slots - 1);

    while (w->slots[at] != 0 && strcmp(w->files[w->slots[at] - 1].name, name) != 0)
        at = (at + 1) & (w->n_slots - 1);
    return &w->slots[at];
}

static bool make_slots(struct written *w)
{
    const size_t n_slots = w->n_slots > 0 ? 2 * w->n_slots : 32;

    if (2 * (w->n + 1) <= w->n_slots)
        return true;
    uint32_t *const slots = ct_calloc_array(n_slots, sizeof *slots);
    if (slots == NULL)
        return false;
    free(w->slots);
    w->slots = slots;
    w->n_slots = n_slots;
    for (size_t i = 0; i < w->n; i++)
        *find_slot(w, w->files[i].name) = (uint32_t)i + 1;
    return true;
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
    char *const name = make_slots(w) ? join(layer, file) : NULL;
    if (name == NULL)
        return ct_fail_nomem(err, file, 0);
    uint32_t *const slot = find_slot(w, name);
    w->files[w->n].name = name;
    w->files[w->n++].digest = *digest;
    if (*slot == 0) /* the first of that name is found */
        *slot = (uint32_t)w->n;
    return CT_OK;
}

const struct written_file *written_find(const struct written *w, const char *layer,
                                        const char *file)
{
    char name[PATH_MAX];

    if (w->n == 0 ||
        !path_put(name, "%s%s%s", layer != NULL ? layer : "", layer != NULL ? "/" : "", file))
        return NULL;
    const uint32_t found = *find_slot(w, name);
    return found > 0 ? &w->files[found - 1] : NULL;
}

void written_clear(struct written *w)
{
    for (size_t i = 0; i < w->n; i++)
        free(w->files[i].name);
    free(w->files);
    free(w->slots);
    *w = (struct written){ 0 };
}
