#include "config.h"
#include "num/matched.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/philox.h"

struct matcher {
    struct matched_question question;
    struct keyed *sorted; /* [n_pool] key and place in the pool; NULL: at random */
};

enum ct_status matcher_new(const struct matched_question *question, struct matcher **out,
                           struct ct_error *err)
{
    struct matcher *const m = calloc(1, sizeof *m);
    const size_t n = question->n_pool;

    if (m == NULL)
        return ct_fail_nomem(err, "controls", 0);
    m->question = *question;
    if (question->key != NULL) {
        m->sorted = ct_malloc_array(n, sizeof *m->sorted);
        if (m->sorted == NULL) {
            free(m);
            return ct_fail_nomem(err, "controls", n * sizeof *m->sorted);
        }
        for (size_t i = 0; i < n; i++)
            m->sorted[i] = (struct keyed){ question->key[question->pool[i]], i };
        keyed_sort(m->sorted, n);
    }
    *out = m;
    return CT_OK;
}

void matcher_free(struct matcher *m)
{
    if (m == NULL)
        return;
    free(m->sorted);
    free(m);
}

struct draw {           /* workspace of one */
    struct keyed *keys; /* [larger of n and n_pool] */
    size_t *order;      /* the same */
    bool *is_taken;     /* [n_pool] by place in the order of keys */
};

/* The first place whose key is not below `key`. */
static size_t place_of(const struct matcher *m, double key)
{
    size_t low = 0;
    size_t high = m->question.n_pool;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (m->sorted[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The nearest free places, nearest first; returns their number. */
static size_t find_nearest(const struct matcher *m, double key, const bool *is_taken,
                           size_t nearest[MATCHED_NEAREST])
{
    const size_t n_pool = m->question.n_pool;
    size_t above = place_of(m, key);
    size_t below = above; /* one behind the next one below */
    size_t n = 0;

    while (n < MATCHED_NEAREST) {
        while (above < n_pool && is_taken[above])
            above++;
        while (below > 0 && is_taken[below - 1])
            below--;
        if (above == n_pool && below == 0)
            break;
        const bool goes_down =
            below > 0 && (above == n_pool ||
                          fabs(key - m->sorted[below - 1].key) <= fabs(m->sorted[above].key - key));
        nearest[n++] = goes_down ? --below : above++;
    }
    return n;
}

static void match(const struct matcher *m, struct philox *random, struct draw *d, size_t *control)
{
    const struct matched_question *const q = &m->question;
    size_t nearest[MATCHED_NEAREST];

    memset(d->is_taken, 0, q->n_pool * sizeof *d->is_taken);
    philox_permutation(random, q->n, d->keys, d->order);
    for (size_t i = 0; i < q->n; i++) {
        const size_t n = find_nearest(m, q->key[q->set[d->order[i]]], d->is_taken, nearest);
        const size_t place = nearest[philox_below(random, n)];
        d->is_taken[place] = true;
        control[i] = q->pool[m->sorted[place].index];
    }
}

static int compare(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a;
    const size_t y = *(const size_t *)b;

    return (x > y) - (x < y);
}

enum ct_status matcher_draw(const struct matcher *m, uint64_t b, size_t *control,
                            struct ct_error *err)
{
    const struct matched_question *const q = &m->question;
    struct draw d = { .keys = ct_malloc_array(q->n_pool, sizeof *d.keys),
                      .order = ct_malloc_array(q->n_pool, sizeof *d.order),
                      .is_taken = ct_malloc_array(q->n_pool, sizeof *d.is_taken) };
    enum ct_status st = CT_ENOMEM;
    struct philox random;

    if (d.keys == NULL || d.order == NULL || d.is_taken == NULL) {
        ct_fail_nomem(err, "controls", q->n_pool * sizeof *d.keys);
        goto done;
    }
    philox_init(&random, q->seed, STREAM_CONTROLS, b);
    if (m->sorted != NULL) {
        match(m, &random, &d, control);
    } else {
        philox_permutation(&random, q->n_pool, d.keys, d.order);
        for (size_t i = 0; i < q->n; i++)
            control[i] = q->pool[d.order[i]];
    }
    qsort(control, q->n, sizeof *control, compare);
    st = CT_OK;
done:
    free(d.keys);
    free(d.order);
    free(d.is_taken);
    return st;
}
