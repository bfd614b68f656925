#include "config.h"
#include "model/tokens/added_tokens.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void added_tokens_clear(struct added_tokens *added)
{
    for (size_t i = 0; i < added->n; i++)
        free(added->items[i].content);
    free(added->items);
    *added = (struct added_tokens){ 0 };
}

enum ct_status added_tokens_add(struct added_tokens *added, uint32_t id, const char *content,
                                size_t size, bool normalized, struct ct_error *err)
{
    if (added->n == ADDED_TOKENS_MAX)
        return ct_fail(err, CT_EFORMAT, "more than %d added tokens", ADDED_TOKENS_MAX);
    if (added->n == added->room) {
        const size_t room = added->room > 0 ? 2 * added->room : 4;
        struct added_token *const items = ct_realloc_array(added->items, room, sizeof *items);
        if (items == NULL)
            return ct_fail_nomem(err, "added tokens", room * sizeof *items);
        added->items = items;
        added->room = room;
    }
    char *const copy = ct_strndup(content, size);

    if (copy == NULL)
        return ct_fail_nomem(err, "added tokens", size);
    added->items[added->n++] = (struct added_token){ copy, size, id, normalized };
    added->begins[normalized][(unsigned char)content[0]] = true;
    return CT_OK;
}

static int longer_first(const void *a, const void *b)
{
    const struct added_token *const x = a;
    const struct added_token *const y = b;

    return (x->size < y->size) - (x->size > y->size);
}

void added_tokens_sort(struct added_tokens *added)
{
    if (added->n > 1)
        qsort(added->items, added->n, sizeof *added->items, longer_first);
}

static const struct added_token *match(const struct added_tokens *added, bool normalized,
                                       const char *text, size_t size)
{
    for (size_t i = 0; i < added->n; i++) {
        const struct added_token *const token = &added->items[i];
        if (token->normalized == normalized && token->size <= size &&
            memcmp(token->content, text, token->size) == 0)
            return token;
    }
    return NULL;
}

const struct added_token *added_tokens_find(const struct added_tokens *added, bool normalized,
                                            const char *text, size_t size, size_t at, size_t *where)
{
    for (; at < size; at++) {
        if (!added->begins[normalized][(unsigned char)text[at]])
            continue;
        const struct added_token *const token = match(added, normalized, text + at, size - at);
        if (token != NULL) {
            *where = at;
            return token;
        }
    }
    return NULL;
}
