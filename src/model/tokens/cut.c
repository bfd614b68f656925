#include "config.h"
#include "model/tokens/cut.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/text.h"
#include "io/grow.h"

void cut_clear(struct cut *cut)
{
    file_pattern_free(cut->pattern);
    *cut = (struct cut){ 0 };
}

enum ct_status cutter_init(struct cutter *cutter, const struct pretokenizer *gpt2,
                           struct ct_error *err)
{
    *cutter = (struct cutter){ .gpt2 = { 0 } };
    return piece_iterator_init(&cutter->gpt2, gpt2, err);
}

void cutter_clear(struct cutter *cutter)
{
    piece_iterator_clear(&cutter->gpt2);
    for (size_t i = 0; i < 2; i++) {
        mapped_text_clear(&cutter->texts[i]);
        free(cutter->lists[i].items);
    }
    *cutter = (struct cutter){ .gpt2 = { 0 } };
}

static enum ct_status push(struct piece_list *list, size_t begin, size_t end, struct ct_error *err)
{
    if (list->n == list->room) {
        struct piece *const items =
            array_grow(list->items, &list->room, list->n + 1, sizeof *items);
        if (items == NULL)
            return ct_fail_nomem(err, "words", (list->n + 1) * sizeof *items);
        list->items = items;
    }
    list->items[list->n++] = (struct piece){ begin, end };
    return CT_OK;
}

/* ---- what becomes of matches and gaps ---- */

struct fold { /* of the matches in a piece, in order */
    const struct cut *cut;
    struct piece_list *out;
    size_t base; /* where the piece begins in the text */
    struct piece open;
    bool has_open; /* open may still grow */
    bool was_match;
};

static enum ct_status fold_close(struct fold *f, struct ct_error *err)
{
    const bool is_empty = !f->has_open || f->open.begin == f->open.end;

    f->has_open = false;
    return is_empty ? CT_OK : push(f->out, f->base + f->open.begin, f->base + f->open.end, err);
}

static bool joins(const struct fold *f, bool is_match)
{
    switch (f->cut->behavior) {
    case CUT_MERGED_WITH_PREVIOUS:
        return is_match && !f->was_match;
    case CUT_MERGED_WITH_NEXT:
        return !is_match && f->was_match;
    case CUT_CONTIGUOUS:
        return is_match == f->was_match;
    case CUT_REMOVED:
    case CUT_ISOLATED:
        break;
    }
    return false;
}

/* Bytes begin .. end of the piece are a match, or a gap between two. */
static enum ct_status fold_add(struct fold *f, size_t begin, size_t end, bool found,
                               struct ct_error *err)
{
    const bool is_match = found != f->cut->invert;

    if (f->has_open && joins(f, is_match)) {
        f->open.end = end;
    } else {
        const enum ct_status st = fold_close(f, err);
        if (st != CT_OK)
            return st;
        f->open = (struct piece){ begin, end };
        f->has_open = !is_match || f->cut->behavior != CUT_REMOVED;
    }
    f->was_match = is_match;
    return CT_OK;
}

/* ---- the kinds of cuts ---- */

static enum ct_status cut_at_matches(const struct cut *cut, const char *text, size_t size,
                                     struct fold *f, struct ct_error *err)
{
    struct file_search search = { 0 };
    struct file_match match = { 0 };
    bool is_there = false;
    size_t at = 0;
    enum ct_status st = file_search_init(&search, cut->pattern, text, size, err);

    while (st == CT_OK) {
        st = file_search_next(&search, &match, &is_there, err);
        if (st != CT_OK || !is_there)
            break;
        if (match.begin > at)
            st = fold_add(f, at, match.begin, false, err);
        if (st == CT_OK)
            st = fold_add(f, match.begin, match.end, true, err);
        at = match.end;
    }
    if (st == CT_OK && at < size)
        st = fold_add(f, at, size, false, err);
    file_search_clear(&search);
    return st;
}

/* Nd, Nl or No */
static bool is_numeric(uint32_t c)
{
    if (c < 0x80)
        return c >= '0' && c <= '9';
    const utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);

    return category == UTF8PROC_CATEGORY_ND || category == UTF8PROC_CATEGORY_NL ||
           category == UTF8PROC_CATEGORY_NO;
}

static enum ct_status cut_digits(const char *text, size_t size, struct fold *f,
                                 struct ct_error *err)
{
    enum ct_status st = CT_OK;
    size_t gap = 0;
    uint32_t c = 0;

    for (size_t at = 0, n; at < size && st == CT_OK; at += n) {
        n = utf8_decode(text + at, size - at, &c);
        if (!is_numeric(c))
            continue;
        if (gap < at)
            st = fold_add(f, gap, at, false, err);
        if (st == CT_OK)
            st = fold_add(f, at, at + n, true, err);
        gap = at + n;
    }
    return st == CT_OK && gap < size ? fold_add(f, gap, size, false, err) : st;
}

static enum ct_status cut_gpt2(struct cutter *cutter, const char *text, size_t base, size_t size,
                               struct piece_list *out, struct ct_error *err)
{
    enum ct_status st = CT_OK;

    for (size_t at = 0, next = 0; at < size && st == CT_OK; at = next) {
        st = piece_iterator_next(&cutter->gpt2, text, size, at, &next, err);
        if (st == CT_OK)
            st = push(out, base + at, base + next, err);
    }
    return st;
}

