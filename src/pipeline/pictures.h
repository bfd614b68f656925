/*
 * Pictures that could have been: of layers without clusters (num/null/sized_cloud.h) and of
 * sentences drawn again (num/resample.h), embedded and clustered as the picture was. They describe
 * it; they are no test.
 */
#ifndef CT_PIPELINE_PICTURES_H
#define CT_PIPELINE_PICTURES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/crew.h"
#include "base/progress.h"
#include "num/draws.h"
#include "pipeline/analysis.h"
#include "pipeline/answer_neurons.h"

struct look { /* of a picture, by one method */
    size_t n_clusters, n_noise;
    double silhouette; /* NaN: undefined */
};

struct pictures {       /* zero-initialise; owns its arrays until pictures_clear() */
    size_t n_clouds;    /* drawn: fewer than asked for if cancelled */
    struct look *looks; /* [n_clouds, n_plane_methods] */
    struct looks {
        struct null_summary n_clusters, n_noise, silhouette; /* without p */
        size_t n_silhouettes;                                /* that are defined */
    } * clouds;                                              /* [n_plane_methods] of them */
    size_t n_resampled;
    double **recovery; /* [n_plane_methods][n_clusters] of a cluster of the picture: mean of its
                          best Jaccard similarity with a cluster of a picture of other sentences */
    double *agreement; /* [n_plane_methods] mean adjusted Rand index with their clusters */
    bool is_partial;   /* cancelled */
};

/* The neurons are at least CLUMPING_LEAST; OpenBLAS must be loaded. What is done when they are
 * cancelled stays; `earlier`, NULL for none, are cancelled pictures of the same that are continued.
 * CT_EINVAL (no cloud can be fitted), CT_ENOMEM. */
enum ct_status pictures_of_clouds(const struct analysis *a, const struct answer_neurons *neurons,
                                  size_t n, const struct pictures *earlier, struct crew *crew,
                                  const struct progress *progress, struct pictures *p,
                                  struct ct_error *err);
enum ct_status pictures_resampled(const struct analysis *a, const struct answer_neurons *neurons,
                                  size_t n, struct crew *crew, const struct progress *progress,
                                  struct pictures *p, struct ct_error *err);
void pictures_clear(struct pictures *p);

/* Peak bytes of both. */
double pictures_memory(const struct analysis *a);

#endif
