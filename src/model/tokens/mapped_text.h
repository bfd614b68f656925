/*
 * Text that normalizers and pre-tokenizers change, and where each of its bytes comes from, so that
 * tokens can be given as bytes of the original text.
 */
#ifndef CT_MODEL_TOKENS_MAPPED_TEXT_H
#define CT_MODEL_TOKENS_MAPPED_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Part of a text, borrowed. */
struct text_view {
    const char *bytes; /* [size] UTF-8 */
    size_t size;
    const uint32_t *origin; /* [size + 1], ascending: the byte of the original text that the gap
                               before each byte, and the end, stands for; NULL: base + i */
    size_t base;
};

static inline size_t text_view_origin(const struct text_view *view, size_t at)
{
    return view->origin != NULL ? view->origin[at] : view->base + at;
}

struct text_view text_view_part(const struct text_view *view, size_t begin, size_t end);

struct mapped_text { /* zero-initialise; owns its arrays until mapped_text_clear() */
    char *bytes;     /* [size] of room */
    uint32_t *origin;
    size_t size;
    size_t room;
};

void mapped_text_clear(struct mapped_text *text);

/* Appends the view. CT_ENOMEM, CT_EINVAL (too long). */
enum ct_status mapped_text_copy(struct mapped_text *text, const struct text_view *view,
                                struct ct_error *err);

/* Appends content [size], which stands for bytes begin .. end of the original text; begin == end:
 * it is new. CT_ENOMEM, CT_EINVAL (too long). */
enum ct_status mapped_text_put(struct mapped_text *text, const char *content, size_t size,
                               size_t begin, size_t end, struct ct_error *err);

/* The whole text, borrowed until it is changed; `end` is the byte of the original where it ends.
 * CT_ENOMEM. */
enum ct_status mapped_text_view(struct mapped_text *text, size_t end, struct text_view *view,
                                struct ct_error *err);

#endif
