#include "config.h"
#include "pipeline/stages.h"

#include <stdlib.h>

#include "base/crew.h"
#include "base/mem.h"
#include "num/linear/cosines.h"
#include "num/linear/similarity.h"

static enum ct_status find_orders(const struct analysis *a, struct similarity_result *s,
                                  struct ct_error *err)
{
    const size_t n = a->ttest->n_significant;
    enum ct_status status;

    s->by_dbscan = ct_malloc_array(n, sizeof *s->by_dbscan);
    s->by_kmeans = ct_malloc_array(n, sizeof *s->by_kmeans);
    if (s->by_dbscan == NULL || s->by_kmeans == NULL)
        return ct_fail_nomem(err, "similarity", 0);
    status = order_by_label(a->cluster->dbscan, n, s->by_dbscan, err);
    if (status == CT_OK)
        status = order_by_label(a->cluster->kmeans.labels, n, s->by_kmeans, err);
    return status;
}

static enum ct_status count_cosines(const struct analysis *a, const struct stage_run *run,
                                    struct similarity_result *s, struct ct_error *err)
{
    struct crew *crew = NULL;
    enum ct_status status = crew_new(a->params.threads, &crew, err);

    if (status == CT_OK)
        status = cosine_histogram(&a->ttest->selected, a->ttest->norms, COSINE_BINS, crew,
                                  &run->progress, s->cosine_counts, s->cosine_edges, err);
    crew_free(crew);
    return status;
}

enum ct_status stage_similarity_compute(const struct analysis *a, const struct stage_run *run,
                                        void **result, struct ct_error *err)
{
    struct similarity_result *const s = calloc(1, sizeof *s);
    enum ct_status status = s != NULL ? CT_OK : ct_fail_nomem(err, "similarity", 0);

    if (status == CT_OK)
        status = find_orders(a, s, err);
    if (status == CT_OK)
        status = cosine_means(&a->ttest->selected, a->ttest->norms, a->cluster->dbscan,
                              s->by_dbscan, &s->means, err);
    if (status == CT_OK)
        status = count_cosines(a, run, s, err);
    if (status != CT_OK) {
        stage_similarity_free(s);
        return status;
    }
    *result = s;
    return CT_OK;
}

void stage_similarity_free(void *result)
{
    struct similarity_result *const s = result;

    if (s == NULL)
        return;
    free(s->by_dbscan);
    free(s->by_kmeans);
    free(s);
}
