#include "config.h"
#include "pipeline/stage_answer.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/fnv.h"
#include "base/mem.h"
#include "num/cluster/agreement.h"
#include "num/draws.h"
#include "num/linear/blas_library.h"
#include "num/linear/similarity.h"
#include "num/null/axes.h"
#include "num/null/profiles.h"
#include "num/tests/test.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_ttest.h"

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = { "yes", "clumped", "no", "unanswerable" };

    return names[verdict];
}

/* ---- sentences that count once ---- */

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

struct samples {     /* zero-initialise; owns rows until samples_clear() */
    size_t *rows[2]; /* [n[g]] */
    size_t n[2];
};

static void samples_clear(struct samples *s)
{
    free(s->rows[0]);
    free(s->rows[1]);
}

static enum ct_status samples_choose(const struct analysis *a, struct samples *s,
                                     struct answer_result *r, struct ct_error *err)
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
    r->has_pairs = c->n_rows[0] == c->n_rows[1];
    if (r->has_pairs) {
        s->n[0] = s->n[1] = keep_first(X, c->rows, 2, c->n_rows[0], seen, s->rows);
    } else {
        for (size_t g = 0; g < 2; g++)
            s->n[g] = keep_first(X, &c->rows[g], 1, c->n_rows[g], seen, &s->rows[g]);
    }
    free(seen);
    for (size_t g = 0; g < 2; g++)
        r->n_samples[g] = s->n[g];
    r->n_repeated = c->n_rows[0] + c->n_rows[1] - s->n[0] - s->n[1];
    return CT_OK;
}

/* ---- draws ---- */

enum { RHOS = 9, PLANTED_DRAWS = 20 }; /* similarities 0.1 .. 0.9 */

struct planted { /* a draw with planted groups */
    double clumping[RHOS];
};

struct drawing { /* a crew's task: block i is draw first + i */
    const struct nulls *nulls;
    struct null_draw *draws;
    struct planted *planted; /* NULL: draws */
    size_t first;
    struct ct_error *errors; /* [n_blocks] */
    enum ct_status *status;  /* [n_blocks] */
};

static void draw_block(void *context, size_t i)
{
    static const double rho[RHOS] = { 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9 };
    struct drawing *const d = context;
    const size_t b = d->first + i;

    if (d->planted != NULL)
        d->status[i] =
            nulls_draw_planted(d->nulls, b, rho, RHOS, d->planted[b].clumping, &d->errors[i]);
    else
        d->status[i] = nulls_draw(d->nulls, b, &d->draws[b], &d->errors[i]);
}

/* Makes n draws, some at a time; *n_done of them are made when it is cancelled. */
static enum ct_status draw_all(struct drawing *d, size_t n, struct crew *crew,
                               const struct progress *progress, size_t *n_done,
                               struct ct_error *err)
{
    const size_t n_threads = crew_size(crew);
    enum ct_status status = CT_OK;

    d->errors = ct_calloc_array(n_threads, sizeof *d->errors);
    d->status = ct_calloc_array(n_threads, sizeof *d->status);
    if (d->errors == NULL || d->status == NULL)
        status = ct_fail_nomem(err, "draws", 0);
    for (*n_done = 0; status == CT_OK && *n_done < n;) {
        const size_t count = size_min(n_threads, n - *n_done);
        if (!progress_tick(progress, *n_done, n)) {
            status = ct_fail(err, CT_ECANCELED, "answer: cancelled");
            break;
        }
        d->first = *n_done;
        crew_run(crew, count, draw_block, d);
        for (size_t i = 0; status == CT_OK && i < count; i++)
            if (d->status[i] != CT_OK) {
                status = d->status[i];
                if (err != NULL)
                    *err = d->errors[i];
            }
        *n_done += count;
    }
    free(d->errors);
    free(d->status);
    return status;
}

/* Summarizes the draws' member at `offset`; sorted [n] is scratch, ascending at the end. */
static struct null_summary summarize(const struct answer_result *r, size_t offset, double *sorted)
{
    struct null_summary s = { NAN, NAN, NAN, NAN, NAN };
    double square = 0.0;

