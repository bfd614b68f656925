#include "config.h"
#include "num/tests/exchange.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/draws.h"
#include "num/keyed.h"
#include "num/philox.h"
#include "num/tests/test.h"

struct exchanger { /* what all draws have in common */
    const struct exchange_question *q;
    struct exchange *e;
    const size_t *order;    /* [n_features] by |statistic| descending, those without one last */
    size_t n_ordered;       /* with a statistic */
    struct scratch {        /* [crew_size] per thread */
        size_t *rows[2];    /* [n_rows[g]] */
        struct keyed *keys; /* [samples] without pairs */
        size_t *order;      /* [samples] without pairs */
        struct ttest_result *results; /* [n_features] */
        double *p, *p_adjusted;       /* [n_features] */
        bool *significant;            /* [n_features] */
        uint32_t *counts; /* [n_features] draws whose running maximum is at least the statistic */
    } * scratch;
    size_t n_scratch;
};

static void exchange_pairs(const struct exchange_question *q, struct philox *rng,
                           size_t *const rows[2])
{
    for (size_t i = 0; i < q->n_rows[0]; i++) {
        const size_t stays = philox_word(rng) & 1;
        rows[0][i] = q->rows[1 - stays][i];
        rows[1][i] = q->rows[stays][i];
    }
}

static void deal_samples(const struct exchange_question *q, struct philox *rng, struct scratch *s)
{
    const size_t n_a = q->n_rows[0];
    const size_t n = n_a + q->n_rows[1];

    philox_permutation(rng, n, s->keys, s->order);
    for (size_t i = 0; i < n; i++) {
        const size_t k = s->order[i];
        const size_t row = k < n_a ? q->rows[0][k] : q->rows[1][k - n_a];
        if (i < n_a)
            s->rows[0][i] = row;
        else
            s->rows[1][i - n_a] = row;
    }
}

static void draw_rows(const struct exchange_question *q, uint64_t b, struct scratch *s)
{
    struct philox rng;

    philox_init(&rng, q->seed, STREAM_TWINS, b);
    if (q->has_pairs)
        exchange_pairs(q, &rng, s->rows);
    else
        deal_samples(q, &rng, s);
}

static double magnitude(const struct ttest_result *r)
{
    return isnan(r->statistic) ? 0.0 : fabs(r->statistic);
}

/* Counts, from the smallest statistic up, the draws whose largest so far is at least as large. */
static double count_maxima(const struct exchanger *t, struct scratch *s)
{
    double largest = 0.0;

    for (size_t k = t->n_ordered; k-- > 0;) {
        const size_t j = t->order[k];
        const double observed = fabs(t->q->statistic[j]);
        largest = fmax(largest, magnitude(&s->results[j]));
        if (largest >= observed * (1.0 - DRAWS_SLACK))
            s->counts[j]++;
    }
    return largest;
}

static enum ct_status draw(void *context, size_t b, struct ct_error *err)
{
    const struct exchanger *const t = context;
    struct scratch *const s = &t->scratch[crew_thread()];
    const struct exchange_question *const q = t->q;
    const size_t n = q->X->cols;
    const struct test_job job = { .X = q->X,
                                  .rows = { s->rows[0], s->rows[1] },
                                  .n_rows = { q->n_rows[0], q->n_rows[1] },
                                  .n_threads = 1,
                                  .out = s->results };
    double threshold;

    draw_rows(q, b, s);
    enum ct_status status = q->test->columns(&job, err);
    for (size_t j = 0; status == CT_OK && j < n; j++)
        s->p[j] = s->results[j].pvalue;
    if (status == CT_OK)
        status = multitest_adjust(s->p, n, q->correction, q->alpha, s->p_adjusted, s->significant,
                                  &threshold, err);
    if (status != CT_OK)
        return status;
    t->e->n_significant[b] = 0;
    for (size_t j = 0; j < n; j++)
        t->e->n_significant[b] += s->significant[j];
    t->e->largest[b] = count_maxima(t, s);
    return CT_OK;
}

/* ---- p-values ---- */

