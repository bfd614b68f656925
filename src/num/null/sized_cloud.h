/*
 * Layers without clusters that look like the observed one: drawn from the cloud of its directions
 * (cloud.h), with the lengths and means of the observed features. For pictures of what has no
 * clusters; not for a test.
 */
#ifndef CT_NUM_NULL_SIZED_CLOUD_H
#define CT_NUM_NULL_SIZED_CLOUD_H

#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/progress.h"
#include "base/status.h"
#include "num/null/cloud.h"
#include "num/null/selection.h"

struct sized_cloud { /* zero-initialise; owns its arrays until sized_cloud_clear() */
    struct null_question q;
    struct cloud cloud;
    size_t n_axes;  /* that hold 95 % of the cloud's variance */
    size_t *axes;   /* [n_axes] of it */
    double *radius; /* [n_features] of the observed features, from the smallest statistic up, */
    double *mean;   /* [n_features] and their means */
};

/*
 * Feature j of the profiles is length[j] u_j + mean[j]. Its radius is what is left of its length
 * when the cloud's shape is taken out: length[j] rho(u_j), rho(z) the root of the mean over the
 * axes of (z . v)^2 / lambda. CT_EINVAL (no cloud can be fitted), CT_ENOMEM, CT_ECANCELED.
 */
enum ct_status sized_cloud_new(const struct null_question *question, struct crew *crew,
                               const struct progress *progress, struct sized_cloud *out,
                               struct ct_error *err);
void sized_cloud_clear(struct sized_cloud *s);

/*
 * x [n_selected, n_samples]: draw b. The features of the cloud get the radius and the mean of the
 * observed feature of the same rank of the test's statistic; as many as observed are selected, in
 * the order of the draw. May be called from several threads at once. CT_ENOMEM, CT_EINVAL.
 */
enum ct_status sized_cloud_draw(const struct sized_cloud *s, uint64_t b, double *x,
                                struct ct_error *err);

/* Peak bytes of sized_cloud_new(), its result included, and of one draw. */
double sized_cloud_memory(size_t n_features, size_t n_samples);
double sized_cloud_draw_memory(size_t n_features, size_t n_samples, size_t n_selected);

#endif
