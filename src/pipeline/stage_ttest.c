#include "config.h"
#include "pipeline/stage_ttest.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/mem.h"
#include "base/memory_limit.h"
#include "num/tests/exchange.h"
#include "num/tests/student_t.h"
#include "num/tests/test.h"
#include "num/linear/similarity.h"
#include "pipeline/seed.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"

static enum ct_status allocate(struct ttest_stage *t, size_t n, struct ct_error *err)
{
    t->n_neurons = n;
    t->neurons = ct_calloc_array(n, sizeof *t->neurons);
    t->p_adjusted = ct_calloc_array(n, sizeof *t->p_adjusted);
    t->is_significant = ct_calloc_array(n, sizeof *t->is_significant);
    t->significant = ct_malloc_array(n, sizeof *t->significant);
    if (t->neurons == NULL || t->p_adjusted == NULL || t->is_significant == NULL ||
        t->significant == NULL)
        return ct_fail_nomem(err, "t-test", 0);
    return CT_OK;
}

static enum ct_status correct_pvalues(const struct analysis *a, struct ttest_stage *t,
                                      struct ct_error *err)
{
    const struct params *const params = &a->params;
    double *const p = ct_malloc_array(t->n_neurons, sizeof *p);

    if (p == NULL)
        return ct_fail_nomem(err, "t-test", 0);
    for (size_t j = 0; j < t->n_neurons; j++)
        p[j] = t->neurons[j].pvalue;
    const enum ct_status status =
        multitest_adjust(p, t->n_neurons, params->correction, params->alpha, t->p_adjusted,
                         t->is_significant, &t->p_threshold, err);
    free(p);
    if (status == CT_OK)
        t->t_critical = tests[params->test].critical(t->p_threshold, contrast_of(a)->n_rows);
    return status;
}

/* ---- maxT ---- */

/* The p of the critical |t|; if degrees of freedom differ, the largest significant p. */
static double bound_of_maxt(const struct analysis *a, const struct ttest_stage *t)
{
    const double df = tests[a->params.test].df(contrast_of(a)->n_rows);
    double largest = 0.0;
    struct student_t s;

    student_t_init(&s, df);
    if (!isnan(df))
        return student_t_pvalue(&s, t->t_critical);
    for (size_t j = 0; j < t->n_neurons; j++)
        if (t->is_significant[j])
            largest = fmax(largest, t->neurons[j].pvalue);
    return largest;
}

static enum ct_status take_exchanges(const struct analysis *a, const struct exchange *e,
                                     struct ttest_stage *t, struct ct_error *err)
{
    if (e->n_draws < EXCHANGES)
        return ct_fail(err, CT_ECANCELED, "t-test: cancelled");
    for (size_t j = 0; j < t->n_neurons; j++) {
        t->p_adjusted[j] = e->p_maxt[j];
        t->is_significant[j] = e->p_maxt[j] <= a->params.alpha;
    }
    const enum ct_status status = exchange_critical(e, a->params.alpha, &t->t_critical, err);
    if (status == CT_OK)
        t->p_threshold = bound_of_maxt(a, t);
    return status;
}

/* p by maxT, from exchanges of all sentences; in pairs if both groups have as many. */
static enum ct_status correct_by_maxt(const struct analysis *a, const struct progress *progress,
                                      struct ttest_stage *t, struct ct_error *err)
{
    const struct contrast *const c = contrast_of(a);
    double *const statistic = ct_malloc_array(t->n_neurons, sizeof *statistic);
    const struct exchange_question q = { .X = &extract_of(a)->X,
                                         .rows = { c->rows[0], c->rows[1] },
                                         .n_rows = { c->n_rows[0], c->n_rows[1] },
                                         .has_pairs = c->n_rows[0] == c->n_rows[1],
                                         .test = &tests[a->params.test],
                                         .correction = CORRECTION_NONE,
                                         .alpha = a->params.alpha,
                                         .statistic = statistic,
                                         .n_draws = EXCHANGES,
                                         .seed = a->params.seed };
    struct exchange e = { .n_draws = 0 };
    struct crew *crew = NULL;
    enum ct_status status = statistic != NULL ? crew_new(a->params.threads, &crew, err)
                                              : ct_fail_nomem(err, "t-test", 0);

    for (size_t j = 0; statistic != NULL && j < t->n_neurons; j++)
        statistic[j] = t->neurons[j].statistic;
    if (status == CT_OK)
        status = exchange_new(&q, crew, progress, &e, err);
    if (status == CT_OK)
        status = take_exchanges(a, &e, t, err);
    exchange_clear(&e);
    crew_free(crew);
    free(statistic);
    return status;
}