    if (r->n_draws == 0)
        return s;
    s.mean = 0.0;
    for (size_t b = 0; b < r->n_draws; b++) {
        memcpy(&sorted[b], (const char *)&r->draws[b] + offset, sizeof *sorted);
        s.mean += sorted[b] / (double)r->n_draws;
    }
    for (size_t b = 0; b < r->n_draws; b++)
        square += (sorted[b] - s.mean) * (sorted[b] - s.mean);
    if (r->n_draws > 1)
        s.sd = sqrt(square / (double)(r->n_draws - 1));
    s.pvalue = draws_pvalue(r->observed.clumping, sorted, r->n_draws);
    draws_sort(sorted, r->n_draws);
    s.low = draws_quantile(sorted, r->n_draws, 0.025);
    s.high = draws_quantile(sorted, r->n_draws, 0.975);
    return s;
}

/* The smallest similarity at which 80 % of the planted draws exceed 95 % of both null models. */
static double find_sensitivity(const struct planted *planted, double bound)
{
    for (size_t k = 0; k < RHOS; k++) {
        size_t seen = 0;
        for (size_t b = 0; b < PLANTED_DRAWS; b++)
            seen += planted[b].clumping[k] > bound;
        if (10 * seen >= 8 * PLANTED_DRAWS)
            return 0.1 * (double)(k + 1);
    }
    return NAN;
}

static enum ct_status draw_planted(const struct nulls *nulls, struct answer_result *r, double bound,
                                   struct crew *crew, const struct progress *progress,
                                   struct ct_error *err)
{
    struct planted *const planted = ct_malloc_array(PLANTED_DRAWS, sizeof *planted);
    struct drawing d = { .nulls = nulls, .planted = planted };
    size_t n_done = 0;
    enum ct_status status;

    if (planted == NULL)
        return ct_fail_nomem(err, "draws", 0);
    status = draw_all(&d, PLANTED_DRAWS, crew, progress, &n_done, err);
    if (status == CT_OK)
        r->sensitivity = find_sensitivity(planted, bound);
    free(planted);
    return status;
}

/* ---- clumping ---- */

enum { EXCHANGES = 999 };

enum { /* shares of the time */
       STEPS_EXCHANGE = 20,
       STEPS_FIT = 4,
       STEPS_DRAWS = 60,
       STEPS_PLANTED = 6,
       STEPS_GROUPS = 30,
       STEPS = STEPS_EXCHANGE + STEPS_FIT + STEPS_DRAWS + STEPS_PLANTED + STEPS_GROUPS
};

struct steps { /* of the progress of the stage */
    struct progress_part part;
    struct progress progress;
};

static const struct progress *step(struct steps *s, const struct stage_run *run, size_t first,
                                   size_t n)
{
    s->part = (struct progress_part){ &run->progress, first, n, STEPS };
    s->progress = progress_of_part(&s->part);
    return &s->progress;
}

static void count_exchanges(const struct params *params, size_t n_neurons, size_t n_significant,
                            struct answer_result *r)
{
    const struct exchange *const e = &r->exchange;
    size_t as_many = 0;

    for (size_t b = 0; b < e->n_draws; b++)
        if (e->n_significant[b] >= n_significant)
            as_many++;
    r->pvalue_exchange = (double)(as_many + 1) / (double)(e->n_draws + 1);
    for (size_t j = 0; j < n_neurons; j++) {
        if (e->p_maxt[j] <= params->alpha)
            r->n_maxt++;
        if (e->p_stepdown[j] <= params->alpha)
            r->n_stepdown++;
    }
}

struct effect_task { /* a crew's task: block i is the i-th EFFECT_BLOCK columns */
    const struct matview *X;
    const struct samples *samples;
    bool has_pairs;
    double *columns; /* [crew_size, n_samples] */
    struct effect *out;
};

enum { EFFECT_BLOCK = 32 };

