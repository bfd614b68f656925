#include "config.h"
#include "pipeline/clustering.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum ct_status clustering_fit(const struct cluster_method *method, const struct mat *points,
                              const struct params *params, const struct progress *progress,
                              struct clustering *out, struct ct_error *err)
{
    struct clustering c = { .method = method,
                            .n = points->rows,
                            .silhouette = NAN,
                            .objective = method->objective != NULL ? 0.0 : NAN };

    c.labels = ct_calloc_array(c.n, sizeof *c.labels);
    if (c.labels == NULL)
        return ct_fail_nomem(err, method->title, 0);
    const enum ct_status status = method->fit(points, params, progress, &c, err);
    if (status != CT_OK) {
        clustering_clear(&c);
        return status;
    }
    for (size_t i = 0; i < c.n; i++)
        c.n_noise += c.labels[i] < 0;
    *out = c;
    return CT_OK;
}

enum ct_status clustering_summarise(struct clustering *c, const double *t, struct ct_error *err)
{
    struct cluster_row *const rows = ct_calloc_array(c->n_clusters, sizeof *rows);

    if (rows == NULL)
        return ct_fail_nomem(err, c->method->title, 0);
    for (size_t i = 0; i < c->n; i++) {
        if (c->labels[i] < 0)
            continue;
        struct cluster_row *const row = &rows[c->labels[i]];
        row->size++;
        row->mean_t += t[i];
        row->mean_abs_t += fabs(t[i]);
    }
    for (size_t k = 0; k < c->n_clusters; k++) {
        rows[k].mean_t /= (double)rows[k].size;
        rows[k].mean_abs_t /= (double)rows[k].size;
    }
    free(c->rows);
    c->rows = rows;
    return CT_OK;
}

void clustering_clear(struct clustering *c)
{
    free(c->labels);
    free(c->rows);
    free(c->k_distance);
    mat_clear(&c->centers);
    *c = (struct clustering){ 0 };
}