struct test_rule ttest_rule(const struct analysis *a)
{
    const struct params *const params = &a->params;
    const double bound = fmin(fmax(ttest_of(a)->p_threshold, DBL_MIN), 1.0 - DBL_EPSILON);

    return params->correction == CORRECTION_MAXT
               ? (struct test_rule){ CORRECTION_NONE, bound }
               : (struct test_rule){ params->correction, params->alpha };
}

/* ---- the selected neurons ---- */

static const char FEWER_NEURONS[] = "select fewer neurons: a smaller --alpha, fewer --hook";

double ttest_selection_memory(size_t n_selected, size_t n_sentences)
{
    return 8.0 * (double)n_selected * (double)(n_sentences + 1);
}

enum ct_status ttest_select(const struct analysis *a, const size_t *rows, size_t n_rows,
                            struct ttest_stage *t, struct ct_error *err)
{
    enum { BLOCK = 64 }; /* neurons whose rows stay in the cache while being filled */
    const struct matview *const X = &extract_of(a)->X;
    const char *const folder = a->params.temporary;
    const char *const what = "neurons";
    enum ct_status status = CT_OK;
    size_t row_size;

    if (extract_in_memory(8.0 * (double)t->n_significant * (double)n_rows, folder))
        status = memory_check(ttest_selection_memory(t->n_significant, n_rows),
                              "significant neurons", FEWER_NEURONS, err);
    if (status != CT_OK)
        return status;
    t->norms = ct_malloc_array(t->n_significant, sizeof *t->norms);
    if (t->norms == NULL || !ct_mul_size(n_rows, sizeof(double), &row_size))
        return ct_fail_nomem(err, what, 0);
    status = spill_init(&t->own, t->n_significant, row_size, MOST_IN_MEMORY, folder, what, err);
    if (status != CT_OK)
        return status;
    t->selected = (struct mat){ .rows = t->n_significant, .cols = n_rows, .data = t->own.data };
    for (size_t first = 0; first < t->n_significant; first += BLOCK) {
        const size_t end = first + BLOCK < t->n_significant ? first + BLOCK : t->n_significant;
        for (size_t i = 0; i < n_rows; i++)
            for (size_t k = first; k < end; k++)
                mat_row(&t->selected, k)[i] = matview_get(X, rows[i], t->significant[k]);
    }
    row_norms(&t->selected, t->norms);
    return CT_OK;
}

/* Copies the significant neurons as points, with the sentences of both groups in file order as
 * features. */
static enum ct_status select_significant(const struct analysis *a, struct ttest_stage *t,
                                         struct ct_error *err)
{
    const struct contrast *const c = contrast_of(a);
    const size_t n = c->n_rows[0] + c->n_rows[1];
    size_t *const rows = ct_malloc_array(n, sizeof *rows);

    if (rows == NULL)
        return ct_fail_nomem(err, "t-test", 0);
    contrast_merge_rows(c, rows);
    const enum ct_status status = ttest_select(a, rows, n, t, err);
    free(rows);
    return status;
}

static enum ct_status correct(const struct analysis *a, const struct progress *progress,
                              struct ttest_stage *t, struct ct_error *err)
{
    const enum ct_status status = a->params.correction == CORRECTION_MAXT
                                      ? correct_by_maxt(a, progress, t, err)
                                      : correct_pvalues(a, t, err);

    for (size_t j = 0; status == CT_OK && j < t->n_neurons; j++) {
        t->n_nan += isnan(t->neurons[j].pvalue) ? 1 : 0;
        if (t->is_significant[j])
            t->significant[t->n_significant++] = j;
    }
    return status;
}

static enum ct_status test_neurons(const struct analysis *a, const struct progress *progress,
                                   struct ttest_stage *t, struct ct_error *err)
{
    const struct matview *const X = &extract_of(a)->X;
    const struct contrast *const c = contrast_of(a);
    enum ct_status status = allocate(t, X->cols, err);
    const struct test_job job = { .X = X,
                                  .rows = { c->rows[0], c->rows[1] },
                                  .n_rows = { c->n_rows[0], c->n_rows[1] },
                                  .n_threads = a->params.threads,
                                  .out = t->neurons,
                                  .n_rounding = &t->n_rounding };

    if (status == CT_OK)
        status = tests[a->params.test].columns(&job, err);
    if (status == CT_OK)
        status = correct(a, progress, t, err);
    return status == CT_OK && !a->ttest_alone ? select_significant(a, t, err) : status;
}

bool ttest_significant_index(const struct ttest_stage *t, size_t column, size_t *index)
{
    size_t low = 0;
    size_t high = t->n_significant;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (t->significant[middle] < column)
            low = middle + 1;
        else
            high = middle;
    }
    *index = low;
    return low < t->n_significant && t->significant[low] == column;
}