static void effect_block(void *context, size_t block)
{
    const struct effect_task *const t = context;
    const size_t n_a = t->samples->n[0];
    const size_t n_b = t->samples->n[1];
    double *const x = t->columns + crew_thread() * (n_a + n_b);
    const size_t end = size_min((block + 1) * EFFECT_BLOCK, t->X->cols);

    for (size_t j = block * EFFECT_BLOCK; j < end; j++) {
        for (size_t i = 0; i < n_a + n_b; i++)
            x[i] = matview_get(t->X,
                               i < n_a ? t->samples->rows[0][i] : t->samples->rows[1][i - n_a], j);
        t->out[j] = effect_size(x, n_a, x + n_a, n_b, t->has_pairs);
    }
}

static enum ct_status find_effects(const struct analysis *a, const struct samples *samples,
                                   const double *pvalues, struct crew *crew,
                                   struct answer_result *r, struct ct_error *err)
{
    const size_t n = extract_of(a)->X.cols;
    bool *const significant = ct_malloc_array(n, sizeof *significant);
    struct effect_task task = {
        .X = &extract_of(a)->X,
        .samples = samples,
        .has_pairs = r->has_pairs,
        .columns = ct_malloc_array(crew_size(crew),
                                   (samples->n[0] + samples->n[1]) * sizeof *task.columns),
    };
    double threshold;
    enum ct_status status = CT_OK;

    r->effects = task.out = ct_malloc_array(n, sizeof *r->effects);
    r->p_bh = ct_malloc_array(n, sizeof *r->p_bh);
    if (task.columns == NULL || significant == NULL || r->effects == NULL || r->p_bh == NULL) {
        status = ct_fail_nomem(err, "answer", 0);
    } else {
        r->n_columns = n;
        crew_run(crew, (n + EFFECT_BLOCK - 1) / EFFECT_BLOCK, effect_block, &task);
        status = multitest_adjust(pvalues, n, CORRECTION_FDR_BH, a->params.alpha, r->p_bh,
                                  significant, &threshold, err);
    }
    free(task.columns);
    free(significant);
    return status;
}

/* Tests the samples that count, and exchanges their pairs. */
static enum ct_status ask_exchange(const struct analysis *a, const struct samples *samples,
                                   const struct stage_run *run, struct answer_result *r,
                                   struct ct_error *err)
{
    const size_t n = extract_of(a)->X.cols;
    struct ttest_result *const results = ct_malloc_array(n, sizeof *results);
    double *const numbers = ct_malloc_array(n, 2 * sizeof *numbers); /* statistics, p-values */
    const struct test_job job = { .X = &extract_of(a)->X,
                                  .rows = { samples->rows[0], samples->rows[1] },
                                  .n_rows = { samples->n[0], samples->n[1] },
                                  .n_threads = a->params.threads,
                                  .out = results };
    const struct exchange_question q = { .X = &extract_of(a)->X,
                                         .rows = { samples->rows[0], samples->rows[1] },
                                         .n_pairs = samples->n[0],
                                         .test = &tests[a->params.test],
                                         .correction = a->params.correction,
                                         .alpha = a->params.alpha,
                                         .statistic = numbers,
                                         .n_draws = EXCHANGES,
                                         .seed = a->params.seed };
    struct crew *crew = NULL;
    struct steps s;
    enum ct_status status =
        results != NULL && numbers != NULL ? CT_OK : ct_fail_nomem(err, "answer", 0);

    if (status == CT_OK)
        status = tests[a->params.test].columns(&job, err);
    for (size_t j = 0; status == CT_OK && j < n; j++) {
        numbers[j] = results[j].statistic;
        numbers[n + j] = results[j].pvalue;
    }
    if (status == CT_OK)
        r->pi0 = storey_pi0(numbers + n, n);
    if (status == CT_OK)
        status = crew_new(a->params.threads, &crew, err);
    if (status == CT_OK)
        status = find_effects(a, samples, numbers + n, crew, r, err);
    if (status == CT_OK && r->has_pairs) {
        status = exchange_new(&q, crew, step(&s, run, 0, STEPS_EXCHANGE), &r->exchange, err);
        if (status == CT_OK)
            count_exchanges(&a->params, n, ttest_of(a)->n_significant, r);
    }
    crew_free(crew);
    free(results);
    free(numbers);
    return status;
}

