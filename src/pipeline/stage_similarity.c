#include "config.h"
#include "pipeline/stage_similarity.h"

#include <math.h>
#include <stdlib.h>

#include "base/crew.h"
#include "base/mem.h"
#include "num/linear/cosines.h"
#include "num/linear/similarity.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_ttest.h"

const size_t *similarity_order(const struct analysis *a, const struct cluster_method *method)
{
    const struct cluster_result *const c = clusters_of(a);

    for (size_t m = 0; m < similarity_of(a)->n_orders; m++)
        if (c->by[m].method == method)
            return similarity_of(a)->orders[m];
    return NULL;
}

static enum ct_status find_orders(const struct cluster_result *c, struct similarity_result *s,
                                  struct ct_error *err)
{
    enum ct_status status = CT_OK;

    s->orders = ct_calloc_array(c->n, sizeof *s->orders);
    if (s->orders == NULL)
        return ct_fail_nomem(err, "similarity", 0);
    s->n_orders = c->n;
    for (size_t m = 0; status == CT_OK && m < c->n; m++) {
        s->orders[m] = ct_malloc_array(c->by[m].n, sizeof *s->orders[m]);
        if (s->orders[m] == NULL)
            return ct_fail_nomem(err, "similarity", 0);
        status = order_by_label(c->by[m].labels, c->by[m].n, s->orders[m], err);
    }
    return status;
}

static enum ct_status count_cosines(const struct analysis *a, const struct stage_run *run,
                                    struct similarity_result *s, struct ct_error *err)
{
    struct crew *crew = NULL;
    enum ct_status status = crew_new(a->params.threads, &crew, err);

    if (status == CT_OK)
        status = cosine_histogram(&space_of(a)->points, space_of(a)->norms, COSINE_BINS, crew,
                                  &run->progress, s->cosine_counts, s->cosine_edges, err);
    crew_free(crew);
    return status;
}

static void release(void *result)
{
    struct similarity_result *const s = result;

    if (s == NULL)
        return;
    for (size_t m = 0; s->orders != NULL && m < s->n_orders; m++)
        free(s->orders[m]);
    free(s->orders);
    free(s);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct similarity_result *const s = calloc(1, sizeof *s);
    enum ct_status status = s != NULL ? CT_OK : ct_fail_nomem(err, "similarity", 0);

    if (status == CT_OK)
        status = find_orders(clusters_of(a), s, err);
    if (status == CT_OK)
        status = cosine_means(&space_of(a)->points, space_of(a)->norms,
                              clusters_of(a)->by[0].labels, s->orders[0], &s->means, err);
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
    const size_t n = ttest_of(a)->n_significant;
    const size_t d = space_of(a)->points.cols;
    const double orders = (double)n * (double)(clusters_of(a)->n * sizeof(size_t));

    return orders + fmax(order_by_label_memory(n),
                         fmax(cosine_means_memory(d), cosine_histogram_memory(n, d)));
}

static const struct setting similarity_settings[] = {
    { .name = "matrices",
      .kind = &kind_flag,
      .scope = OF_NONE,
      .field = offsetof(struct params, matrices),
      .commands = FOR_RUN,
      .help = "of any size",
      .is_rare = true },
};

const struct stage stage_similarity = {
    .name = "similarity",
    .title = "Similarity",
    .does = "compares the neurons",
    .settings = similarity_settings,
    .n_settings = sizeof similarity_settings / sizeof *similarity_settings,
    .inputs = (const struct stage *const[]){ &stage_ttest, &stage_space, &stage_cluster, NULL },
    .effort = 1,
    .memory = memory,
    .advice = "select fewer neurons: a smaller --alpha, fewer --hook",
    .compute = compute,
    .free = release,
};
