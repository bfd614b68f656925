#include "config.h"
#include "pipeline/effect_twins.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_load.h"

struct cut { /* a sentence around its target */
    const struct sentence *sentence;
    size_t row;
    size_t group; /* 0 or 1 */
};

static size_t begin_of(const struct sentence *s)
{
    return s->tokens[s->target_first].begin;
}

static size_t end_of(const struct sentence *s)
{
    return s->tokens[s->target].end;
}

static int compare_bytes(const char *a, size_t n_a, const char *b, size_t n_b)
{
    const int order = memcmp(a, b, n_a < n_b ? n_a : n_b);

    return order != 0 ? order : (n_a > n_b) - (n_a < n_b);
}

/* By the text before the target and after it; 0: they are the same. */
static int compare_around(const struct sentence *a, const struct sentence *b)
{
    const int order = compare_bytes(a->text, begin_of(a), b->text, begin_of(b));

    return order != 0 ? order
                      : compare_bytes(a->text + end_of(a), a->size - end_of(a), b->text + end_of(b),
                                      b->size - end_of(b));
}

static int compare_cuts(const void *a, const void *b)
{
    const struct cut *const x = a;
    const struct cut *const y = b;
    const int order = compare_around(x->sentence, y->sentence);

    return order != 0             ? order
           : x->group != y->group ? (x->group > y->group) - (x->group < y->group)
                                  : (x->row > y->row) - (x->row < y->row);
}

static bool are_as_long(const struct sentence *a, const struct sentence *b)
{
    return a->target == b->target;
}

static void add(struct twins *t, const struct load_result *load, size_t a, size_t b)
{
    if (!are_as_long(&load->sentences[a], &load->sentences[b]))
        return;
    t->pairs[t->n][0] = a;
    t->pairs[t->n++][1] = b;
}

/* cuts [n] are sorted: of those with the same text, the i-th of one group and of the other. */
static void pair_by_text(const struct load_result *load, const struct cut *cuts, size_t n,
                         struct twins *t)
{
    for (size_t i = 0; i < n;) {
        size_t end = i;
        size_t middle = i;
        while (end < n && compare_around(cuts[i].sentence, cuts[end].sentence) == 0)
            middle += cuts[end++].group == 0 ? 1 : 0;
        for (size_t k = 0; i + k < middle && middle + k < end; k++)
            add(t, load, cuts[i + k].row, cuts[middle + k].row);
        i = end;
    }
}

static int compare_pairs(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a;
    const size_t y = *(const size_t *)b;

    return (x > y) - (x < y);
}

enum ct_status twins_find(const struct analysis *a, struct twins *out, struct ct_error *err)
{
    const struct load_result *const load = load_of(a);
    const struct contrast *const c = contrast_of(a);
    const size_t n = c->n_rows[0] + c->n_rows[1];
    struct cut *const cuts = ct_malloc_array(n, sizeof *cuts);
    size_t k = 0;

    *out = (struct twins){ .pairs = ct_malloc_array(n, sizeof *out->pairs) };
    if (cuts == NULL || out->pairs == NULL) {
        free(cuts);
        twins_clear(out);
        return ct_fail_nomem(err, "twins", n * sizeof *cuts);
    }
    for (size_t g = 0; g < 2; g++)
        for (size_t i = 0; i < c->n_rows[g]; i++)
            cuts[k++] = (struct cut){ &load->sentences[c->rows[g][i]], c->rows[g][i], g };
    qsort(cuts, n, sizeof *cuts, compare_cuts);
    pair_by_text(load, cuts, n, out);
    free(cuts);
    if (out->n == 0 && c->n_rows[0] == c->n_rows[1]) {
        out->by = TWINS_BY_ORDER;
        for (size_t i = 0; i < c->n_rows[0]; i++)
            add(out, load, c->rows[0][i], c->rows[1][i]);
    }
    if (out->n == 0)
        out->by = TWINS_NONE;
    else
        qsort(out->pairs, out->n, sizeof *out->pairs, compare_pairs);
    out->n_without = n - 2 * out->n;
    return CT_OK;
}

void twins_clear(struct twins *t)
{
    free(t->pairs);
    *t = (struct twins){ 0 };
}