static enum ct_status ask_nulls(const struct analysis *a, const struct null_question *q,
                                const struct stage_run *run, struct crew *crew,
                                struct answer_result *r, struct ct_error *err)
{
    const size_t n = a->params.draws;
    struct nulls *nulls = NULL;
    double *const sorted = ct_malloc_array(n, sizeof *sorted);
    struct drawing d = { .draws = NULL };
    struct steps s;
    enum ct_status status =
        nulls_new(q, crew, step(&s, run, STEPS_EXCHANGE, STEPS_FIT), &nulls, err);

    if (status == CT_OK)
        r->observed = nulls_observed(nulls);
    d.nulls = nulls;
    d.draws = r->draws = ct_malloc_array(n, sizeof *r->draws);
    if (status == CT_OK && (sorted == NULL || r->draws == NULL))
        status = ct_fail_nomem(err, "draws", 0);
    if (status == CT_OK)
        status = draw_all(&d, n, crew, step(&s, run, STEPS_EXCHANGE + STEPS_FIT, STEPS_DRAWS),
                          &r->n_draws, err);
    if (status == CT_ECANCELED && r->n_draws > 0)
        status = CT_OK;
    if (status == CT_OK) {
        r->random = summarize(r, offsetof(struct null_draw, clumping_random), sorted);
        r->context = summarize(r, offsetof(struct null_draw, clumping_context), sorted);
        double bound = draws_quantile(sorted, r->n_draws, 0.95);
        r->cloud = summarize(r, offsetof(struct null_draw, clumping_cloud), sorted);
        bound = fmax(bound, draws_quantile(sorted, r->n_draws, 0.95));
        r->pvalue = fmax(r->cloud.pvalue, r->context.pvalue);
        r->skewness_mean = 0.0;
        for (size_t b = 0; b < r->n_draws; b++) {
            r->skewness_mean += r->draws[b].skewness_cloud / (double)r->n_draws;
            r->skewness_limit = fmax(r->skewness_limit, r->draws[b].skewness_cloud);
        }
        status =
            draw_planted(nulls, r, bound, crew,
                         step(&s, run, STEPS - STEPS_GROUPS - STEPS_PLANTED, STEPS_PLANTED), err);
        if (status == CT_ECANCELED)
            status = CT_OK; /* without the sensitivity */
    }
    nulls_free(nulls);
    free(sorted);
    return status;
}

static enum ct_status ask_groups(const struct analysis *a, const struct null_question *q,
                                 const struct stage_run *run, struct crew *crew,
                                 struct answer_result *r, struct ct_error *err)
{
    const struct recovery_question question = { .profiles = q->profiles,
                                                .selected = q->selected,
                                                .n_selected = q->n_selected,
                                                .has_pairs = r->has_pairs,
                                                .n_draws = a->params.resamples,
                                                .seed = q->seed };
    struct steps s;

    if (q->n_selected > GROUPS_MOST)
        return CT_OK;
    const enum ct_status status =
        recovery_new(&question, crew, step(&s, run, STEPS - STEPS_GROUPS, STEPS_GROUPS),
                     &r->recovery, err);
    if (status == CT_ECANCELED) /* there are no groups then */
        return CT_OK;
    if (status != CT_OK)
        return status;
    for (size_t g = 0; g < r->recovery.n_groups; g++)
        r->n_firm += group_is_firm(&r->recovery.groups[g], a->params.alpha);
    r->order = ct_malloc_array(q->n_selected, sizeof *r->order);
    return r->order != NULL ? order_by_label(r->recovery.labels, q->n_selected, r->order, err)
                            : ct_fail_nomem(err, "answer", 0);
}

