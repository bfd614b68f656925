#include "config.h"
#include "pipeline/seed.h"
#include "pipeline/stage_answer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/mem.h"
#include "num/draws.h"
#include "num/linear/blas_library.h"
#include "num/linear/similarity.h"
#include "num/null/axes.h"
#include "pipeline/answer_chance.h"
#include "pipeline/answer_neurons.h"
#include "pipeline/expect.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_ttest.h"

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = { "yes", "clumped", "no", "unanswerable" };

    return names[verdict];
}

/* ---- draws ---- */

enum { RHOS = 9, PLANTED_DRAWS = 20 }; /* similarities 0.1 .. 0.9 */

struct planted { /* a draw with planted groups */
    double clumping[RHOS];
};

struct drawing { /* what all draws have in common */
    const struct nulls *nulls;
    struct null_draw *draws;
    struct planted *planted;
};

static enum ct_status draw(void *context, size_t b, struct ct_error *err)
{
    const struct drawing *const d = context;

    return nulls_draw(d->nulls, b, &d->draws[b], err);
}

static enum ct_status plant(void *context, size_t b, struct ct_error *err)
{
    static const double rho[RHOS] = { 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9 };
    const struct drawing *const d = context;

    return nulls_draw_planted(d->nulls, b, rho, RHOS, d->planted[b].clumping, err);
}

/* Summarizes the draws' member at `offset`; sorted [n] is scratch, ascending at the end. */
static struct null_summary summarize(const struct answer_result *r, size_t offset, double *sorted)
{
    for (size_t b = 0; b < r->n_draws; b++)
        memcpy(&sorted[b], (const char *)&r->draws[b] + offset, sizeof *sorted);
    return draws_summarize(r->observed.clumping, sorted, r->n_draws);
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
    status = draws_make(PLANTED_DRAWS, plant, &d, crew, progress, "answer", &n_done, err);
    r->has_sensitivity = n_done == PLANTED_DRAWS;
    if (r->has_sensitivity)
        r->sensitivity = find_sensitivity(planted, bound);
    free(planted);
    return status;
}

/* ---- clumping ---- */

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

struct showing { /* progress that shows the draws made so far */
    const struct progress *progress;
    const struct analysis_watch *watch;
    const struct answer_result *result;
};

static bool show_draws(void *context, size_t done, size_t total)
{
    const struct showing *const s = context;

    if (s->watch->answer_show != NULL && done > 0)
        s->watch->answer_show(s->watch->context, &s->result->observed, s->result->draws, done);
    return progress_tick(s->progress, done, total);
}

static enum ct_status ask_nulls(const struct analysis *a, const struct nulls *nulls,
                                const struct stage_run *run, struct crew *crew,
                                struct answer_result *r, struct ct_error *err)
{
    const struct answer_result *const earlier = run->earlier;
    const size_t n = a->params.draws;
    double *const sorted = ct_malloc_array(n, sizeof *sorted);
    struct drawing d = { .draws = NULL };
    struct steps s;
    struct showing showing = { step(&s, run, STEPS_EXCHANGE + STEPS_FIT, STEPS_DRAWS), run->watch,
                               r };
    const struct progress progress = { show_draws, &showing };
    enum ct_status status = CT_OK;

    r->observed = nulls_observed(nulls);
    d.nulls = nulls;
    d.draws = r->draws = ct_malloc_array(n, sizeof *r->draws);
    if (sorted == NULL || r->draws == NULL)
        status = ct_fail_nomem(err, "draws", 0);
    if (status == CT_OK && earlier != NULL && earlier->n_draws > 0) {
        memcpy(r->draws, earlier->draws, earlier->n_draws * sizeof *r->draws);
        r->n_draws = earlier->n_draws;
    }
    if (status == CT_OK)
        status = draws_make(n, draw, &d, crew, &progress, "answer", &r->n_draws, err);
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
    r->n_apart = groups_apart(&r->recovery, a->params.alpha);
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
        r->verdict = r->n_apart >= 2 ? VERDICT_YES : VERDICT_CLUMPED;
    }
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

/* Asks the null models and the groups about the selected neurons. */
static enum ct_status ask_selected(const struct analysis *a, const struct null_question *q,
                                   const struct stage_run *run, struct crew *crew,
                                   struct answer_result *r, struct ct_error *err)
{
    struct nulls *nulls = NULL;
    struct steps s;
    enum ct_status status =
        nulls_new(q, crew, step(&s, run, STEPS_EXCHANGE, STEPS_FIT), &nulls, &r->why);

    if (status == CT_EINVAL) {
        r->reason = NO_ANSWER_CLOUD;
        return CT_OK;
    }
    if (status != CT_OK && err != NULL)
        *err = r->why;
    if (status == CT_OK)
        status = ask_nulls(a, nulls, run, crew, r, err);
    if (status == CT_OK)
        status = ask_groups(a, q, run, crew, r, err);
    if (status == CT_OK)
        decide(a, r);
    nulls_free(nulls);
    return status;
}

