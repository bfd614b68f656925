/*
 * Methods of clustering neurons, most as points of the plane, and their results. A method is a
 * const row at the end of its method_NAME.c; stages, reports and the user interface know methods
 * only through the list in cluster_methods.c.
 */
#ifndef CT_PIPELINE_CLUSTERING_H
#define CT_PIPELINE_CLUSTERING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"
#include "pipeline/params.h"

struct cluster_row {
    size_t size;
    double mean_t;
    double mean_abs_t;
};

struct clustering { /* zero-initialise; owns everything until clustering_clear() */
    const struct cluster_method *method;
    int32_t *labels; /* [n] 0 .. n_clusters - 1; -1: in no cluster (noise) */
    size_t n;
    size_t n_clusters, n_noise;
    struct cluster_row *rows; /* [n_clusters] of t; NULL: no t were given */
    double silhouette;  /* without noise; NaN: fewer than two clusters, or one point per cluster */
    double objective;   /* minimised by the method; NaN: none */
    struct mat centers; /* [n_clusters, 2]; empty: the method has none */
    double *k_distance; /* [n_k_distance] ascending, to the k-th neighbour; NULL: none */
    size_t n_k_distance, k;
};

struct cluster_method {
    const char *name;  /* `dbscan`: in file names and commands */
    const char *title; /* `DBSCAN` */
    bool has_noise;    /* points may be in no cluster */
    bool in_context; /* clusters context profiles [n, sentences], 0 for a neuron that has none, and
                        finds the silhouette itself; otherwise points of the plane [n, 2] */
    const char *objective; /* `inertia`; NULL: it minimises nothing */

    /* Fills labels, which are allocated, and the method's other results. Results do not depend on
     * the number of threads. progress may be NULL; no points give no clusters. */
    enum ct_status (*fit)(const struct mat *points, const struct params *params,
                          const struct progress *progress, struct clustering *out,
                          struct ct_error *err);
    double (*memory)(size_t n, const struct params *params); /* bytes that fit() takes */

    size_t (*most)(size_t n, const struct params *params); /* most clusters it can find */

    /* The number of clusters requested, and the option that sets it; NULL: the method finds it. */
    size_t (*wanted)(const struct params *params);
    const char *wanted_option;

    /* One line such as `eps 1, min_samples 3: 10 clusters, 32 neurons are noise`; and for a
     * plot. */
    void (*describe)(const struct clustering *c, const struct params *params, char *out,
                     size_t size);
    void (*caption)(const struct clustering *c, const struct params *params, char *out,
                    size_t size);
};

extern const struct cluster_method method_dbscan;
extern const struct cluster_method method_kmeans;
extern const struct cluster_method method_ward;

/* All methods that params ask for are the first clusterings_wanted() of these. */
size_t clusterings_wanted(const struct params *params);

/* All methods; the first one sorts the matrices in files and marks neurons unless another is
 * chosen. */
extern const struct cluster_method *const cluster_methods[];
extern const size_t n_cluster_methods;

/* The first of these cluster points of the plane; the others are in_context. */
extern const size_t n_plane_methods;

/*
 * Clusters points [n, d] with params; no points give no clusters. *out must be zeroed; its rows and
 * silhouette are not filled in. The errors of the method; CT_ENOMEM. *out is empty then.
 */
enum ct_status clustering_fit(const struct cluster_method *method, const struct mat *points,
                              const struct params *params, const struct progress *progress,
                              struct clustering *out, struct ct_error *err);

/* Fills c->rows from the t of each point [n]. CT_ENOMEM. */
enum ct_status clustering_summarise(struct clustering *c, const double *t, struct ct_error *err);

void clustering_clear(struct clustering *c);

#endif