static void decide(const struct analysis *a, struct answer_result *r)
{
    if (r->observed.skewness > r->skewness_limit) {
        r->verdict = VERDICT_UNANSWERABLE;
        r->reason = NO_ANSWER_SKEWED;
    } else if (r->pvalue > a->params.alpha) {
        r->verdict = VERDICT_NO;
    } else {
        r->verdict = r->n_firm >= 2 ? VERDICT_YES : VERDICT_CLUMPED;
    }
}

/* ---- what the picture is made of ---- */

/* eta^2: the share of the variance of x [n] between clusters, noise left out; NaN without
 * variance. */
static double share_between(const struct clustering *c, const double *x)
{
    double *const sums = ct_calloc_array(c->n_clusters, 2 * sizeof *sums); /* and sizes */
    double mean = 0.0, total = 0.0, between = 0.0, n = 0.0;

    for (size_t i = 0; sums != NULL && i < c->n; i++)
        if (c->labels[i] >= 0) {
            sums[2 * c->labels[i]] += x[i];
            sums[2 * c->labels[i] + 1] += 1.0;
            mean += x[i];
            n += 1.0;
        }
    mean /= n;
    for (size_t i = 0; i < c->n; i++)
        if (c->labels[i] >= 0)
            total += (x[i] - mean) * (x[i] - mean);
    for (size_t k = 0; sums != NULL && k < c->n_clusters; k++) {
        const double d = sums[2 * k] / sums[2 * k + 1] - mean;
        between += sums[2 * k + 1] * d * d;
    }
    free(sums);
    return sums != NULL && total > 0.0 ? between / total : NAN;
}

/* The silhouette of the clusters, without noise, among the context profiles of the neurons. */
static enum ct_status find_silhouette(const struct profiles *p, const size_t *selected, size_t n,
                                      const struct clustering *c, const size_t *of_selected,
                                      double *out, struct ct_error *err)
{
    double *const squared = ct_malloc_array(n, n * sizeof *squared);
    double *const w = ct_malloc_array(n, p->n_samples * sizeof *w);
    int32_t *const labels = ct_malloc_array(n, sizeof *labels);
    size_t *const which = ct_malloc_array(n, sizeof *which);
    size_t n_used = 0;
    enum ct_status status = CT_OK;

    if (squared == NULL || w == NULL || labels == NULL || which == NULL) {
        status = ct_fail_nomem(err, "silhouette", 0);
    } else {
        for (size_t i = 0; i < n; i++)
            if (c->labels[of_selected[i]] >= 0) {
                labels[n_used] = c->labels[of_selected[i]];
                which[n_used++] = selected[i];
            }
        profiles_gather(p, which, n_used, w);
        squared_distances(w, n_used, p->n_samples, squared);
        status = silhouette_of_distances(squared, n_used, labels, c->n_clusters, out, err);
    }
    free(squared);
    free(w);
    free(labels);
    free(which);
    return status;
}

/* Lengths and means of the significant neurons over the sentences of both groups. */
static enum ct_status describe_picture(const struct analysis *a, const struct null_question *q,
                                       struct answer_result *r, struct ct_error *err)
{
    const struct mat *const X = &ttest_of(a)->selected;
    const struct clustering *const c = &clusters_of(a)->by[0];
    double *const numbers = ct_malloc_array(X->rows, 2 * sizeof *numbers);
    int32_t *const signs = ct_malloc_array(X->rows, sizeof *signs);
    enum ct_status status = CT_OK;

