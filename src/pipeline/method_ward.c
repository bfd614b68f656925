#include "config.h"
#include "pipeline/clustering.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/mem.h"
#include "num/cluster/ward_groups.h"
#include "num/linear/blas_library.h"

/* Moves the profiles that are not 0 together; which [n] are their rows. Returns their number. */
static size_t gather(const struct mat *points, double *w, size_t *which)
{
    const size_t d = points->cols;
    size_t n = 0;

    for (size_t i = 0; i < points->rows; i++) {
        const double *const x = mat_row(points, i);
        bool is_zero = true;
        for (size_t k = 0; is_zero && k < d; k++)
            is_zero = x[k] == 0.0;
        if (is_zero)
            continue;
        memcpy(w + n * d, x, d * sizeof *w);
        which[n++] = i;
    }
    return n;
}

static enum ct_status find_groups(const double *w, size_t n, size_t d, const struct params *params,
                                  const struct progress *progress, struct ward_groups *out,
                                  struct ct_error *err)
{
    struct crew *crew = NULL;
    enum ct_status status = crew_new(params->threads, &crew, err);

    if (status == CT_OK)
        status = blas_library_load(crew_size(crew), err);
    if (status == CT_OK)
        status = ward_groups(w, n, d, crew, progress, out, err);
    crew_free(crew);
    return status;
}

static enum ct_status fit(const struct mat *points, const struct params *params,
                          const struct progress *progress, struct clustering *out,
                          struct ct_error *err)
{
    struct ward_groups groups = { .n_groups = 0 };
    enum ct_status status = CT_OK;

    for (size_t i = 0; i < out->n; i++)
        out->labels[i] = -1;
    if (out->n <= GROUPS_FROM || out->n > GROUPS_MOST)
        return CT_OK;
    double *const w = ct_malloc_array(out->n, points->cols * sizeof *w);
    size_t *const which = ct_malloc_array(out->n, sizeof *which);
    const size_t n = w != NULL && which != NULL ? gather(points, w, which) : 0;
    if (w == NULL || which == NULL)
        status = ct_fail_nomem(err, "Ward", 0);
    else if (n > GROUPS_FROM)
        status = find_groups(w, n, points->cols, params, progress, &groups, err);
    if (status == CT_OK && groups.n_groups > 0) {
        for (size_t i = 0; i < n; i++)
            out->labels[which[i]] = groups.labels[i];
        out->n_clusters = groups.n_groups;
        out->silhouette = groups.silhouette;
    }
    ward_groups_clear(&groups);
    free(w);
    free(which);
    return status;
}

static double memory(size_t n, const struct params *params)
{
    return n > GROUPS_MOST
               ? 0.0
               : ward_groups_memory(n) + (double)n * sizeof(size_t) + blas_memory(params->threads);
}

static size_t most(size_t n, const struct params *params)
{
    (void)params;
    return n < GROUPS_TO ? n : GROUPS_TO;
}

static void describe(const struct clustering *c, const struct params *params, char *out,
                     size_t size)
{
    (void)params;
    if (c->n > GROUPS_MOST)
        snprintf(out, size, "no clusters: more than %d neurons", GROUPS_MOST);
    else if (c->n_clusters == 0)
        snprintf(out, size, "no clusters: fewer than %d neurons that vary within the groups",
                 GROUPS_FROM + 1);
    else
        snprintf(out, size, "of context profiles, k = %zu of %d to %d", c->n_clusters, GROUPS_FROM,
                 GROUPS_TO);
}

static void caption(const struct clustering *c, const struct params *params, char *out, size_t size)
{
    (void)params;
    if (c->n_clusters == 0)
        snprintf(out, size, "Ward: no clusters");
    else
        snprintf(out, size, "Ward: k = %zu, by context profiles, silhouette %.3f", c->n_clusters,
                 c->silhouette);
}

const struct cluster_method method_ward = {
    .name = "ward",
    .title = "Ward",
    .in_context = true,
    .fit = fit,
    .memory = memory,
    .most = most,
    .describe = describe,
    .caption = caption,
};
