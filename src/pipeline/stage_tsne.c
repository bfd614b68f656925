#include "config.h"
#include "pipeline/stage_tsne.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/scale.h"
#include "pipeline/seed.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_ttest.h"

/* scikit-learn requires a perplexity below the number of points; if it is not, use a third of the
 * neighbours, the most that implementations with 3 * perplexity neighbours can resolve. */
static double perplexity_for(double wanted, size_t n)
{
    return wanted < (double)n ? wanted : fmax(1.0, (double)(n - 1) / 3.0);
}

/* Records the KL divergence every KL_INTERVAL iterations and forwards the callbacks. */
struct recorder {
    const struct analysis_watch *watch;
    struct tsne_stage *stage;
    size_t room;
    bool is_asked; /* the watcher wants a picture of this iteration */
};

static enum tsne_answer record_tick(void *context, size_t n_iter, size_t max_iter)
{
    struct recorder *const r = context;
    enum tsne_answer answer = TSNE_GO_ON;

    if (r->watch->tsne_tick != NULL)
        answer = r->watch->tsne_tick(r->watch->context, n_iter, max_iter);
    r->is_asked = answer == TSNE_SHOW;
    return answer == TSNE_GO_ON && n_iter > 0 && n_iter % KL_INTERVAL == 0 ? TSNE_SHOW : answer;
}

/* A point is dropped when memory is out. */
static void curve_add(struct recorder *r, size_t n_iter, double kl_divergence)
{
    struct tsne_stage *const t = r->stage;

    if (t->n_kl == r->room) {
        const size_t room = 2 * r->room + 64;
        double *const x = ct_realloc_array(t->kl_iter, room, sizeof *x);
        if (x == NULL)
            return;
        t->kl_iter = x;
        double *const y = ct_realloc_array(t->kl, room, sizeof *y);
        if (y == NULL)
            return;
        t->kl = y;
        r->room = room;
    }
    t->kl_iter[t->n_kl] = (double)n_iter;
    t->kl[t->n_kl++] = kl_divergence;
}

static void record_show(void *context, size_t n_iter, double kl_divergence, const float *embedding,
                        size_t n_samples)
{
    struct recorder *const r = context;

    if (n_iter > 0 && n_iter % KL_INTERVAL == 0)
        curve_add(r, n_iter, kl_divergence);
    if (r->is_asked && r->watch->tsne_show != NULL)
        r->watch->tsne_show(r->watch->context, n_iter, kl_divergence, embedding, n_samples);
}

/* Of scaled points if their squares would leave the range of float32: the embedding is the same. */
static enum ct_status fit(const struct mat *X, const struct tsne_params *params,
                          const struct tsne_watch *watch, struct tsne_result *result,
                          struct ct_error *err)
{
    const int exponent = scale_exponent(X);
    struct mat scaled = { 0 };

    if (exponent == 0)
        return tsne_fit(X, params, watch, result, err);
    enum ct_status status = scale_copy(X, exponent, "t-SNE", &scaled, err);
    if (status == CT_OK)
        status = tsne_fit(&scaled, params, watch, result, err);
    mat_clear(&scaled);
    return status;
}

enum ct_status embed_rows(const struct mat *X, const struct params *wanted,
                          const struct tsne_watch *watch, double *perplexity,
                          struct tsne_result *out, struct ct_error *err)
{
    struct tsne_params params;

    *perplexity = perplexity_for(wanted->perplexity, X->rows);
    tsne_params_default(&params);
    params.perplexity = *perplexity;
    params.max_iter = wanted->iterations;
    params.random_state = wanted->seed;
    params.n_threads = wanted->threads;
    return fit(X, &params, watch, out, err);
}

static enum ct_status embed(const struct analysis *a, const struct stage_run *run,
                            struct tsne_stage *t, struct ct_error *err)
{
    struct recorder recorder = { .watch = run->watch, .stage = t };
    const struct tsne_watch watch = { record_tick, record_show, &recorder };

    const enum ct_status status =
        embed_rows(&space_of(a)->points, &a->params, &watch, &t->perplexity, &t->result, err);
    t->max_iter = t->result.max_iter;
    return status;
}

struct row {
    const double *values; /* [n_cols] */
    size_t n_cols;
};

static int compare_rows(const void *left, const void *right)
{
    const struct row *const a = left, *const b = right;

    return memcmp(a->values, b->values, a->n_cols * sizeof *a->values);
}

/* Equal neurons have equal bytes, apart from the sign of a zero. */
static enum ct_status count_distinct(const struct mat *X, size_t *n_distinct, struct ct_error *err)
{
    struct row *const rows = ct_malloc_array(X->rows, sizeof *rows);

    if (rows == NULL)
        return ct_fail_nomem(err, "t-SNE", 0);
    for (size_t i = 0; i < X->rows; i++)
        rows[i] = (struct row){ mat_row(X, i), X->cols };
    qsort(rows, X->rows, sizeof *rows, compare_rows);
    *n_distinct = X->rows > 0;
    for (size_t i = 1; i < X->rows; i++)
        *n_distinct += compare_rows(&rows[i - 1], &rows[i]) != 0;
    free(rows);
    return CT_OK;
}

static void release(void *result)
{
    struct tsne_stage *const t = result;

    if (t == NULL)
        return;
    tsne_result_clear(&t->result);
    free(t->kl_iter);
    free(t->kl);
    free(t);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    const size_t n = ttest_of(a)->n_significant;
    struct tsne_stage *const t = calloc(1, sizeof *t);
    enum ct_status status;

    if (t == NULL)
        return ct_fail_nomem(err, "t-SNE", 0);
    if (n >= 2)
        status = embed(a, run, t, err);
    else /* one point has no neighbours: it is placed at the origin */
        status = mat_init(&t->result.embedding, n, 2, "t-SNE", err);
    if (status == CT_OK)
        status = count_distinct(&space_of(a)->points, &t->n_distinct, err);
    if (status != CT_OK) {
        release(t);
        return status;
    }
    *result = t;
    return CT_OK;
}

static double memory(const struct analysis *a)
{
    const struct mat *const X = &space_of(a)->points;

    const double copy = scale_exponent(X) != 0 ? 8.0 * (double)X->rows * (double)X->cols : 0.0;

    return copy + tsne_memory(X->rows, X->cols, a->params.perplexity, a->params.threads);
}

static void note(const void *value, char out[NOTE_SIZE])
{
    snprintf(out, NOTE_SIZE, "KL %.3g", ((const struct tsne_stage *)value)->result.kl_divergence);
}

static const struct setting tsne_settings[] = {
    { .name = "perplexity",
      .kind = &kind_number,
      .field = offsetof(struct params, perplexity),
      .commands = FOR_RUN | FOR_TSNE,
      .argument = "X",
      .help = "of t-SNE",
      .high = INFINITY },
    { .name = "iterations",
      .kind = &kind_count,
      .field = offsetof(struct params, iterations),
      .commands = FOR_RUN | FOR_TSNE,
      .argument = "N",
      .help = "of t-SNE",
      .low = 250 },
    SETTING_SEED,
};

const struct stage stage_tsne = {
    .name = "tsne",
    .title = "t-SNE",
    .does = "embeds the significant neurons",
    .settings = tsne_settings,
    .n_settings = sizeof tsne_settings / sizeof *tsne_settings,
    .inputs = (const struct stage *const[]){ &stage_ttest, &stage_space, NULL },
    .effort = 8,
    .memory = memory,
    .advice =
        "select fewer neurons (a smaller --alpha, fewer --hook) or use a smaller --perplexity",
    .compute = compute,
    .free = release,
    .note = note,
};
