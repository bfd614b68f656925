#include "config.h"
#include "pipeline/seed.h"
#include "pipeline/stage_halves.h"

#include <stdlib.h>

#include "base/mem.h"
#include "num/linear/blas_library.h"
#include "num/tests/test.h"
#include "pipeline/answer_samples.h"
#include "pipeline/stage_answer.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_ttest.h"

static enum ct_status halve(const struct analysis *a, const struct stage_run *run,
                            const struct samples *samples, struct halves_result *r,
                            struct ct_error *err)
{
    const struct halves_question q = { .X = &extract_of(a)->X,
                                       .rows = { samples->rows[0], samples->rows[1] },
                                       .n_rows = { samples->n[0], samples->n[1] },
                                       .has_pairs = samples->are_pairs,
                                       .test = &tests[a->params.test],
                                       .correction = ttest_rule(a).correction,
                                       .alpha = ttest_rule(a).alpha,
                                       .most_grouped = GROUPS_MOST,
                                       .n_halves = a->params.halves,
                                       .seed = a->params.seed };
    struct crew *crew = NULL;
    enum ct_status status = crew_new(a->params.threads, &crew, err);

    if (status == CT_OK)
        status = blas_library_load((size_t)a->params.threads, err);
    if (status == CT_OK)
        status = halves_new(&q, crew, &run->progress, &r->halves, err);
    crew_free(crew);
    return status;
}

static void release(void *result)
{
    struct halves_result *const r = result;

    if (r != NULL)
        halves_clear(&r->halves);
    free(r);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    enum { LEAST = 2 * HALF_SAMPLES };
    struct halves_result *const r = calloc(1, sizeof *r);
    struct samples samples = { .n = { 0, 0 } };

    if (r == NULL)
        return ct_fail_nomem(err, "halves", 0);
    enum ct_status status = samples_choose(a, &samples, err);
    r->has_pairs = samples.are_pairs;
    r->has_few = samples.n[0] < LEAST || samples.n[1] < LEAST;
    if (status == CT_OK && !r->has_few && a->params.halves > 0)
        status = halve(a, run, &samples, r, err);
    samples_clear(&samples);
    if (status != CT_OK) {
        release(r);
        return status;
    }
    *result = r;
    return CT_OK;
}

static bool is_partial(const struct analysis *a, const void *value)
{
    const struct halves_result *const r = value;

    return !r->has_few && r->halves.n < a->params.halves;
}

/* A half chooses about as many neurons as all sentences do, at most. */
static double memory(const struct analysis *a)
{
    const size_t n_samples = contrast_of(a)->n_rows[0] + contrast_of(a)->n_rows[1];
    const size_t n_threads = size_min((size_t)a->params.threads, a->params.halves);

    return halves_memory(extract_of(a)->X.cols, n_samples,
                         size_min(ttest_of(a)->n_significant, GROUPS_MOST), n_threads) +
           blas_memory(a->params.threads);
}

static const struct setting halves_settings[] = {
    { .name = "halves",
      .kind = &kind_count,
      .field = offsetof(struct params, halves),
      .commands = FOR_RUN,
      .argument = "N",
      .help = "of the sentences",
      .is_rare = true },
};

const struct stage stage_halves = {
    .name = "halves",
    .shown_at = &stage_answer,
    .does = "chooses neurons on half of the sentences",
    .settings = halves_settings,
    .n_settings = sizeof halves_settings / sizeof *halves_settings,
    .also = (const struct setting *const[]){ &setting_seed, NULL },
    .inputs = (const struct stage *const[]){ &stage_contrast, &stage_extract, &stage_ttest, NULL },
    .effort = 5,
    .memory = memory,
    .advice = "select fewer neurons (a smaller --alpha, fewer --hook) or use fewer --threads",
    .compute = compute,
    .free = release,
    .is_partial = is_partial,
};
