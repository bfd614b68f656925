#include "config.h"
#include "pipeline/stage_cluster.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/cluster/silhouette.h"
#include "num/cluster/ward_groups.h"
#include "pipeline/cluster_title.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"

const struct clustering *clustering_of(const struct analysis *a,
                                       const struct cluster_method *method)
{
    const struct cluster_result *const c = clusters_of(a);

    for (size_t m = 0; c != NULL && m < c->n; m++)
        if (c->by[m].method == method)
            return &c->by[m];
    return NULL;
}

/* The t values of the significant neurons, owned by the caller. */
static enum ct_status list_t(const struct ttest_stage *t, double **out, struct ct_error *err)
{
    double *const statistics = ct_malloc_array(t->n_significant, sizeof *statistics);

    if (statistics == NULL)
        return ct_fail_nomem(err, "clusters", 0);
    for (size_t i = 0; i < t->n_significant; i++)
        statistics[i] = t->neurons[t->significant[i]].statistic;
    *out = statistics;
    return CT_OK;
}

/* The context profiles of the significant neurons, as points; they take memory unless it is the
 * space of the analysis. */
static enum ct_status find_profiles(const struct analysis *a, struct mat *own,
                                    const struct mat **points, struct ct_error *err)
{
    const struct mat *const X = &ttest_of(a)->selected;

    *points = &space_of(a)->points;
    if (space_of(a)->space == SPACE_CONTEXT || X->rows > GROUPS_MOST)
        return CT_OK;
    double *const e = ct_malloc_array(X->cols, sizeof *e);
    enum ct_status status = e != NULL ? mat_init(own, X->rows, X->cols, "clusters", err)
                                      : ct_fail_nomem(err, "clusters", 0);
    if (status == CT_OK) {
        space_contrast(a, e);
        for (size_t i = 0; i < X->rows; i++)
            (void)neuron_space_map(SPACE_CONTEXT, mat_row(X, i), e, X->cols, mat_row(own, i));
        *points = own;
    }
    free(e);
    return status;
}

/* Clusters with one method and computes the silhouette: steps 2 m and 2 m + 1. */
static enum ct_status run_method(const struct analysis *a, const struct stage_run *run, size_t m,
                                 const double *t, struct clustering *c, struct ct_error *err)
{
    const bool in_context = cluster_methods[m]->in_context;
    const struct mat *points = &tsne_of(a)->result.embedding;
    struct mat profiles = { 0 };
    struct progress_part part = { &run->progress, 2 * m, 1, 2 * clusterings_wanted(&a->params) };
    const struct progress progress = progress_of_part(&part);
    enum ct_status status = in_context ? find_profiles(a, &profiles, &points, err) : CT_OK;

    if (status == CT_OK)
        status = clustering_fit(cluster_methods[m], points, &a->params, &progress, c, err);
    if (status == CT_OK)
        status = clustering_summarise(c, t, err);
    part.first++;
    if (in_context && status == CT_OK && !progress_tick(&progress, 1, 1))
        status = ct_fail(err, CT_ECANCELED, "clusters: cancelled");
    if (status == CT_OK && !in_context)
        status =
            silhouette_score(points, c->labels, a->params.threads, &progress, &c->silhouette, err);
    mat_clear(&profiles);
    return status;
}

static void release(void *result)
{
    struct cluster_result *const c = result;

    if (c == NULL)
        return;
    for (size_t m = 0; c->by != NULL && m < c->n; m++)
        clustering_clear(&c->by[m]);
    free(c->by);
    free(c);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct cluster_result *const c = calloc(1, sizeof *c);
    double *t = NULL;
    enum ct_status status =
        c != NULL ? list_t(ttest_of(a), &t, err) : ct_fail_nomem(err, "clusters", 0);

    if (status == CT_OK) {
        c->n = clusterings_wanted(&a->params);
        c->by = ct_calloc_array(c->n, sizeof *c->by);
        if (c->by == NULL)
            status = ct_fail_nomem(err, "clusters", 0);
    }
    for (size_t m = 0; status == CT_OK && m < c->n; m++)
        status = run_method(a, run, m, t, &c->by[m], err);
    free(t);
    if (status != CT_OK) {
        release(c);
        return status;
    }
    *result = c;
    return CT_OK;
}

static double memory(const struct analysis *a)
{
    const size_t n = ttest_of(a)->n_significant;
    double kept = (double)n * sizeof(double); /* t */
    double most = silhouette_memory(n, n);

    for (size_t m = 0; m < clusterings_wanted(&a->params); m++) {
        const struct cluster_method *const method = cluster_methods[m];
        /* once as they are, once without those that are 0 */
        const double profiles = method->in_context && n <= GROUPS_MOST
                                    ? 2.0 * 8.0 * (double)n * (double)ttest_of(a)->selected.cols
                                    : 0.0;
        kept += (double)n * sizeof(int32_t) +
                (double)method->most(n, &a->params) * sizeof(struct cluster_row);
        most = fmax(most, profiles + method->memory(n, &a->params));
    }
    return kept + most;
}

static void note(const void *value, char out[NOTE_SIZE])
{
    snprintf(out, NOTE_SIZE, "%zu", ((const struct cluster_result *)value)->by[0].n_clusters);
}

static const char *ward_choice(size_t i)
{
    static const char *const names[] = { "no", "yes" };

    return i < sizeof names / sizeof *names ? names[i] : NULL;
}

static const struct setting cluster_settings[] = {
    { .name = "eps",
      .kind = &kind_number,
      .field = offsetof(struct params, eps),
      .commands = FOR_RUN | FOR_DBSCAN,
      .argument = "X",
      .help = "of DBSCAN",
      .high = INFINITY },
    { .name = "min-samples",
      .kind = &kind_count,
      .field = offsetof(struct params, min_samples),
      .commands = FOR_RUN | FOR_DBSCAN,
      .argument = "N",
      .help = "of DBSCAN",
      .low = 1 },
    { .name = "clusters",
      .letter = 'k',
      .kind = &kind_count,
      .field = offsetof(struct params, clusters),
      .commands = FOR_RUN | FOR_KMEANS,
      .argument = "N",
      .help = "of k-means",
      .low = 1 },
    { .name = "ward",
      .kind = &kind_choice,
      .field = offsetof(struct params, ward),
      .commands = FOR_RUN,
      .argument = "NAME",
      .help = "cluster context profiles by Ward's tree",
      .is_rare = true,
      .choice = ward_choice,
      .before = "no" },
    { .name = "cluster-name",
      .kind = &kind_list,
      .scope = OF_NONE,
      .field = offsetof(struct params, cluster_names),
      .commands = FOR_RUN,
      .argument = "NAME",
      .help = "METHOD:HOOK:NEURON=NAME; repeatable",
      .is_rare = true,
      .initial = "",
      .accepts = cluster_titles_are,
      .expected = "METHOD:HOOK:NEURON=NAME such as dbscan:h.3.mlp.c_fc:74=pronouns" },
};

const struct stage stage_cluster = {
    .name = "cluster",
    .title = "Cluster",
    .does = "clusters the embedding",
    .settings = cluster_settings,
    .n_settings = sizeof cluster_settings / sizeof *cluster_settings,
    .inputs = (const struct stage *const[]){ &stage_ttest, &stage_space, &stage_tsne, NULL },
    .effort = 1,
    .memory = memory,
    .advice = "use --ward no, or select fewer neurons: a smaller --alpha, fewer --hook",
    .compute = compute,
    .free = release,
    .note = note,
};
