#include "config.h"
#include "num/tests/resampled.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/draws.h"
#include "num/resample.h"
#include "num/tests/test.h"

struct resampler {
    const struct resampled_question *q;
    double *shares;
    struct scratch {                  /* [crew_size] per thread */
        size_t *drawn;                /* [n_samples] */
        size_t *rows;                 /* [n_samples] */
        struct ttest_result *results; /* [n_features] */
        double *p, *p_adjusted;       /* [n_features] */
        bool *significant;            /* [n_features] */
    } * scratch;
    size_t n_scratch;
};

static bool has_variety(const size_t *drawn, size_t n)
{
    size_t i = 1;

    while (i < n && drawn[i] == drawn[0])
        i++;
    return i < n;
}

static enum ct_status draw(void *context, size_t b, struct ct_error *err)
{
    const struct resampler *const r = context;
    const struct resampled_question *const q = r->q;
    const struct scratch *const s = &r->scratch[crew_thread()];
    const size_t n_a = q->n_rows[0];
    const size_t n = q->X->cols;
    const struct test_job job = { .X = q->X,
                                  .rows = { s->rows, s->rows + n_a },
                                  .n_rows = { n_a, q->n_rows[1] },
                                  .n_threads = 1,
                                  .out = s->results };
    size_t count = 0;
    double threshold;

    resample_rows(q->n_rows, q->has_pairs, q->seed, b, s->drawn);
    r->shares[b] = NAN;
    if (!has_variety(s->drawn, n_a) || !has_variety(s->drawn + n_a, q->n_rows[1]))
        return CT_OK;
    for (size_t i = 0; i < n_a + q->n_rows[1]; i++)
        s->rows[i] = s->drawn[i] < n_a ? q->rows[0][s->drawn[i]] : q->rows[1][s->drawn[i] - n_a];
    enum ct_status status = q->test->columns(&job, err);
    for (size_t j = 0; status == CT_OK && j < n; j++)
        s->p[j] = s->results[j].pvalue;
    if (status == CT_OK)
        status = multitest_adjust(s->p, n, q->correction, q->alpha, s->p_adjusted, s->significant,
                                  &threshold, err);
    for (size_t j = 0; status == CT_OK && j < n; j++)
        count += s->significant[j];
    r->shares[b] = (double)count / (double)n;
    return status;
}

static void resampler_clear(struct resampler *r)
{
    for (size_t i = 0; r->scratch != NULL && i < r->n_scratch; i++) {
        free(r->scratch[i].drawn);
        free(r->scratch[i].rows);
        free(r->scratch[i].results);
        free(r->scratch[i].p);
        free(r->scratch[i].p_adjusted);
        free(r->scratch[i].significant);
    }
    free(r->scratch);
}

static enum ct_status resampler_init(struct resampler *r, struct ct_error *err)
{
    const size_t n = r->q->X->cols;
    const size_t n_samples = r->q->n_rows[0] + r->q->n_rows[1];
    bool has_memory = true;

    r->scratch = ct_calloc_array(r->n_scratch, sizeof *r->scratch);
    for (size_t i = 0; r->scratch != NULL && i < r->n_scratch; i++) {
        struct scratch *const s = &r->scratch[i];
        s->drawn = ct_malloc_array(n_samples, sizeof *s->drawn);
        s->rows = ct_malloc_array(n_samples, sizeof *s->rows);
        s->results = ct_malloc_array(n, sizeof *s->results);
        s->p = ct_malloc_array(n, sizeof *s->p);
        s->p_adjusted = ct_malloc_array(n, sizeof *s->p_adjusted);
        s->significant = ct_malloc_array(n, sizeof *s->significant);
        has_memory = has_memory && s->drawn != NULL && s->rows != NULL && s->results != NULL &&
                     s->p != NULL && s->p_adjusted != NULL && s->significant != NULL;
    }
    return r->scratch != NULL && has_memory ? CT_OK : ct_fail_nomem(err, "resampling", 0);
}

enum ct_status resampled_shares(const struct resampled_question *question, struct crew *crew,
                                const struct progress *progress, double *shares,
                                struct ct_error *err)
{
    struct resampler r = { .q = question, .shares = shares, .n_scratch = crew_size(crew) };
    size_t n_done = 0;
    enum ct_status status = resampler_init(&r, err);

    if (status == CT_OK)
        status =
            draws_make(question->n_draws, draw, &r, crew, progress, "resampling", &n_done, err);
    if (status == CT_OK && n_done < question->n_draws)
        status = ct_fail(err, CT_ECANCELED, "resampling: cancelled");
    resampler_clear(&r);
    return status;
}

double resampled_memory(size_t n_features, size_t n_samples, size_t n_threads)
{
    const double each = sizeof(struct ttest_result) + 2 * sizeof(double) + sizeof(bool);

    return (double)n_threads *
           ((double)n_features * each + 2.0 * sizeof(size_t) * (double)n_samples);
}
