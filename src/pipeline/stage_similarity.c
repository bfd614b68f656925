#include "config.h"
#include "pipeline/stage_similarity.h"

#include <math.h>
#include <stdlib.h>

#include "base/crew.h"
#include "base/mem.h"
#include "num/linear/cosines.h"
#include "num/linear/similarity.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_ttest.h"

static enum ct_status find_orders(const struct analysis *a, struct similarity_result *s,
                                  struct ct_error *err)
{
    const size_t n = ttest_of(a)->n_significant;
    enum ct_status status;

    s->by_dbscan = ct_malloc_array(n, sizeof *s->by_dbscan);
    s->by_kmeans = ct_malloc_array(n, sizeof *s->by_kmeans);
    if (s->by_dbscan == NULL || s->by_kmeans == NULL)
        return ct_fail_nomem(err, "similarity", 0);
    status = order_by_label(clusters_of(a)->dbscan, n, s->by_dbscan, err);
    if (status == CT_OK)
        status = order_by_label(clusters_of(a)->kmeans.labels, n, s->by_kmeans, err);
    return status;
}

static enum ct_status count_cosines(const struct analysis *a, const struct stage_run *run,
                                    struct similarity_result *s, struct ct_error *err)
{
    struct crew *crew = NULL;
    enum ct_status status = crew_new(a->params.threads, &crew, err);

    if (status == CT_OK)
        status = cosine_histogram(&ttest_of(a)->selected, ttest_of(a)->norms, COSINE_BINS, crew,
                                  &run->progress, s->cosine_counts, s->cosine_edges, err);
    crew_free(crew);
    return status;
}

static void release(void *result)
{
    struct similarity_result *const s = result;

    if (s == NULL)
        return;
    free(s->by_dbscan);
    free(s->by_kmeans);
    free(s);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct similarity_result *const s = calloc(1, sizeof *s);
    enum ct_status status = s != NULL ? CT_OK : ct_fail_nomem(err, "similarity", 0);

    if (status == CT_OK)
        status = find_orders(a, s, err);
    if (status == CT_OK)
        status = cosine_means(&ttest_of(a)->selected, ttest_of(a)->norms, clusters_of(a)->dbscan,
                              s->by_dbscan, &s->means, err);
    if (status == CT_OK)
        status = count_cosines(a, run, s, err);
    if (status != CT_OK) {
        release(s);
        return status;
    }
    *result = s;
    return CT_OK;
}

static double memory(const struct analysis *a)
{
    const struct similarity_result *const s = NULL;
    const size_t n = ttest_of(a)->n_significant;
    const size_t d = ttest_of(a)->selected.cols;
    const double orders = (double)n * (sizeof *s->by_dbscan + sizeof *s->by_kmeans);

    return orders + fmax(order_by_label_memory(n),
                         fmax(cosine_means_memory(d), cosine_histogram_memory(n, d)));
}

static const struct setting similarity_settings[] = {
    { .name = "matrices",
      .kind = &kind_flag,
      .scope = OF_NONE,
      .field = offsetof(struct params, matrices),
      .commands = FOR_RUN,
      .help = "of any size" },
};

const struct stage stage_similarity = {
    .name = "similarity",
    .title = "Similarity",
    .does = "compares the neurons",
    .settings = similarity_settings,
    .n_settings = sizeof similarity_settings / sizeof *similarity_settings,
    .inputs = (const struct stage *const[]){ &stage_ttest, &stage_cluster, NULL },
    .effort = 1,
    .memory = memory,
    .advice = "choose fewer neurons: a smaller --alpha, fewer of --hook",
    .compute = compute,
    .free = release,
};
