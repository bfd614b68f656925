#include "config.h"
#include "num/null/halves.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/cluster/agreement.h"
#include "num/cluster/ward_groups.h"
#include "num/linear/distances.h"
#include "num/draws.h"
#include "num/null/profiles.h"
#include "num/philox.h"
#include "num/tests/test.h"

struct side { /* of a half: the samples it is chosen on, or the others */
    size_t *rows[2];
    struct ttest_result *results; /* [n_features] */
};

struct halver { /* what all halves have in common */
    const struct halves_question *q;
    size_t n_rows[2]; /* of a half */
    double *e;        /* [n_rows[0] + n_rows[1]] */
    struct half *each;
    struct scratch { /* [crew_size] per thread */
        struct keyed *keys;
        size_t *order; /* [samples of the larger group], as keys */
        struct side sides[2];
        double *p, *p_adjusted; /* [n_features] */
        bool *significant;      /* [n_features] */
        size_t *chosen;         /* [n_features] */
        double *u;              /* [n_rows[0] + n_rows[1]] */
    } * scratch;
    size_t n_scratch;
};

/* ---- the samples of a half ---- */

static void take_rows(const struct halver *t, size_t group, struct scratch *s)
{
    const size_t n = t->n_rows[group];

    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < n; i++)
            s->sides[side].rows[group][i] = t->q->rows[group][s->order[side * n + i]];
}

static void draw_rows(const struct halver *t, uint64_t b, struct scratch *s)
{
    struct philox rng;

    philox_init(&rng, t->q->seed, STREAM_HALVES, b);
    for (size_t g = 0; g < 2; g++) {
        if (g == 0 || !t->q->has_pairs)
            philox_permutation(&rng, t->q->n_rows[g], s->keys, s->order);
        take_rows(t, g, s);
    }
}

/* ---- features chosen on one side ---- */

static enum ct_status test_side(const struct halver *t, struct side *side, struct ct_error *err)
{
    const struct test_job job = { .X = t->q->X,
                                  .rows = { side->rows[0], side->rows[1] },
                                  .n_rows = { t->n_rows[0], t->n_rows[1] },
                                  .n_threads = 1,
                                  .out = side->results };

    return t->q->test->columns(&job, err);
}

static bool find_direction(const struct halver *t, const struct side *side, size_t j, double *u)
{
    double mean;

    return direction_of_column(t->q->X, j, (const size_t *const[]){ side->rows[0], side->rows[1] },
                               t->n_rows, t->e, u, &mean) > 0.0;
}

static enum ct_status choose(const struct halver *t, struct scratch *s, size_t *n_chosen,
                             struct ct_error *err)
{
    const size_t n = t->q->X->cols;
    double threshold;

    for (size_t j = 0; j < n; j++)
        s->p[j] = s->sides[0].results[j].pvalue;
    const enum ct_status status = multitest_adjust(s->p, n, t->q->correction, t->q->alpha,
                                                   s->p_adjusted, s->significant, &threshold, err);
    *n_chosen = 0;
    for (size_t j = 0; status == CT_OK && j < n; j++)
        if (s->significant[j] && find_direction(t, &s->sides[0], j, s->u))
            s->chosen[(*n_chosen)++] = j;
    return status;
}

/* ---- what is known of them ---- */

static void describe_test(const struct halver *t, const struct scratch *s, size_t n,
                          struct half *half)
{
    double sum = 0.0, sum_other = 0.0;
    size_t finite = 0, replicated = 0, same_sign = 0;

    for (size_t i = 0; i < n; i++) {
        const struct ttest_result *const here = &s->sides[0].results[s->chosen[i]];
        const struct ttest_result *const other = &s->sides[1].results[s->chosen[i]];
        sum += fabs(here->statistic) / (double)n;
        same_sign += here->statistic * other->statistic > 0.0;
        replicated += other->pvalue < t->q->alpha / (double)n;
        if (!isfinite(other->statistic))
            continue;
        sum_other += copysign(1.0, here->statistic) * other->statistic;
        finite++;
    }
    half->number[HALF_ABS_T] = sum;
    half->number[HALF_ABS_T_OTHER] = finite > 0 ? sum_other / (double)finite : NAN;
    half->number[HALF_REPLICATED] = (double)replicated / (double)n;
    half->number[HALF_SAME_SIGN] = (double)same_sign / (double)n;
}

/* Mean w_i . w_j within groups less that between groups; NaN if either has no pairs. w has rows of
 * length 1, or 0. */
static double contrast_similarity(const double *squared, const bool *is_unit, const int32_t *labels,
                                  size_t n)
{
    double sums[2] = { 0.0, 0.0 }; /* between, within */
    size_t counts[2] = { 0, 0 };

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const bool within = labels[i] == labels[j];
            if (is_unit[i] && is_unit[j])
                sums[within] += 1.0 - 0.5 * squared[i * n + j];
            counts[within]++;
        }
    return counts[0] > 0 && counts[1] > 0
               ? sums[1] / (double)counts[1] - sums[0] / (double)counts[0]
               : NAN;
}

