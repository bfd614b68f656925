#include "config.h"
#include "pipeline/answer_chance.h"

#include <stdlib.h>

#include "base/mem.h"
#include "num/tests/test.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_ttest.h"

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
        .has_pairs = samples->are_pairs,
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

/* Tests the samples that count, and exchanges them. */
enum ct_status answer_chance(const struct analysis *a, const struct samples *samples,
                             struct crew *crew, const struct progress *progress,
                             struct answer_result *r, struct ct_error *err)
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
                                         .n_rows = { samples->n[0], samples->n[1] },
                                         .has_pairs = samples->are_pairs,
                                         .test = &tests[a->params.test],
                                         .correction = ttest_rule(a).correction,
                                         .alpha = ttest_rule(a).alpha,
                                         .statistic = numbers,
                                         .n_draws = EXCHANGES,
                                         .seed = a->params.seed };
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
        status = find_effects(a, samples, numbers + n, crew, r, err);
    if (status == CT_OK)
        status = exchange_new(&q, crew, progress, &r->exchange, err);
    if (status == CT_OK)
        count_exchanges(&a->params, n, ttest_of(a)->n_significant, r);
    free(results);
    free(numbers);
    return status;
}

double answer_chance_memory(size_t n_neurons, size_t n_threads)
{
    return exchange_memory(n_neurons, EXCHANGES, n_threads) +
           (double)n_neurons * (double)(sizeof(struct effect) + sizeof(double));
}
