#include "config.h"
#include "pipeline/answer_samples.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fnv.h"
#include "base/mem.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"

struct seen { /* the activations of a sentence, or of a pair */
    uint64_t hash;
    size_t index;
    bool is_repeated;
};

static int compare_seen(const void *a, const void *b)
{
    const struct seen *const x = a, *const y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static int compare_index(const void *a, const void *b)
{
    const struct seen *const x = a, *const y = b;

    return x->index < y->index ? -1 : x->index > y->index;
}

static const char *activations(const struct matview *X, size_t row, size_t *size)
{
    *size = X->cols * dtype_size(X->dtype);
    return (const char *)X->data + row * X->stride * dtype_size(X->dtype);
}

/* Whether samples i and j of n_groups groups have the same activations, bit for bit. */
static bool are_equal(const struct matview *X, const size_t *const rows[2], size_t n_groups,
                      size_t i, size_t j)
{
    bool equal = true;

    for (size_t g = 0; equal && g < n_groups; g++) {
        size_t size;
        const char *const x = activations(X, rows[g][i], &size);
        const char *const y = activations(X, rows[g][j], &size);
        equal = memcmp(x, y, size) == 0;
    }
    return equal;
}

/*
 * kept [n_groups][n]: the rows whose activations no earlier sample has, in order; with two groups,
 * samples are pairs. Sentences that are equal up to the target have the same activations. Returns
 * their number.
 */
static size_t keep_first(const struct matview *X, const size_t *const rows[2], size_t n_groups,
                         size_t n, struct seen *seen, size_t *const kept[2])
{
    size_t n_kept = 0;

    for (size_t i = 0; i < n; i++) {
        seen[i] = (struct seen){ .hash = FNV_START, .index = i };
        for (size_t g = 0; g < n_groups; g++) {
            size_t size;
            const char *const bytes = activations(X, rows[g][i], &size);
            seen[i].hash = fnv_add(seen[i].hash, bytes, size);
        }
    }
    qsort(seen, n, sizeof *seen, compare_seen);
    for (size_t i = 1; i < n; i++)
        seen[i].is_repeated = seen[i].hash == seen[i - 1].hash &&
                              are_equal(X, rows, n_groups, seen[i].index, seen[i - 1].index);
    qsort(seen, n, sizeof *seen, compare_index);
    for (size_t i = 0; i < n; i++)
        if (!seen[i].is_repeated) {
            for (size_t g = 0; g < n_groups; g++)
                kept[g][n_kept] = rows[g][i];
            n_kept++;
        }
    return n_kept;
}

void samples_clear(struct samples *s)
{
    free(s->rows[0]);
    free(s->rows[1]);
}

enum ct_status samples_choose(const struct analysis *a, struct samples *s, struct ct_error *err)
{
    const struct contrast *const c = contrast_of(a);
    const struct matview *const X = &extract_of(a)->X;
    const size_t most = c->n_rows[0] > c->n_rows[1] ? c->n_rows[0] : c->n_rows[1];
    struct seen *const seen = ct_malloc_array(most, sizeof *seen);

    for (size_t g = 0; g < 2; g++)
        s->rows[g] = ct_malloc_array(c->n_rows[g], sizeof *s->rows[g]);
    if (seen == NULL || s->rows[0] == NULL || s->rows[1] == NULL) {
        free(seen);
        return ct_fail_nomem(err, "answer", 0);
    }
    s->are_pairs = c->n_rows[0] == c->n_rows[1];
    if (s->are_pairs) {
        s->n[0] = s->n[1] = keep_first(X, c->rows, 2, c->n_rows[0], seen, s->rows);
    } else {
        for (size_t g = 0; g < 2; g++)
            s->n[g] = keep_first(X, &c->rows[g], 1, c->n_rows[g], seen, &s->rows[g]);
    }
    free(seen);
    s->n_repeated = c->n_rows[0] + c->n_rows[1] - s->n[0] - s->n[1];
    return CT_OK;
}

bool samples_suffice(const struct samples *s)
{
    enum { LEAST = 3 };

    return s->n[0] >= LEAST && s->n[1] >= LEAST;
}
