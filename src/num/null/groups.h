/*
 * Groups of features (neurons) by Ward's tree of their context profiles, cut where the silhouette
 * in the full space of the profiles is largest.
 */
#ifndef CT_NUM_NULL_GROUPS_H
#define CT_NUM_NULL_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    GROUPS_FROM = 2, /* groups tried */
    GROUPS_TO = 12,
};

struct groups {
    size_t n;          /* GROUPS_FROM .. GROUPS_TO */
    double silhouette; /* largest of those tried; the fewest groups if several have it */
};

/* squared [n, n]: squared Euclidean distances of the rows of w [n, d]; symmetric, 0 on the
 * diagonal. OpenBLAS must be loaded. */
void squared_distances(const double *w, size_t n, size_t d, double *squared);

/* labels [n]: 0 .. out->n - 1, numbered by their first features. squared [n, n] as above, n >
 * GROUPS_FROM; scratch [n, n]. CT_ENOMEM; CT_EINVAL: more than 2^31 features. */
enum ct_status groups_find(const double *squared, double *scratch, size_t n, int32_t *labels,
                           struct groups *out, struct ct_error *err);

/* Peak bytes of groups_find(), without its arguments. */
double groups_memory(size_t n);

#endif