struct grouping {             /* scratch of the groups of n chosen features */
    double *w, *squared;      /* [n, samples], [n, n] */
    bool *is_unit;            /* [n] */
    struct ward_groups of[2]; /* of both sides */
};

static void find_profiles(const struct halver *t, const struct scratch *s, const struct side *side,
                          size_t n, const struct grouping *g)
{
    const size_t d = t->n_rows[0] + t->n_rows[1];

    for (size_t i = 0; i < n; i++) {
        double *const w = g->w + i * d;
        g->is_unit[i] = find_direction(t, side, s->chosen[i], w);
        if (g->is_unit[i])
            profile_of_unit(w, t->e, d, w);
        for (size_t k = 0; !g->is_unit[i] && k < d; k++)
            w[k] = 0.0;
    }
    squared_distances(g->w, n, d, NULL, g->squared);
}

static enum ct_status describe_groups(const struct halver *t, const struct scratch *s, size_t n,
                                      struct grouping *g, struct half *half, struct ct_error *err)
{
    const size_t d = t->n_rows[0] + t->n_rows[1];
    enum ct_status status = CT_OK;

    for (size_t side = 0; status == CT_OK && side < 2; side++) {
        find_profiles(t, s, &s->sides[side], n, g);
        status = ward_groups(g->w, n, d, NULL, NULL, &g->of[side], err);
        half->number[side == 0 ? HALF_SIMILARITY : HALF_SIMILARITY_OTHER] =
            status == CT_OK ? contrast_similarity(g->squared, g->is_unit, g->of[0].labels, n) : NAN;
    }
    return status == CT_OK ? adjusted_rand(g->of[0].labels, g->of[0].n_groups, g->of[1].labels,
                                           g->of[1].n_groups, n, &half->number[HALF_ARI], err)
                           : status;
}

static enum ct_status group_features(const struct halver *t, const struct scratch *s, size_t n,
                                     struct half *half, struct ct_error *err)
{
    struct grouping g = {
        .w = ct_malloc_array(n, (t->n_rows[0] + t->n_rows[1]) * sizeof *g.w),
        .squared = ct_malloc_array(n, n * sizeof *g.squared),
        .is_unit = ct_malloc_array(n, sizeof *g.is_unit),
    };
    enum ct_status status = CT_OK;

    if (g.w == NULL || g.squared == NULL || g.is_unit == NULL)
        status = ct_fail_nomem(err, "halves", 0);
    else
        status = describe_groups(t, s, n, &g, half, err);
    free(g.w);
    free(g.squared);
    free(g.is_unit);
    ward_groups_clear(&g.of[0]);
    ward_groups_clear(&g.of[1]);
    return status;
}

static enum ct_status do_half(void *context, size_t b, struct ct_error *err)
{
    const struct halver *const t = context;
    struct scratch *const s = &t->scratch[crew_thread()];
    struct half *const half = &t->each[b];
    size_t n = 0;

    for (size_t k = 0; k < HALF_NUMBERS; k++)
        half->number[k] = NAN;
    draw_rows(t, b, s);
    enum ct_status status = test_side(t, &s->sides[0], err);
    if (status == CT_OK)
        status = choose(t, s, &n, err);
    half->number[HALF_CHOSEN] = (double)n;
    if (status != CT_OK || n < HALF_LEAST)
        return status;
    status = test_side(t, &s->sides[1], err);
    if (status != CT_OK)
        return status;
    describe_test(t, s, n, half);
    return n <= t->q->most_grouped ? group_features(t, s, n, half, err) : CT_OK;
}

/* ---- memory ---- */

static void halver_clear(struct halver *t)
{
    for (size_t i = 0; t->scratch != NULL && i < t->n_scratch; i++) {
        struct scratch *const s = &t->scratch[i];
        for (size_t side = 0; side < 2; side++) {
            free(s->sides[side].rows[0]);
            free(s->sides[side].rows[1]);
            free(s->sides[side].results);
        }
        free(s->keys);
        free(s->order);
        free(s->p);
        free(s->p_adjusted);
        free(s->significant);
        free(s->chosen);
        free(s->u);
    }
    free(t->scratch);
    free(t->e);
}