/* The draws of sorted [n], ascending, that are at least x. */
static size_t count_from(const double *sorted, size_t n, double x)
{
    size_t low = 0;
    size_t high = n;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sorted[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return n - low;
}

static enum ct_status find_pvalues(const struct exchanger *t, struct ct_error *err)
{
    struct exchange *const e = t->e;
    double *const sorted = ct_malloc_array(e->n_draws, sizeof *sorted);
    double largest = 0.0;

    if (sorted == NULL)
        return ct_fail_nomem(err, "exchange", 0);
    memcpy(sorted, e->largest, e->n_draws * sizeof *sorted);
    draws_sort(sorted, e->n_draws);
    for (size_t j = 0; j < t->q->X->cols; j++)
        e->p_maxt[j] = e->p_stepdown[j] = NAN;
    for (size_t k = 0; k < t->n_ordered; k++) {
        const size_t j = t->order[k];
        const double observed = fabs(t->q->statistic[j]) * (1.0 - DRAWS_SLACK);
        size_t count = 0;
        for (size_t i = 0; i < t->n_scratch; i++)
            count += t->scratch[i].counts[j];
        e->p_maxt[j] =
            (double)(count_from(sorted, e->n_draws, observed) + 1) / (double)(e->n_draws + 1);
        largest = fmax(largest, (double)(count + 1) / (double)(e->n_draws + 1));
        e->p_stepdown[j] = largest;
    }
    free(sorted);
    return CT_OK;
}

/* ---- memory ---- */

static size_t *order_by_magnitude(const double *statistic, size_t n, size_t *n_ordered)
{
    struct keyed *const keys = ct_malloc_array(n, sizeof *keys);
    size_t *const order = ct_malloc_array(n, sizeof *order);

    *n_ordered = 0;
    if (keys == NULL || order == NULL) {
        free(keys);
        free(order);
        return NULL;
    }
    for (size_t j = 0; j < n; j++)
        if (!isnan(statistic[j]))
            keys[(*n_ordered)++] = (struct keyed){ -fabs(statistic[j]), j };
    keyed_sort(keys, *n_ordered);
    for (size_t k = 0; k < *n_ordered; k++)
        order[k] = keys[k].index;
    free(keys);
    return order;
}

static void scratch_clear(struct exchanger *t)
{
    for (size_t i = 0; t->scratch != NULL && i < t->n_scratch; i++) {
        struct scratch *const s = &t->scratch[i];
        free(s->rows[0]);
        free(s->rows[1]);
        free(s->keys);
        free(s->order);
        free(s->results);
        free(s->p);
        free(s->p_adjusted);
        free(s->significant);
        free(s->counts);
    }
    free(t->scratch);
}

static bool scratch_init(struct exchanger *t, size_t n_threads)
{
    const size_t n = t->q->X->cols;
    const size_t *const n_rows = t->q->n_rows;
    bool has_memory = true;

    t->n_scratch = n_threads;
    t->scratch = ct_calloc_array(n_threads, sizeof *t->scratch);
    for (size_t i = 0; t->scratch != NULL && i < n_threads; i++) {
        struct scratch *const s = &t->scratch[i];
        s->rows[0] = ct_malloc_array(n_rows[0], sizeof *s->rows[0]);
        s->rows[1] = ct_malloc_array(n_rows[1], sizeof *s->rows[1]);
        s->keys = ct_malloc_array(n_rows[0] + n_rows[1], sizeof *s->keys);
        s->order = ct_malloc_array(n_rows[0] + n_rows[1], sizeof *s->order);
        s->results = ct_malloc_array(n, sizeof *s->results);
        s->p = ct_malloc_array(n, sizeof *s->p);
        s->p_adjusted = ct_malloc_array(n, sizeof *s->p_adjusted);
        s->significant = ct_malloc_array(n, sizeof *s->significant);
        s->counts = ct_calloc_array(n, sizeof *s->counts);
        has_memory = has_memory && s->rows[0] != NULL && s->rows[1] != NULL && s->keys != NULL &&
                     s->order != NULL && s->results != NULL && s->p != NULL &&
                     s->p_adjusted != NULL && s->significant != NULL && s->counts != NULL;
    }
    return t->scratch != NULL && has_memory;
}

double exchange_memory(size_t n_features, size_t n_draws, size_t n_threads)
{
    const double n = (double)n_features;
    const double each =
        sizeof(struct ttest_result) + 2 * sizeof(double) + sizeof(bool) + sizeof(uint32_t);

    return n * ((double)n_threads * each + 2.0 * sizeof(double) + sizeof(size_t) +
                sizeof(struct keyed)) +
           (double)n_draws * (2.0 * sizeof(double) + sizeof(size_t));
}

/* ---- all draws ---- */

enum ct_status exchange_new(const struct exchange_question *question, struct crew *crew,
                            const struct progress *progress, struct exchange *out,
                            struct ct_error *err)
{
    const size_t n = question->X->cols;
    struct exchange e = {
        .n_significant = ct_malloc_array(question->n_draws, sizeof *e.n_significant),
        .largest = ct_malloc_array(question->n_draws, sizeof *e.largest),
        .p_maxt = ct_malloc_array(n, sizeof *e.p_maxt),
        .p_stepdown = ct_malloc_array(n, sizeof *e.p_stepdown),
    };
    struct exchanger t = { .q = question, .e = &e };
    size_t *const order = order_by_magnitude(question->statistic, n, &t.n_ordered);
    enum ct_status status = CT_OK;

    t.order = order;
    if (!scratch_init(&t, crew_size(crew)) || order == NULL || e.n_significant == NULL ||
        e.largest == NULL || e.p_maxt == NULL || e.p_stepdown == NULL)
        status = ct_fail_nomem(err, "exchange", 0);
    if (status == CT_OK)
        status =
            draws_make(question->n_draws, draw, &t, crew, progress, "exchange", &e.n_draws, err);
    if (status == CT_OK)
        status = find_pvalues(&t, err);
    scratch_clear(&t);
    free(order);
    if (status != CT_OK) {
        exchange_clear(&e);
        return status;
    }
    *out = e;
    return CT_OK;
}

enum ct_status exchange_critical(const struct exchange *e, double alpha, double *critical,
                                 struct ct_error *err)
{
    const size_t n = e->n_draws;
    double *const sorted = ct_malloc_array(n, sizeof *sorted);
    size_t most = 0; /* draws that may be as large, and one */

    if (sorted == NULL)
        return ct_fail_nomem(err, "exchange", 0);
    memcpy(sorted, e->largest, n * sizeof *sorted);
    draws_sort(sorted, n);
    while (most < n && (double)(most + 1) / (double)(n + 1) <= alpha)
        most++;
    *critical = most > 0 ? sorted[n - most] : INFINITY;
    free(sorted);
    return CT_OK;
}

void exchange_clear(struct exchange *e)
{
    free(e->n_significant);
    free(e->largest);
    free(e->p_maxt);
    free(e->p_stepdown);
    *e = (struct exchange){ .n_draws = 0 };
}
