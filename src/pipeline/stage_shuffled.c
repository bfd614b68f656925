#include "config.h"
#include "pipeline/stage_shuffled.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/mem.h"
#include "base/memory_limit.h"
#include "num/draws.h"
#include "num/linear/blas_library.h"
#include "num/null/axes.h"
#include "pipeline/answer_neurons.h"
#include "pipeline/inner_run.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"

static const char FEWER_NEURONS[] = "select fewer neurons: a smaller --alpha, fewer --hook";

/* Stages computed for each network. */
static const struct stage *const inner[] = { &stage_extract, &stage_ttest,   &stage_space,
                                             &stage_tsne,    &stage_cluster, NULL };

enum { STEPS_FIT = 2, STEPS_DRAWS = 6 }; /* of the null models, beside the effort of stages */

/* ---- clumping ---- */

struct question { /* about a network */
    const struct nulls *nulls;
    struct nulls_observed observed;
    struct null_draw *draws; /* [n_wanted] */
    size_t n_wanted;
    double alpha;

    size_t n_taken;            /* of the draws */
    size_t n_cloud, n_context; /* of them at least as large as observed */
    bool is_decided;
    const struct progress *progress;
    bool is_cancelled;
};

static enum ct_status draw(void *context, size_t b, struct ct_error *err)
{
    const struct question *const q = context;

    return nulls_draw(q->nulls, b, &q->draws[b], err);
}

/* p of the draws, if all others of n were smaller than observed: the larger of both models'. */
static double least_p(const struct question *q, size_t n)
{
    const size_t most = q->n_cloud > q->n_context ? q->n_cloud : q->n_context;

    return (double)(most + 1) / (double)(n + 1);
}

/* Takes the draws up to n, in order, until p can no longer be alpha or less. */
static void take_draws(struct question *q, size_t n)
{
    const double c = q->observed.clumping;

    for (; q->n_taken < n && !q->is_decided; q->n_taken++) {
        q->n_cloud += draw_is_as_large(c, q->draws[q->n_taken].clumping_cloud) ? 1 : 0;
        q->n_context += draw_is_as_large(c, q->draws[q->n_taken].clumping_context) ? 1 : 0;
        q->is_decided = least_p(q, q->n_wanted) > q->alpha;
    }
}

/* Between draws: false when they are enough or cancelled. */
static bool go_on(void *context, size_t done, size_t total)
{
    struct question *const q = context;

    take_draws(q, done);
    q->is_cancelled = !q->is_decided && !progress_tick(q->progress, done, total);
    return !q->is_decided && !q->is_cancelled;
}

static void decide(const struct question *q, struct shuffled_network *out)
{
    double skewness_limit = 0.0;

    for (size_t b = 0; b < q->n_taken; b++)
        skewness_limit = fmax(skewness_limit, q->draws[b].skewness_cloud);
    out->n_draws = q->n_taken;
    out->clumping = q->observed.clumping;
    out->pvalue = least_p(q, q->n_taken);
    out->verdict = out->pvalue > q->alpha                  ? VERDICT_NO
                   : q->observed.skewness > skewness_limit ? VERDICT_UNANSWERABLE
                                                           : VERDICT_CLUMPED;
}

static enum ct_status compare(const struct analysis *network, const struct nulls *nulls,
                              struct crew *crew, const struct progress *progress,
                              struct shuffled_network *out, struct ct_error *err)
{
    struct question q = { .nulls = nulls,
                          .observed = nulls_observed(nulls),
                          .n_wanted = network->params.draws,
                          .alpha = network->params.alpha,
                          .progress = progress };
    const struct progress between = { go_on, &q };
    size_t n_done = 0;

    q.draws = ct_malloc_array(q.n_wanted, sizeof *q.draws);
    if (q.draws == NULL)
        return ct_fail_nomem(err, "draws", 0);
    enum ct_status status =
        draws_make(q.n_wanted, draw, &q, crew, &between, stage_shuffled.name, &n_done, err);
    if (status == CT_OK && q.is_cancelled)
        status = ct_fail(err, CT_ECANCELED, "%s: cancelled", stage_shuffled.name);
    if (status == CT_OK) {
        take_draws(&q, n_done);
        decide(&q, out);
    }
    free(q.draws);
    return status;
}

