#include "config.h"
#include "pipeline/memory_plan.h"

#include <math.h>

#include "base/memory_limit.h"
#include "model/extract.h"
#include "num/tsne/affinity.h"
#include "pipeline/stages.h"

static double tested(size_t n_neurons, size_t n_sentences)
{
    const double result = sizeof(struct ttest_result) + 8 + 1 + 8;
    const double ranks = 8 + 16; /* while p-values are adjusted */

    return (double)n_neurons * (result + ranks) + 16.0 * (double)n_sentences;
}

static double extraction(const struct analysis *a)
{
    const struct load_result *const load = a->load;
    size_t n_neurons = 0, n_tokens = 0, longest = 0;
    double bytes = 0.0;

    if (load->model == NULL) {
        n_neurons = load->activations.values.cols;
        bytes = (double)n_neurons * (double)(sizeof(struct neuron_block) + 8);
    } else {
        for (size_t h = 0; h < a->hook->n_hooks; h++)
            n_neurons += a->hook->hooks[h].width;
        for (size_t i = 0; i < load->n_sentences; i++) {
            const size_t n = load->sentences[i].target + 1;
            n_tokens += n;
            longest = n > longest ? n : longest;
        }
        const double own = 4.0 * (double)n_neurons * (double)load->n_sentences;
        bytes += extract_in_memory(own, a->params.temporary) ? own : 0.0;
        bytes +=
            extract_memory(load->model, load->n_sentences, n_tokens, longest, a->params.threads);
        bytes += 4.0 * (double)n_tokens + (double)load->n_sentences * sizeof(struct token_seq);
    }
    return bytes + 16.0 * (double)n_neurons + tested(n_neurons, load->n_sentences);
}

/* The largest of: the search for neighbours; P as it is made from them; the descent and its start
 * by PCA, with P. */
static double embedding(const struct analysis *a)
{
    const struct mat *const X = &a->ttest->selected;
    const double n = (double)X->rows, d = (double)X->cols, order = fmin(n, d);
    const double threads = a->params.threads;

    if (X->rows < 2)
        return 0.0;
    const double k = (double)tsne_n_neighbors(X->rows, a->params.perplexity);
    const double neighbors = 12.0 * n * k;
    const double blas = 8e6 + 4e6 * threads; /* its code, its blocks of both factors */
    const double lanes = threads * (20.0 * n + 256.0 * (2048.0 + 8.0 * (3.0 * k + 64.0)));
    const double search = neighbors + 8.0 * n * d + 24.0 * n + lanes + blas;
    /* At most, if no two are neighbours of each other; rows are filled up to whole lanes. */
    const double joint = 16.0 * n * k + 8.0 * TSNE_LANES * n;
    const double merging = neighbors + 12.0 * n * k + joint + 28.0 * n;
    const double pca = 8.0 * n * d + 8.0 * order * order + 700.0 * order + 16.0 * n + blas;
    const double descent = 2.0 * joint + 240.0 * n + pca;
    return fmax(search, fmax(merging, descent));
}

static double clustering(const struct analysis *a)
{
    const double n = (double)a->ttest->n_significant;
    const double k = fmin((double)a->params.clusters, n);
    const double threads = a->params.threads;

    return n * (120.0 + 30.0 * threads) + k * (400.0 + 110.0 * threads);
}

static double comparison(const struct analysis *a)
{
    const double n = (double)a->ttest->n_significant, d = (double)a->ttest->selected.cols;

    return 4.0 * (n + 160.0) * d + 40.0 * n;
}

double stage_memory(const struct analysis *a, enum stage_id stage)
{
    switch (stage) {
    case STAGE_EXTRACT:
        return STAGE_MEMORY_LEAST + extraction(a);
    case STAGE_TTEST:
        return STAGE_MEMORY_LEAST + tested(a->extract->X.cols, a->load->n_sentences);
    case STAGE_TSNE:
        return STAGE_MEMORY_LEAST + embedding(a);
    case STAGE_CLUSTER:
        return STAGE_MEMORY_LEAST + clustering(a);
    case STAGE_SIMILARITY:
        return STAGE_MEMORY_LEAST + comparison(a);
    case STAGE_LOAD:
    case STAGE_HOOK:
    case STAGE_LAYERS:
    case N_STAGES:
        break;
    }
    return 0.0;
}

double selection_memory(size_t n_selected, size_t n_sentences)
{
    return 8.0 * (double)n_selected * (double)(n_sentences + 1);
}

static const char FEWER_NEURONS[] = "choose fewer neurons: a smaller --alpha, fewer of --hook";

/* What can be done when a stage does not fit. */
static const char *advice(enum stage_id stage)
{
    switch (stage) {
    case STAGE_EXTRACT:
        return "take fewer of --hook, or fewer sentences";
    case STAGE_TTEST:
        return "take fewer of --hook";
    case STAGE_TSNE:
        return "choose fewer neurons (a smaller --alpha, fewer of --hook) or a smaller "
               "--perplexity";
    case STAGE_LOAD:
    case STAGE_HOOK:
    case STAGE_CLUSTER:
    case STAGE_SIMILARITY:
    case STAGE_LAYERS:
    case N_STAGES:
        break;
    }
    return FEWER_NEURONS;
}

enum ct_status stage_check_memory(const struct analysis *a, enum stage_id stage,
                                  struct ct_error *err)
{
    return memory_check(stage_memory(a, stage), stage_name(stage), advice(stage), err);
}

enum ct_status selection_check_memory(size_t n_selected, size_t n_sentences, struct ct_error *err)
{
    return memory_check(selection_memory(n_selected, n_sentences), "significant neurons",
                        FEWER_NEURONS, err);
}
