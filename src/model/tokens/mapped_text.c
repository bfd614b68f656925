#include "config.h"
#include "model/tokens/mapped_text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct text_view text_view_part(const struct text_view *view, size_t begin, size_t end)
{
    return (struct text_view){ .bytes = view->bytes + begin,
                               .size = end - begin,
                               .origin = view->origin != NULL ? view->origin + begin : NULL,
                               .base = view->base + begin };
}

void mapped_text_clear(struct mapped_text *text)
{
    free(text->bytes);
    free(text->origin);
    *text = (struct mapped_text){ 0 };
}

/* Makes room for n_more bytes, and for the origin of the end. */
static enum ct_status reserve(struct mapped_text *text, size_t n_more, struct ct_error *err)
{
    if (n_more > INT32_MAX - text->size)
        return ct_fail(err, CT_EINVAL, "text: too long once it is normalized; split it");
    const size_t need = text->size + n_more + 1;

    if (need <= text->room)
        return CT_OK;
    const size_t room = need + need / 2;
    char *const bytes = ct_realloc_array(text->bytes, room, 1);
    text->bytes = bytes != NULL ? bytes : text->bytes;
    uint32_t *const origin =
        bytes != NULL ? ct_realloc_array(text->origin, room, sizeof *origin) : NULL;
    if (origin == NULL)
        return ct_fail_nomem(err, "text", room * (1 + sizeof *origin));
    text->origin = origin;
    text->room = room;
    return CT_OK;
}

enum ct_status mapped_text_copy(struct mapped_text *text, const struct text_view *view,
                                struct ct_error *err)
{
    const enum ct_status st = reserve(text, view->size, err);

    if (st != CT_OK || view->size == 0)
        return st;
    memcpy(text->bytes + text->size, view->bytes, view->size);
    for (size_t i = 0; i < view->size; i++)
        text->origin[text->size + i] = (uint32_t)text_view_origin(view, i);
    text->size += view->size;
    return CT_OK;
}

enum ct_status mapped_text_put(struct mapped_text *text, const char *content, size_t size,
                               size_t begin, size_t end, struct ct_error *err)
{
    const enum ct_status st = reserve(text, size, err);

    if (st != CT_OK || size == 0)
        return st;
    memcpy(text->bytes + text->size, content, size);
    /* Tokens may split the content: it covers the original from its first byte on. */
    for (size_t i = 0; i < size; i++)
        text->origin[text->size + i] = (uint32_t)size_min(begin + i, end);
    text->size += size;
    return CT_OK;
}

enum ct_status mapped_text_view(struct mapped_text *text, size_t end, struct text_view *view,
                                struct ct_error *err)
{
    const enum ct_status st = reserve(text, 0, err);

    if (st != CT_OK)
        return st;
    text->origin[text->size] = (uint32_t)end;
    *view = (struct text_view){ .bytes = text->bytes, .size = text->size, .origin = text->origin };
    return CT_OK;
}