    if (c->n_clusters < 2 || numbers == NULL || signs == NULL) {
        free(numbers);
        free(signs);
        return c->n_clusters < 2 ? CT_OK : ct_fail_nomem(err, "answer", 0);
    }
    for (size_t i = 0; i < X->rows; i++) {
        const double *const x = mat_row(X, i);
        double mean = 0.0, square = 0.0;
        for (size_t k = 0; k < X->cols; k++)
            mean += x[k] / (double)X->cols;
        for (size_t k = 0; k < X->cols; k++)
            square += (x[k] - mean) * (x[k] - mean);
        numbers[i] = 0.5 * log(fmax(square, DBL_MIN));
        numbers[X->rows + i] = mean;
        signs[i] = ttest_of(a)->neurons[ttest_of(a)->significant[i]].statistic > 0.0;
    }
    r->share_size = share_between(c, numbers);
    r->share_mean = share_between(c, numbers + X->rows);
    status = adjusted_rand(c->labels, c->n_clusters, signs, 2, X->rows, &r->ari_sign, err);
    if (status == CT_OK && q->n_selected <= GROUPS_MOST)
        status = find_silhouette(q->profiles, q->selected, q->n_selected, c, r->selected,
                                 &r->silhouette_context, err);
    free(numbers);
    free(signs);
    return status;
}

/* ---- the stage ---- */

static void release(void *result)
{
    struct answer_result *const r = result;

    if (r == NULL)
        return;
    free(r->selected);
    exchange_clear(&r->exchange);
    free(r->effects);
    free(r->p_bh);
    free(r->draws);
    free(r->order);
    recovery_clear(&r->recovery);
    free(r);
}

/* The significant neurons among the profiles: selected [n] their indices there, r->selected among
 * the significant ones. */
static enum ct_status find_selected(const struct analysis *a, const struct profiles *p,
                                    struct answer_result *r, size_t **selected,
                                    struct ct_error *err)
{
    const struct ttest_stage *const t = ttest_of(a);
    size_t j = 0;

    *selected = ct_malloc_array(t->n_significant, sizeof **selected);
    r->selected = ct_malloc_array(t->n_significant, sizeof *r->selected);
    if (*selected == NULL || r->selected == NULL)
        return ct_fail_nomem(err, "answer", 0);
    for (size_t i = 0; i < t->n_significant; i++) {
        while (j < p->n_neurons && p->neuron[j] < t->significant[i])
            j++;
        if (j < p->n_neurons && p->neuron[j] == t->significant[i]) {
            r->selected[r->n_selected] = i;
            (*selected)[r->n_selected++] = j;
        }
    }
    return CT_OK;
}

static enum ct_status ask(const struct analysis *a, const struct stage_run *run,
                          const struct profiles *p, struct answer_result *r, struct ct_error *err)
{
    size_t *selected = NULL;
    struct crew *crew = NULL;
    enum ct_status status = find_selected(a, p, r, &selected, err);
    const struct null_question q = { .profiles = p,
                                     .selected = selected,
                                     .n_selected = r->n_selected,
                                     .test = &tests[a->params.test],
                                     .correction = a->params.correction,
                                     .alpha = a->params.alpha,
                                     .seed = a->params.seed };

    r->n_neurons = p->n_neurons;
    r->planted = planted_size(r->n_selected);
    if (status == CT_OK && r->n_selected < CLUMPING_LEAST) {
        r->reason = NO_ANSWER_FEW;
        free(selected);
        return CT_OK;
    }
    if (status == CT_OK)
        status = crew_new(a->params.threads, &crew, err);
    if (status == CT_OK)
        status = blas_library_load((size_t)a->params.threads, err);
    if (status == CT_OK)
        status = ask_nulls(a, &q, run, crew, r, err);
    if (status == CT_OK)
        status = ask_groups(a, &q, run, crew, r, err);
    if (status == CT_OK)
        status = describe_picture(a, &q, r, err);
    if (status == CT_OK)
        decide(a, r);
    crew_free(crew);
    free(selected);
    return status;
}

static enum ct_status fill(const struct analysis *a, const struct stage_run *run,
                           struct answer_result *r, struct ct_error *err)
{
    struct samples samples = { .n = { 0, 0 } };
    struct profiles p = { 0 };
    enum ct_status status = samples_choose(a, &samples, r, err);