static enum ct_status ask(const struct analysis *a, const struct stage_run *run,
                          const struct answer_neurons *neurons, struct answer_result *r,
                          struct ct_error *err)
{
    const struct null_question q = answer_question(a, neurons);
    struct crew *crew = NULL;
    struct steps s;
    enum ct_status status = crew_new(a->params.threads, &crew, err);

    r->n_neurons = neurons->profiles.n_neurons;
    r->n_selected = neurons->n_selected;
    r->planted = planted_size(r->n_selected);
    if (status == CT_OK)
        status =
            answer_chance(a, &neurons->samples, crew, step(&s, run, 0, STEPS_EXCHANGE), r, err);
    if (status == CT_OK && r->n_selected < CLUMPING_LEAST)
        r->reason = NO_ANSWER_FEW;
    else if (status == CT_OK)
        status = blas_library_load((size_t)a->params.threads, err);
    if (status == CT_OK && r->reason == NO_ANSWER_NONE)
        status = ask_selected(a, &q, run, crew, r, err);
    crew_free(crew);
    return status;
}

static enum ct_status fill(const struct analysis *a, const struct stage_run *run,
                           struct answer_result *r, struct ct_error *err)
{
    struct answer_neurons neurons = { .n_selected = 0 };
    enum ct_status status = answer_neurons_find(a, &neurons, err);
    const struct samples *const s = &neurons.samples;

    r->n_samples[0] = s->n[0];
    r->n_samples[1] = s->n[1];
    r->n_repeated = s->n_repeated;
    r->has_pairs = s->are_pairs;
    if (status == CT_OK && !samples_suffice(s))
        r->reason = NO_ANSWER_SAMPLES;
    else if (status == CT_OK)
        status = ask(a, run, &neurons, r, err);
    if (status == CT_OK) { /* they pass to the result */
        r->selected = neurons.significant;
        neurons.significant = NULL;
    }
    answer_neurons_clear(&neurons);
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

static bool is_partial(const struct analysis *a, const void *value)
{
    const struct answer_result *const r = value;

    if (r->exchange.n_draws > 0 && r->exchange.n_draws < EXCHANGES)
        return true;
    return r->draws != NULL &&
           (r->n_draws < a->params.draws || !r->has_sensitivity ||
            (r->n_selected <= GROUPS_MOST && r->recovery.n_draws < a->params.resamples));
}

static double memory(const struct analysis *a)
{
    const size_t n = extract_of(a)->X.cols;
    const size_t s = contrast_of(a)->n_rows[0] + contrast_of(a)->n_rows[1];
    const size_t k = ttest_of(a)->n_significant;
    const size_t n_threads = (size_t)a->params.threads;

    const double chance = answer_chance_memory(n, n_threads);

    if (k < CLUMPING_LEAST)
        return chance;
    const double nulls =
        fmax(nulls_memory(n, s, n_threads), (double)n_threads * nulls_draw_memory(n, s, k));
    const double groups = k <= GROUPS_MOST ? recovery_memory(k, s, n_threads) : 0.0;
    return chance + answer_neurons_memory(a) + fmax(nulls, groups) + blas_memory(a->params.threads);
}

static double expect(const struct analysis *a)
{
    const double n = (double)extract_of(a)->X.cols;
    const double s = (double)(contrast_of(a)->n_rows[0] + contrast_of(a)->n_rows[1]);
    const double k = (double)ttest_of(a)->n_significant;
    const double exchanges = EXCHANGES * 2e-9 * n * s;
    const double draw = 2.0 * cost_of_draw(n, s) + 3.0 * cost_of_clumping(k);
    const double planted = PLANTED_DRAWS * (cost_of_draw(n, s) + RHOS * cost_of_clumping(k));
    const double groups = k <= GROUPS_MOST ? (double)a->params.resamples * cost_of_tree(k, s) : 0.0;

    if (k < CLUMPING_LEAST)
        return expect_here(exchanges, a->params.threads);
    return expect_here(exchanges + 2.0 * cost_of_fit(n, s) + (double)a->params.draws * draw +
                           planted + groups,
                       a->params.threads);
}

static void note(const void *value, char out[NOTE_SIZE])
{
    const struct answer_result *const r = value;

    snprintf(out, NOTE_SIZE, "%s",
             r->verdict == VERDICT_UNANSWERABLE ? "?" : verdict_name(r->verdict));
}

const struct setting answer_settings[] = {
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
    .also = (const struct setting *const[]){ &setting_seed, NULL },
    .inputs = (const struct stage *const[]){ &stage_contrast, &stage_extract, &stage_ttest, NULL },
    .effort = 40,
    .memory = memory,
    .advice = "select fewer neurons (a smaller --alpha, fewer --hook) or use fewer --threads",
    .expect = expect,
    .compute = compute,
    .free = release,
    .is_partial = is_partial,
    .note = note,
};