static enum ct_status check_memory(const struct analysis *network, size_t n_selected,
                                   struct ct_error *err)
{
    const size_t n = extract_of(network)->X.cols;
    const size_t s = contrast_of(network)->n_rows[0] + contrast_of(network)->n_rows[1];
    const size_t n_threads = (size_t)network->params.threads;

    return memory_check(STAGE_MEMORY_LEAST + blas_memory(network->params.threads) +
                            fmax(nulls_memory(n, s, n_threads),
                                 (double)n_threads * nulls_draw_memory(n, s, n_selected)),
                        stage_shuffled.name, FEWER_NEURONS, err);
}

static enum ct_status ask_nulls(const struct analysis *network, const struct answer_neurons *n,
                                const struct progress *fit, const struct progress *draws,
                                struct shuffled_network *out, struct ct_error *err)
{
    const struct null_question question = answer_question(network, n);
    struct nulls *nulls = NULL;
    struct crew *crew = NULL;
    enum ct_status status = check_memory(network, n->n_selected, err);

    if (status == CT_OK)
        status = blas_library_load((size_t)network->params.threads, err);
    if (status == CT_OK)
        status = crew_new(network->params.threads, &crew, err);
    if (status == CT_OK) {
        status = nulls_new(&question, crew, fit, &nulls, err);
        if (status == CT_OK)
            status = compare(network, nulls, crew, draws, out, err);
        else if (status == CT_EINVAL) /* no cloud can be fitted */
            status = CT_OK;
    }
    nulls_free(nulls);
    crew_free(crew);
    return status;
}

/* Whether the network's significant neurons are more clumped than the null models. */
static enum ct_status ask_clumping(const struct analysis *network, const struct inner_run *r,
                                   struct shuffled_network *out, struct ct_error *err)
{
    const size_t first = r->first + inner_effort(inner, NULL);
    struct progress_part parts[2] = { { r->whole, first, STEPS_FIT, r->n_steps },
                                      { r->whole, first + STEPS_FIT, STEPS_DRAWS, r->n_steps } };
    const struct progress fit = progress_of_part(&parts[0]);
    const struct progress draws = progress_of_part(&parts[1]);
    struct answer_neurons neurons = { .n_selected = 0 };
    enum ct_status status = answer_neurons_find(network, &neurons, err);

    if (status == CT_OK && samples_suffice(&neurons.samples) &&
        neurons.n_selected >= CLUMPING_LEAST && neurons.n_selected <= SHUFFLED_MOST)
        status = ask_nulls(network, &neurons, &fit, &draws, out, err);
    answer_neurons_clear(&neurons);
    return status;
}

/* ---- a network ---- */

/* Starts an analysis that differs in the activations. */
static enum ct_status begin_network(const struct analysis *a, size_t b, const struct inner_run *r,
                                    struct analysis *network, struct ct_error *err)
{
    const struct weight_shuffle shuffle = { a->params.seed, b };
    struct progress_part part = { r->whole, r->first, stage_extract.effort, r->n_steps };
    const struct progress progress = progress_of_part(&part);
    struct extract_result *extract = NULL;
    struct result *result = NULL;
    enum ct_status status = analysis_fork(a, network, err);

    if (status != CT_OK)
        return status;
    status = extract_shuffled(a, &shuffle, &progress, &extract, err);
    if (status == CT_OK)
        status = result_new(network, &stage_extract, extract, &result, err);
    if (status == CT_OK)
        analysis_accept(network, result);
    else
        analysis_clear(network);
    return status;
}

static void describe(const struct analysis *network, struct shuffled_network *out)
{
    const struct ttest_stage *const t = ttest_of(network);
    const struct clustering *const dbscan = clustering_of(network, &method_dbscan);
    const struct clustering *const kmeans = clustering_of(network, &method_kmeans);

    *out = (struct shuffled_network){ .n_significant = t->n_significant,
                                      .largest_t = t->neurons[ttest_strongest(t)].statistic,
                                      .n_clusters = NAN,
                                      .n_noise = NAN,
                                      .silhouette = NAN,
                                      .silhouette_kmeans = NAN,
                                      .clumping = NAN,
                                      .pvalue = NAN,
                                      .verdict = VERDICT_UNANSWERABLE };
    if (tsne_of(network)->perplexity > 0.0) {
        out->n_clusters = (double)dbscan->n_clusters;
        out->n_noise = (double)dbscan->n_noise;
        out->silhouette = dbscan->silhouette;
        out->silhouette_kmeans = kmeans->silhouette;
    }
}

