#include "config.h"
#include "model/tokens/nfc.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "base/text.h"

/* A code point that never combines with one before it, and whose decomposition neither does: text
 * in form C before it stays in form C. Marks, and the vowels and final consonants of Hangul, may.
 */
static bool is_boundary(uint32_t c)
{
    if (c < 0x300)
        return true;
    const utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);

    return category != UTF8PROC_CATEGORY_MN && category != UTF8PROC_CATEGORY_MC &&
           category != UTF8PROC_CATEGORY_ME && (c < 0x1160 || c > 0x11FF);
}

/* The bytes of text [size] up to the next boundary; at least one code point. */
static size_t segment_size(const char *text, size_t size)
{
    uint32_t c = 0;
    size_t at = utf8_decode(text, size, &c);

    for (size_t n; at < size; at += n) {
        n = utf8_decode(text + at, size - at, &c);
        if (is_boundary(c))
            break;
    }
    return at;
}

struct segment {
    utf8proc_int32_t *points; /* [n] of room */
    uint64_t *order;          /* [room], of a run of marks */
    size_t n;
    size_t room;
};

static enum ct_status reserve(struct segment *s, size_t room, struct ct_error *err)
{
    if (room <= s->room)
        return CT_OK;
    utf8proc_int32_t *const points = ct_realloc_array(s->points, room, sizeof *points);
    s->points = points != NULL ? points : s->points;
    uint64_t *const order = points != NULL ? ct_realloc_array(s->order, room, sizeof *order) : NULL;
    if (order == NULL)
        return ct_fail_nomem(err, "text", room * (sizeof *points + sizeof *order));
    s->order = order;
    s->room = room;
    return CT_OK;
}

static unsigned class_of(utf8proc_int32_t c)
{
    return (unsigned)utf8proc_get_property(c)->combining_class;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Sorts points [begin .. end), none of class 0, by class; equal ones stay in order. */
static void sort_run(struct segment *s, size_t begin, size_t end)
{
    enum { POINT_BITS = 21, INDEX_BITS = 32 };
    const uint64_t mask = (UINT64_C(1) << POINT_BITS) - 1;

    for (size_t i = begin; i < end; i++)
        s->order[i] = (uint64_t)class_of(s->points[i]) << (POINT_BITS + INDEX_BITS) |
                      (uint64_t)i << POINT_BITS | (uint64_t)s->points[i];
    qsort(s->order + begin, end - begin, sizeof *s->order, by_value);
    for (size_t i = begin; i < end; i++)
        s->points[i] = (utf8proc_int32_t)(s->order[i] & mask);
}

/* The canonical ordering of section 3.11 of the Unicode Standard. */
static void sort_marks(struct segment *s)
{
    for (size_t begin = 0, end; begin < s->n; begin = end) {
        end = begin + 1;
        if (class_of(s->points[begin]) == 0)
            continue;
        while (end < s->n && class_of(s->points[end]) != 0)
            end++;
        if (end - begin > 1)
            sort_run(s, begin, end);
    }
}

/* The canonical decomposition of text [size], in order. */
static enum ct_status decompose(const char *text, size_t size, struct segment *s,
                                struct ct_error *err)
{
    enum { LONGEST = 4 }; /* code points of one, see the stability policy of normalization */
    const enum ct_status st = reserve(s, LONGEST * size, err);
    int last_class = 0;
    uint32_t c = 0;

    if (st != CT_OK)
        return st;
    s->n = 0;
    for (size_t at = 0; at < size; at += utf8_decode(text + at, size - at, &c)) {
        (void)utf8_decode(text + at, size - at, &c);
        const utf8proc_ssize_t n =
            utf8proc_decompose_char((utf8proc_int32_t)c, s->points + s->n,
                                    (utf8proc_ssize_t)(s->room - s->n),
                                    UTF8PROC_DECOMPOSE | UTF8PROC_STABLE, &last_class);
        if (n < 0 || (size_t)n > s->room - s->n)
            return ct_fail(err, CT_EINVAL, "text: U+%04X cannot be normalized; leave it out",
                           (unsigned)c);
        s->n += (size_t)n;
    }
    sort_marks(s);
    return CT_OK;
}

/* Appends text [size], bytes begin .. end of the original, in form C. */
static enum ct_status append_segment(const char *text, size_t size, size_t begin, size_t end,
                                     struct segment *s, struct mapped_text *out,
                                     struct ct_error *err)
{
    enum ct_status st = decompose(text, size, s, err);
    char bytes[4];

    if (st != CT_OK)
        return st;
    const utf8proc_ssize_t n = utf8proc_normalize_utf32(s->points, (utf8proc_ssize_t)s->n,
                                                        UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    for (utf8proc_ssize_t i = 0; i < n && st == CT_OK; i++) {
        const size_t n_bytes = utf8_put((uint32_t)s->points[i], bytes);
        st = mapped_text_put(out, bytes, n_bytes, begin, end, err);
        begin = size_min(begin + n_bytes, end);
    }
    return st;
}

enum ct_status nfc_append(const struct text_view *in, struct mapped_text *out, struct ct_error *err)
{
    struct segment s = { .points = NULL };
    enum ct_status st = CT_OK;

    for (size_t at = 0, next; at < in->size && st == CT_OK; at = next) {
        next = at;
        /* ASCII that is followed by ASCII is in form C. */
        while (next < in->size && (unsigned char)in->bytes[next] < 0x80 &&
               (next + 1 == in->size || (unsigned char)in->bytes[next + 1] < 0x80))
            next++;
        if (next > at) {
            const struct text_view same = text_view_part(in, at, next);
            st = mapped_text_copy(out, &same, err);
            continue;
        }
        next = at + segment_size(in->bytes + at, in->size - at);
        st = append_segment(in->bytes + at, next - at, text_view_origin(in, at),
                            text_view_origin(in, next), &s, out, err);
    }
    free(s.points);
    free(s.order);
    return st;
}
