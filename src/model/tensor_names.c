#include "config.h"
#include "model/tensor_names.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Modules that wrap others wherever they are in a model. */
static const char *const wrappers[] = { "_orig_mod.", "_fsdp_wrapped_module.",
                                        "_checkpoint_wrapped_module." };

/* The length of the wrapper's name at the beginning of text, or 0. */
static size_t wrapper_size(const char *text)
{
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++)
        if (strncmp(text, wrappers[i], strlen(wrappers[i])) == 0)
            return strlen(wrappers[i]);
    return 0;
}

static char *plain_name(const char *name)
{
    char *const plain = strdup(name);
    size_t used = 0;

    for (size_t at = 0; plain != NULL && name[at] != '\0';) {
        const size_t wrapper = at == 0 || name[at - 1] == '.' ? wrapper_size(name + at) : 0;
        if (wrapper == 0)
            plain[used++] = name[at++];
        at += wrapper;
    }
    if (plain != NULL)
        plain[used] = '\0';
    return plain;
}

static int by_plain(const void *a, const void *b)
{
    return strcmp(((const struct tensor_name *)a)->plain, ((const struct tensor_name *)b)->plain);
}

static enum ct_status read_names(const struct checkpoint *checkpoint, const char *dir,
                                 struct tensor_names *out, struct ct_error *err)
{
    const size_t n = checkpoint_count(checkpoint);

    out->items = ct_calloc_array(n, sizeof *out->items);
    if (out->items == NULL)
        return ct_fail_nomem(err, dir, n * sizeof *out->items);
    for (; out->n < n; out->n++) {
        const char *const name = checkpoint_name(checkpoint, out->n);
        struct tensor_name *const item = &out->items[out->n];
        *item = (struct tensor_name){ plain_name(name), name };
        if (item->plain == NULL)
            return ct_fail_nomem(err, dir, strlen(name));
    }
    qsort(out->items, n, sizeof *out->items, by_plain);
    for (size_t i = 1; i < n; i++)
        if (strcmp(out->items[i - 1].plain, out->items[i].plain) == 0)
            return ct_fail(err, CT_EFORMAT, "%s: there are both %s and %s", dir,
                           out->items[i - 1].name, out->items[i].name);
    return CT_OK;
}

/* Adapters beside the weights that they change would be ignored, and the results be those of the
 * base model. */
static enum ct_status check_adapters(const struct tensor_names *names, const char *dir,
                                     struct ct_error *err)
{
    static const char *const parts[] = { ".lora_A", ".lora_B", ".lora_embedding_A",
                                         ".lora_embedding_B", ".lora_magnitude_vector" };

    for (size_t i = 0; i < names->n; i++)
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            if (strstr(names->items[i].name, parts[k]) != NULL)
                return ct_fail(err, CT_ENOTSUP,
                               "%s: %s: LoRA weights are not merged into the model; save "
                               "model.merge_and_unload() instead",
                               dir, names->items[i].name);
    return CT_OK;
}

const char *tensor_names_find(const struct tensor_names *names, const char *prefix,
                              const char *name)
{
    char whole[256];

    if ((size_t)snprintf(whole, sizeof whole, "%s%s", prefix, name) >= sizeof whole)
        return NULL;
    const struct tensor_name key = { .plain = whole };
    const struct tensor_name *const found =
        names->n > 0 ? bsearch(&key, names->items, names->n, sizeof key, by_plain) : NULL;
    return found != NULL ? found->name : NULL;
}

/* ---- the prefix ---- */

/* The length of the prefix if name is PREFIX.embedding, or 0. */
static size_t prefix_size(const char *name, const char *embedding)
{
    const size_t size = strlen(name);
    const size_t end = strlen(embedding);

    return size > end && name[size - end - 1] == '.' && strcmp(name + size - end, embedding) == 0
               ? size - end
               : 0;
}

static bool has_known(const struct tensor_names *names, const char *embedding,
                      const char *const *known)
{
    bool found = tensor_names_find(names, "", embedding) != NULL;

    for (; *known != NULL; known++)
        found = found || tensor_names_find(names, *known, embedding) != NULL;
    return found;
}

/* Appends to a list in out, as long as there is room. */
static void append(char *out, size_t size, const char *name)
{
    const size_t used = strlen(out);

    if (used + strlen(name) + 3 <= size)
        snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", name);
}

static enum ct_status fail_absent(const struct tensor_names *names, const char *dir,
                                  const char *embedding, struct ct_error *err)
{
    enum { SHOWN = 4 };
    char there[200] = "";

    for (size_t i = 0; i < SHOWN && i < names->n; i++) /* spread over all of them */
        append(there, sizeof there,
               names->items[names->n <= SHOWN ? i : i * (names->n - 1) / (SHOWN - 1)].name);
    return ct_fail(err, CT_EFORMAT,
                   "%s: %s: missing from the weights, with or without a prefix; the %zu tensors "
                   "are of another kind of model: %s",
                   dir, embedding, names->n, names->n > 0 ? there : "none");
}

static enum ct_status fail_several(const struct tensor_names *names, const char *dir,
                                   const char *embedding, struct ct_error *err)
{
    char there[200] = "";

    for (size_t i = 0; i < names->n; i++)
        if (prefix_size(names->items[i].plain, embedding) > 0)
            append(there, sizeof there, names->items[i].name);
    return ct_fail(err, CT_EFORMAT, "%s: the weights are of several models: %s; save only one", dir,
                   there);
}

static enum ct_status find_prefix(struct tensor_names *names, const char *dir,
                                  const char *embedding, const char *const *known,
                                  struct ct_error *err)
{
    const char *found = NULL;

    if (has_known(names, embedding, known))
        return CT_OK;
    for (size_t i = 0; i < names->n; i++) {
        const char *const plain = names->items[i].plain;
        if (prefix_size(plain, embedding) == 0)
            continue;
        if (found != NULL)
            return fail_several(names, dir, embedding, err);
        found = plain;
    }
    if (found == NULL)
        return fail_absent(names, dir, embedding, err);
    names->prefix = ct_strndup(found, prefix_size(found, embedding));
    return names->prefix != NULL ? CT_OK : ct_fail_nomem(err, dir, 0);
}

enum ct_status tensor_names_read(const struct checkpoint *checkpoint, const char *dir,
                                 const char *embedding, const char *const *known,
                                 struct tensor_names *out, struct ct_error *err)
{
    struct tensor_names names = { 0 };
    enum ct_status st = read_names(checkpoint, dir, &names, err);

    if (st == CT_OK)
        st = check_adapters(&names, dir, err);
    if (st == CT_OK)
        st = find_prefix(&names, dir, embedding, known, err);
    if (st == CT_OK)
        *out = names;
    else
        tensor_names_clear(&names);
    return st;
}

void tensor_names_clear(struct tensor_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->items[i].plain);
    free(names->items);
    free(names->prefix);
    *names = (struct tensor_names){ 0 };
}
