/*
 * Groups of points without a number given: Ward's tree (num/cluster/ward.h) is cut at GROUPS_FROM,
 * ... GROUPS_TO groups, and the cut with the largest mean silhouette is kept (Rousseeuw 1987, J.
 * Comput. Appl. Math. 20:53), the smaller number if two are equal. O(n^2 (d + 1)) time.
 */
#ifndef CT_NUM_CLUSTER_WARD_GROUPS_H
#define CT_NUM_CLUSTER_WARD_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/progress.h"
#include "base/status.h"

enum {
    GROUPS_FROM = 2, /* groups tried */
    GROUPS_TO = 12,
    GROUPS_MOST = 5000, /* points: callers do without groups of more, for lack of memory */
};

struct ward_groups {   /* zero-initialise; owns labels until ward_groups_clear() */
    size_t n_groups;   /* GROUPS_FROM .. GROUPS_TO, fewer than points */
    double silhouette; /* of the groups in the space of the points: -1 .. 1 */
    int32_t *labels;   /* [n] 0 .. n_groups - 1, numbered by their first points */
};

/*
 * w [n, d], borrowed, finite; n > GROUPS_FROM. crew may be NULL, and must be inside a block of
 * another crew; results do not depend on it. progress may be NULL. OpenBLAS must be loaded for its
 * threads. CT_EINVAL (too few points, or more than 2^31), CT_ENOMEM, CT_ECANCELED.
 */
enum ct_status ward_groups(const double *w, size_t n, size_t d, struct crew *crew,
                           const struct progress *progress, struct ward_groups *out,
                           struct ct_error *err);
void ward_groups_clear(struct ward_groups *g);

double ward_groups_memory(size_t n); /* peak bytes with the result, without w */

#endif