size_t ttest_strongest(const struct ttest_stage *t)
{
    size_t best = 0;

    for (size_t j = 1; j < t->n_neurons; j++) {
        const double largest = fabs(t->neurons[best].statistic);
        if (fabs(t->neurons[j].statistic) > largest || isnan(largest))
            best = j;
    }
    return best;
}

static void release(void *result)
{
    struct ttest_stage *const t = result;

    if (t == NULL)
        return;
    free(t->neurons);
    free(t->p_adjusted);
    free(t->is_significant);
    free(t->significant);
    spill_clear(&t->own);
    free(t->norms);
    free(t);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct ttest_stage *const t = calloc(1, sizeof *t);
    enum ct_status status = t != NULL ? CT_OK : ct_fail_nomem(err, "t-test", 0);

    if (status == CT_OK)
        status = test_neurons(a, &run->progress, t, err);
    if (status == CT_OK && !progress_tick(&run->progress, 1, 1))
        status = ct_fail(err, CT_ECANCELED, "t-test: cancelled");
    if (status != CT_OK) {
        release(t);
        return status;
    }
    *result = t;
    return CT_OK;
}

/* Excludes ttest_selection_memory(), which depends on the number of significant neurons. */
static double memory_for(size_t n_neurons, const struct params *params)
{
    const struct ttest_stage *const t = NULL;
    const size_t each = sizeof *t->neurons + sizeof *t->p_adjusted + sizeof *t->is_significant +
                        sizeof *t->significant;
    const double pvalues = (double)n_neurons * sizeof(double);
    const double correction = params->correction == CORRECTION_MAXT
                                  ? exchange_memory(n_neurons, EXCHANGES, (size_t)params->threads) +
                                        params->threads * tests[params->test].memory(1)
                                  : multitest_memory(n_neurons, params->correction);

    return (double)n_neurons * (double)each +
           fmax(tests[params->test].memory(params->threads), pvalues + correction);
}

static double memory(const struct analysis *a)
{
    return memory_for(extract_of(a)->X.cols, &a->params);
}

/* Checks the pairs and the memory early, not after hours of extraction. */
static enum ct_status check(const struct analysis *a, struct ct_error *err)
{
    const struct contrast *const c = contrast_of(a);
    const bool is_paired = tests[a->params.test].is_paired;

    if (is_paired && !analysis_is_stale(a, &stage_contrast) && c->n_rows[0] != c->n_rows[1])
        return ct_fail(err, CT_EINVAL,
                       "t-test: paired, but the groups have %zu and %zu samples; "
                       "pair them one to one or use student or welch",
                       c->n_rows[0], c->n_rows[1]);
    if (analysis_is_stale(a, &stage_hook) || !analysis_is_stale(a, &stage_extract))
        return CT_OK;
    return memory_check(STAGE_MEMORY_LEAST + stage_extract.memory(a) +
                            memory_for(extract_n_neurons(a), &a->params),
                        stage_extract.name, stage_extract.advice, err);
}

static void note(const void *value, char out[NOTE_SIZE])
{
    snprintf(out, NOTE_SIZE, "%zu", ((const struct ttest_stage *)value)->n_significant);
}

static bool draws_exchanges(const struct params *params)
{
    return params->correction == CORRECTION_MAXT;
}

static const struct setting ttest_settings[] = {
    { .name = "test",
      .kind = &kind_choice,
      .field = offsetof(struct params, test),
      .commands = FOR_RUN | FOR_TTEST,
      .argument = "NAME",
      .help = "the t-test",
      .choice = test_name },
    { .name = "alpha",
      .kind = &kind_number,
      .field = offsetof(struct params, alpha),
      .commands = FOR_RUN | FOR_TTEST,
      .argument = "X",
      .help = "significance level",
      .high = 1 },
    { .name = "correction",
      .kind = &kind_choice,
      .field = offsetof(struct params, correction),
      .commands = FOR_RUN | FOR_TTEST,
      .argument = "NAME",
      .help = "", /* the choices fill the line */
      .choice = correction_name },
};

const struct stage stage_ttest = {
    .name = "ttest",
    .title = "t-test",
    .does = "tests every neuron for a difference",
    .settings = ttest_settings,
    .n_settings = sizeof ttest_settings / sizeof *ttest_settings,
    .also = (const struct setting *const[]){ &setting_seed, NULL },
    .has_also = draws_exchanges,
    .inputs = (const struct stage *const[]){ &stage_load, &stage_contrast, &stage_extract, NULL },
    .effort = 1,
    .check = check,
    .memory = memory,
    .advice = "use fewer --hook",
    .compute = compute,
    .free = release,
    .note = note,
};
