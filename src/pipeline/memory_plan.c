#include "config.h"
#include "pipeline/memory_plan.h"

#include <math.h>

#include "base/memory_limit.h"
#include "model/extract.h"
#include "num/cluster/dbscan.h"
#include "num/cluster/kmeans.h"
#include "num/cluster/silhouette.h"
#include "num/linear/cosines.h"
#include "num/linear/similarity.h"
#include "num/tests/multitest.h"
#include "num/tests/ttest.h"
#include "num/tsne/tsne.h"
#include "pipeline/stages.h"

static double tested(const struct analysis *a, size_t n_neurons)
{
    const struct ttest_stage *const t = NULL;
    const size_t result = sizeof *t->neurons + sizeof *t->p_adjusted + sizeof *t->is_significant +
                          sizeof *t->significant;
    const double pvalues = (double)n_neurons * sizeof(double);
    const double prefixes = 32.0 * (double)a->load->n_sentences; /* sorted, to count copies */

    return (double)n_neurons * (double)result + prefixes +
           fmax(ttest_columns_memory(a->params.threads),
                pvalues + multitest_memory(n_neurons, a->params.correction));
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
    return bytes + 16.0 * (double)n_neurons + tested(a, n_neurons);
}

static double clustering(const struct analysis *a)
{
    const struct cluster_result *const c = NULL;
    const size_t n = a->ttest->n_significant;
    struct kmeans_params kmeans;

    kmeans_params_default(&kmeans);
    kmeans.n_clusters = a->params.clusters < n ? a->params.clusters : n;
    kmeans.n_threads = a->params.threads;
    const size_t each = sizeof *c->dbscan + sizeof *c->k_distance + sizeof *c->kmeans.labels;
    const double n_clusters = (double)n / fmax(1.0, (double)a->params.min_samples); /* at most */
    const double rows = (n_clusters + (double)kmeans.n_clusters) * sizeof(struct cluster_row);
    const double found = fmax(dbscan_memory(n), dbscan_k_distance_memory(n, a->params.min_samples));
    const double scored = silhouette_memory(n, n);

    return (double)n * (double)each + rows +
           fmax(found, fmax(kmeans_memory(n, 2, &kmeans), scored));
}

static double comparison(const struct analysis *a)
{
    const struct similarity_result *const s = NULL;
    const size_t n = a->ttest->n_significant, d = a->ttest->selected.cols;
    const double orders = (double)n * (sizeof *s->by_dbscan + sizeof *s->by_kmeans);

    return orders + fmax(order_by_label_memory(n),
                         fmax(cosine_means_memory(d), cosine_histogram_memory(n, d)));
}

double stage_memory(const struct analysis *a, enum stage_id stage)
{
    switch (stage) {
    case STAGE_EXTRACT:
        return STAGE_MEMORY_LEAST + extraction(a);
    case STAGE_TTEST:
        return STAGE_MEMORY_LEAST + tested(a, a->extract->X.cols);
    case STAGE_TSNE:
        return STAGE_MEMORY_LEAST + tsne_memory(a->ttest->selected.rows, a->ttest->selected.cols,
                                                a->params.perplexity, a->params.threads);
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