static enum ct_status cut_piece(struct cutter *cutter, const struct cut *cut, const char *bytes,
                                struct piece piece, struct piece_list *out, struct ct_error *err)
{
    const char *const text = bytes + piece.begin;
    const size_t size = piece.end - piece.begin;
    struct fold fold = { .cut = cut, .out = out, .base = piece.begin };

    if (cut->kind == CUT_GPT2)
        return cut_gpt2(cutter, text, piece.begin, size, out, err);
    const enum ct_status st = cut->kind == CUT_DIGITS ? cut_digits(text, size, &fold, err)
                                                      : cut_at_matches(cut, text, size, &fold, err);

    return st == CT_OK ? fold_close(&fold, err) : st;
}

/* ---- blanks ---- */

static bool begins_with(const struct text_view *view, const char *prefix)
{
    const size_t size = strlen(prefix);

    return view->size >= size && memcmp(view->bytes, prefix, size) == 0;
}

/* Appends a piece, with what stands for a blank in front of it and for its blanks. */
static enum ct_status shape_piece(const struct cut *cut, bool inside, const struct text_view *piece,
                                  struct mapped_text *out, struct ct_error *err)
{
    const size_t begin = text_view_origin(piece, 0);
    const size_t blank_size = strlen(cut->blank);
    const bool is_first = begin == 0;
    const bool wants =
        is_first ? cut->prefix != CUT_PREFIX_NEVER && !inside : cut->prefix == CUT_PREFIX_ALWAYS;
    enum ct_status st = CT_OK;
    size_t at = 0;

    if (wants && !begins_with(piece, " ") && !begins_with(piece, cut->blank))
        st = mapped_text_put(out, cut->blank, blank_size, begin, begin, err);
    while (at < piece->size && st == CT_OK) {
        const char *const found =
            cut->kind == CUT_METASPACE ? memchr(piece->bytes + at, ' ', piece->size - at) : NULL;
        const size_t end = found != NULL ? (size_t)(found - piece->bytes) : piece->size;
        const struct text_view between = text_view_part(piece, at, end);
        st = mapped_text_copy(out, &between, err);
        if (st == CT_OK && found != NULL)
            st = mapped_text_put(out, cut->blank, blank_size, text_view_origin(piece, end),
                                 text_view_origin(piece, end + 1), err);
        at = end + 1;
    }
    return st;
}

static enum ct_status shape(const struct cut *cut, bool inside, const struct text_view *in,
                            const struct piece_list *pieces, struct mapped_text *text,
                            struct piece_list *shaped, struct ct_error *err)
{
    enum ct_status st = CT_OK;

    text->size = shaped->n = 0;
    for (size_t i = 0; i < pieces->n && st == CT_OK; i++) {
        const struct text_view piece =
            text_view_part(in, pieces->items[i].begin, pieces->items[i].end);
        const size_t begin = text->size;
        st = shape_piece(cut, inside, &piece, text, err);
        if (st == CT_OK)
            st = push(shaped, begin, text->size, err);
    }
    return st;
}

/* ---- all steps ---- */

struct state { /* of the text while it is cut */
    struct cutter *cutter;
    struct text_view view;
    size_t text; /* of cutter->texts: for the next change */
    size_t list; /* of cutter->lists: the pieces by now */
    size_t end;
};

static enum ct_status shape_all(struct state *s, const struct cut *cut, bool inside,
                                struct ct_error *err)
{
    struct mapped_text *const text = &s->cutter->texts[s->text];
    struct piece_list *const lists = s->cutter->lists;
    enum ct_status st =
        shape(cut, inside, &s->view, &lists[s->list], text, &lists[1 - s->list], err);

    if (st == CT_OK)
        st = mapped_text_view(text, s->end, &s->view, err);
    s->text = 1 - s->text;
    s->list = 1 - s->list;
    return st;
}

static enum ct_status cut_all(struct state *s, const struct cut *cut, struct ct_error *err)
{
    const struct piece_list *const from = &s->cutter->lists[s->list];
    struct piece_list *const to = &s->cutter->lists[1 - s->list];
    enum ct_status st = CT_OK;

    to->n = 0;
    for (size_t i = 0; i < from->n && st == CT_OK; i++)
        st = cut_piece(s->cutter, cut, s->view.bytes, from->items[i], to, err);
    s->list = 1 - s->list;
    return st;
}

enum ct_status cutter_cut(struct cutter *cutter, const struct cut *steps, size_t n, bool inside,
                          const struct text_view *in, struct text_view *out,
                          const struct piece_list **pieces, struct ct_error *err)
{
    struct state s = { .cutter = cutter, .view = *in, .end = text_view_origin(in, in->size) };
    enum ct_status st = CT_OK;

    cutter->lists[0].n = 0;
    if (in->size > 0)
        st = push(&cutter->lists[0], 0, in->size, err);
    for (size_t i = 0; i < n && st == CT_OK; i++) {
        const bool shapes = steps[i].kind == CUT_METASPACE || steps[i].prefix != CUT_PREFIX_NEVER;
        if (shapes)
            st = shape_all(&s, &steps[i], inside, err);
        if (st == CT_OK && steps[i].cuts)
            st = cut_all(&s, &steps[i], err);
    }
    *out = s.view;
    *pieces = &cutter->lists[s.list];
    return st;
}
