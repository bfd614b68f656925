#include "config.h"
#include "model/tokens/normalize.h"

#include <stdlib.h>

#include "model/tokens/nfc.h"

void normalizer_clear(struct normalizer *normalizer)
{
    free(normalizer->content);
    file_pattern_free(normalizer->pattern);
    *normalizer = (struct normalizer){ 0 };
}

static bool is_ascii(const struct text_view *in)
{
    unsigned char all = 0;

    for (size_t i = 0; i < in->size; i++)
        all |= (unsigned char)in->bytes[i];
    return all < 0x80;
}

static enum ct_status prepend(const struct normalizer *step, const struct text_view *in,
                              struct mapped_text *out, struct ct_error *err)
{
    const size_t begin = text_view_origin(in, 0);
    const enum ct_status st = mapped_text_put(out, step->content, step->size, begin, begin, err);

    return st == CT_OK ? mapped_text_copy(out, in, err) : st;
}

static enum ct_status replace(const struct normalizer *step, const struct text_view *in,
                              struct mapped_text *out, struct ct_error *err)
{
    struct file_search search = { 0 };
    struct file_match match = { 0 };
    bool is_there = true;
    size_t at = 0;
    enum ct_status st = file_search_init(&search, step->pattern, in->bytes, in->size, err);

    while (st == CT_OK && is_there) {
        st = file_search_next(&search, &match, &is_there, err);
        if (st != CT_OK)
            break;
        const struct text_view between = text_view_part(in, at, is_there ? match.begin : in->size);
        st = mapped_text_copy(out, &between, err);
        if (st == CT_OK && is_there)
            st = mapped_text_put(out, step->content, step->size, text_view_origin(in, match.begin),
                                 text_view_origin(in, match.end), err);
        at = match.end;
    }
    file_search_clear(&search);
    return st;
}

static enum ct_status apply(const struct normalizer *step, const struct text_view *in,
                            struct mapped_text *out, struct ct_error *err)
{
    switch (step->kind) {
    case NORMALIZER_NFC:
        return nfc_append(in, out, err);
    case NORMALIZER_PREPEND:
        return prepend(step, in, out, err);
    case NORMALIZER_REPLACE:
        break;
    }
    return replace(step, in, out, err);
}

static bool changes_nothing(const struct normalizer *step, bool inside, const struct text_view *in)
{
    if (step->kind == NORMALIZER_PREPEND)
        return inside || in->size == 0;
    return step->kind == NORMALIZER_NFC && is_ascii(in);
}

enum ct_status normalize(const struct normalizer *steps, size_t n, bool inside,
                         const struct text_view *in, struct mapped_text texts[2],
                         struct text_view *out, struct ct_error *err)
{
    struct text_view view = *in;
    const size_t end = text_view_origin(in, in->size);
    size_t used = 0;

    for (size_t i = 0; i < n; i++) {
        struct mapped_text *const text = &texts[used % 2];
        if (changes_nothing(&steps[i], inside, &view))
            continue;
        text->size = 0;
        enum ct_status st = apply(&steps[i], &view, text, err);
        if (st == CT_OK)
            st = mapped_text_view(text, end, &view, err);
        if (st != CT_OK)
            return st;
        used++;
    }
    *out = view;
    return CT_OK;
}