    if (status == CT_OK && (samples.n[0] < 3 || samples.n[1] < 3)) {
        r->reason = NO_ANSWER_SAMPLES;
        samples_clear(&samples);
        return CT_OK;
    }
    if (status == CT_OK)
        status = ask_exchange(a, &samples, run, r, err);
    if (status == CT_OK)
        status = profiles_new(&extract_of(a)->X,
                              (const size_t *const[]){ samples.rows[0], samples.rows[1] },
                              samples.n, &p, err);
    if (status == CT_OK)
        status = ask(a, run, &p, r, err);
    if (status == CT_EINVAL) { /* the data do not allow a cloud */
        r->reason = NO_ANSWER_CLOUD;
        status = CT_OK;
    }
    profiles_clear(&p);
    samples_clear(&samples);
    return status;
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct answer_result *const r = calloc(1, sizeof *r);
    enum ct_status status = CT_OK;

    if (r == NULL)
        return ct_fail_nomem(err, "answer", 0);
    r->verdict = VERDICT_UNANSWERABLE;
    r->pvalue_exchange = r->pi0 = NAN;
    r->pvalue = r->sensitivity = r->skewness_mean = NAN;
    r->share_size = r->share_mean = r->ari_sign = r->silhouette_context = NAN;
    r->cloud = r->context = r->random = (struct null_summary){ NAN, NAN, NAN, NAN, NAN };
    r->observed = (struct nulls_observed){ NAN, NAN, 0 };
    status = fill(a, run, r, err);
    if (status != CT_OK) {
        release(r);
        return status;
    }
    *result = r;
    return CT_OK;
}

static double memory(const struct analysis *a)
{
    const size_t n = extract_of(a)->X.cols;
    const size_t s = contrast_of(a)->n_rows[0] + contrast_of(a)->n_rows[1];
    const size_t k = ttest_of(a)->n_significant;
    const size_t n_threads = (size_t)a->params.threads;

    const double exchange = exchange_memory(n, EXCHANGES, n_threads) +
                            (double)n * (double)(sizeof(struct effect) + sizeof(double));
    if (k < CLUMPING_LEAST)
        return exchange;
    const double nulls =
        fmax(nulls_memory(n, s, n_threads), (double)n_threads * nulls_draw_memory(n, s, k));
    const double groups = k <= GROUPS_MOST ? recovery_memory(k, s, n_threads) : 0.0;
    return exchange + profiles_memory(n, s) + fmax(nulls, groups) + blas_memory(a->params.threads);
}

static void note(const void *value, char out[NOTE_SIZE])
{
    const struct answer_result *const r = value;

    snprintf(out, NOTE_SIZE, "%s",
             r->verdict == VERDICT_UNANSWERABLE ? "?" : verdict_name(r->verdict));
}

static const struct setting answer_settings[] = {
    { .name = "answer",
      .kind = &kind_flag,
      .scope = OF_NONE,
      .field = offsetof(struct params, answer),
      .commands = FOR_RUN,
      .help = "is it clustered?" },
    { .name = "draws",
      .kind = &kind_count,
      .field = offsetof(struct params, draws),
      .commands = FOR_RUN,
      .argument = "N",
      .help = "of the null models",
      .is_rare = true,
      .low = 1 },
    { .name = "resamples",
      .kind = &kind_count,
      .field = offsetof(struct params, resamples),
      .commands = FOR_RUN,
      .argument = "N",
      .help = "of the sentences",
      .is_rare = true,
      .low = 1 },
};

const struct stage stage_answer = {
    .name = "answer",
    .title = "Answer",
    .does = "asks whether the neurons are clustered",
    .settings = answer_settings,
    .n_settings = sizeof answer_settings / sizeof *answer_settings,
    .inputs = (const struct stage *const[]){ &stage_contrast, &stage_extract, &stage_ttest,
                                             &stage_cluster, NULL },
    .effort = 40,
    .memory = memory,
    .advice = "select fewer neurons (a smaller --alpha, fewer --hook) or use fewer --threads",
    .compute = compute,
    .free = release,
    .note = note,
};