static enum ct_status run_network(const struct analysis *a, const struct stage_run *run, size_t b,
                                  struct shuffled_network *out, struct ct_error *err)
{
    const size_t n_steps = inner_effort(inner, NULL) + STEPS_FIT + STEPS_DRAWS;
    struct inner_run r = { .whole = &run->progress,
                           .n_steps = n_steps * a->params.shuffles,
                           .first = n_steps * b,
                           .stages = inner };
    const struct analysis_watch watch = inner_watch(&r);
    struct analysis network;
    enum ct_status status = begin_network(a, b, &r, &network, err);

    if (status != CT_OK)
        return status;
    status = analysis_run(&network, &stage_cluster, &watch, err);
    if (status == CT_OK) {
        describe(&network, out);
        status = ask_clumping(&network, &r, out, err);
    }
    analysis_clear(&network);
    return status;
}

/* ---- the stage ---- */

static void release(void *result)
{
    struct shuffled_result *const r = result;

    if (r == NULL)
        return;
    free(r->networks);
    free(r);
}

static enum ct_status run_all(const struct analysis *a, const struct stage_run *run,
                              struct shuffled_result *r, struct ct_error *err)
{
    const struct shuffled_result *const earlier = run->earlier;
    const size_t n = r->has_model ? a->params.shuffles : 0;
    enum ct_status status = CT_OK;

    r->networks = ct_calloc_array(n, sizeof *r->networks);
    if (r->networks == NULL)
        return ct_fail_nomem(err, "shuffled", n * sizeof *r->networks);
    if (earlier != NULL && earlier->n > 0) {
        memcpy(r->networks, earlier->networks, earlier->n * sizeof *r->networks);
        r->n = earlier->n;
    }
    while (status == CT_OK && r->n < n) {
        status = run_network(a, run, r->n, &r->networks[r->n], err);
        if (status == CT_OK)
            r->n++;
    }
    return status == CT_ECANCELED && r->n > 0 ? CT_OK : status;
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct shuffled_result *const r = calloc(1, sizeof *r);

    if (r == NULL)
        return ct_fail_nomem(err, "shuffled", 0);
    r->has_model = load_of(a)->model != NULL;
    const enum ct_status status = run_all(a, run, r, err);
    if (status == CT_OK)
        *result = r;
    else
        release(r);
    return status;
}

static bool is_partial(const struct analysis *a, const void *value)
{
    const struct shuffled_result *const r = value;

    return r->has_model && r->n < a->params.shuffles;
}

/* Of an extraction; the stages that follow are checked when they are run. */
static double memory(const struct analysis *a)
{
    return load_of(a)->model != NULL && a->params.shuffles > 0 ? extract_shuffled_memory(a) : 0.0;
}

static const struct setting shuffled_settings[] = {
    { .name = "shuffles",
      .kind = &kind_count,
      .scope = OF_MODEL,
      .field = offsetof(struct params, shuffles),
      .commands = FOR_RUN,
      .argument = "N",
      .help = "networks with shuffled weights",
      .is_rare = true },
};

const struct stage stage_shuffled = {
    .name = "shuffled",
    .shown_at = &stage_answer,
    .does = "analyses networks with shuffled weights",
    .settings = shuffled_settings,
    .n_settings = sizeof shuffled_settings / sizeof *shuffled_settings,
    .also = (const struct setting *const[]){ &answer_settings[ANSWER_DRAWS], NULL },
    .parameters_of = inner,
    /* The t-test, with which it is compared, makes it a result of each hook point. */
    .inputs = (const struct stage *const[]){ &stage_load, &stage_hook, &stage_contrast,
                                             &stage_ttest, NULL },
    .effort = 40,
    .memory = memory,
    .advice = "use fewer --hook or fewer sentences, or --shuffles 0",
    .compute = compute,
    .free = release,
    .is_partial = is_partial,
};