static bool scratch_init(const struct halver *t, struct scratch *s)
{
    const size_t n = t->q->X->cols;
    const size_t *const n_rows = t->q->n_rows;
    const size_t most = n_rows[0] > n_rows[1] ? n_rows[0] : n_rows[1];
    bool has_memory = true;

    s->keys = ct_malloc_array(most, sizeof *s->keys);
    s->order = ct_malloc_array(most, sizeof *s->order);
    s->p = ct_malloc_array(n, sizeof *s->p);
    s->p_adjusted = ct_malloc_array(n, sizeof *s->p_adjusted);
    s->significant = ct_malloc_array(n, sizeof *s->significant);
    s->chosen = ct_malloc_array(n, sizeof *s->chosen);
    s->u = ct_malloc_array(t->n_rows[0] + t->n_rows[1], sizeof *s->u);
    for (size_t side = 0; side < 2; side++) {
        struct side *const x = &s->sides[side];
        x->rows[0] = ct_malloc_array(t->n_rows[0], sizeof *x->rows[0]);
        x->rows[1] = ct_malloc_array(t->n_rows[1], sizeof *x->rows[1]);
        x->results = ct_malloc_array(n, sizeof *x->results);
        has_memory = has_memory && x->rows[0] != NULL && x->rows[1] != NULL && x->results != NULL;
    }
    return has_memory && s->keys != NULL && s->order != NULL && s->p != NULL &&
           s->p_adjusted != NULL && s->significant != NULL && s->chosen != NULL && s->u != NULL;
}

static enum ct_status halver_init(struct halver *t, size_t n_threads, struct ct_error *err)
{
    bool has_memory = true;

    t->n_rows[0] = t->q->n_rows[0] / 2;
    t->n_rows[1] = t->q->n_rows[1] / 2;
    t->n_scratch = n_threads;
    t->scratch = ct_calloc_array(n_threads, sizeof *t->scratch);
    t->e = ct_malloc_array(t->n_rows[0] + t->n_rows[1], sizeof *t->e);
    for (size_t i = 0; t->scratch != NULL && i < n_threads; i++)
        has_memory = scratch_init(t, &t->scratch[i]) && has_memory;
    if (!has_memory || t->scratch == NULL || t->e == NULL)
        return ct_fail_nomem(err, "halves", 0);
    contrast_vector(t->n_rows[0], t->n_rows[1], t->e);
    return CT_OK;
}

double halves_memory(size_t n_features, size_t n_samples, size_t n_chosen, size_t n_threads)
{
    const double n = (double)n_features;
    const double k = (double)n_chosen;
    const double each =
        2 * sizeof(struct ttest_result) + 2 * sizeof(double) + sizeof(bool) + sizeof(size_t);
    const double groups = k * (double)n_samples / 2.0 * sizeof(double) + k * k * sizeof(double) +
                          ward_groups_memory(n_chosen);

    return (double)n_threads * (n * each + groups);
}

/* ---- all halves ---- */

/* Means and ranges of one number over the halves that have it. */
static void summarize(struct halves *h, enum half_number k)
{
    double *const mean = &h->mean.number[k];
    double *const low = &h->low.number[k];
    double *const high = &h->high.number[k];
    size_t count = 0;

    *mean = *low = *high = NAN;
    for (size_t b = 0; b < h->n; b++) {
        const double x = h->each[b].number[k];
        if (isnan(x) || h->each[b].number[HALF_CHOSEN] < HALF_LEAST)
            continue;
        *mean = count == 0 ? x : *mean + x;
        *low = fmin(*low, x); /* of NaN and a number, the number */
        *high = fmax(*high, x);
        count++;
    }
    *mean /= (double)count;
}

enum ct_status halves_new(const struct halves_question *question, struct crew *crew,
                          const struct progress *progress, struct halves *out, struct ct_error *err)
{
    struct halves h = { .each = ct_malloc_array(question->n_halves, sizeof *h.each) };
    struct halver t = { .q = question, .each = h.each };
    enum ct_status status = CT_OK;

    if (question->n_rows[0] < 2 * HALF_SAMPLES || question->n_rows[1] < 2 * HALF_SAMPLES)
        status = ct_fail(err, CT_EINVAL, "halves: %zu and %zu samples are too few; use %d and more",
                         question->n_rows[0], question->n_rows[1], 2 * HALF_SAMPLES);
    else if (h.each == NULL)
        status = ct_fail_nomem(err, "halves", 0);
    if (status == CT_OK)
        status = halver_init(&t, crew_size(crew), err);
    if (status == CT_OK)
        status = draws_make(question->n_halves, do_half, &t, crew, progress, "halves", &h.n, err);
    halver_clear(&t);
    if (status != CT_OK) {
        halves_clear(&h);
        return status;
    }
    for (size_t b = 0; b < h.n; b++)
        h.n_left_out += h.each[b].number[HALF_CHOSEN] < HALF_LEAST;
    for (size_t k = 0; k < HALF_NUMBERS; k++)
        summarize(&h, (enum half_number)k);
    *out = h;
    return CT_OK;
}

void halves_clear(struct halves *h)
{
    free(h->each);
    *h = (struct halves){ .n = 0 };
}
