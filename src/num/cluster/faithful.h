/* How faithful a picture of points is to them: whether neighbours are kept. */
#ifndef CT_NUM_CLUSTER_FAITHFUL_H
#define CT_NUM_CLUSTER_FAITHFUL_H

#include <stddef.h>

#include "base/crew.h"
#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"

struct faithfulness {       /* 1: as faithful as can be; NaN: undefined */
    double trustworthiness; /* neighbours in the picture are neighbours */
    double continuity;      /* neighbours are neighbours in the picture */
    double neighbours_kept; /* share of the nearest that are among those of the picture */
};

/*
 * Of points X [n, d] and their picture Y [n, d2], finite, with the k nearest neighbours by
 * Euclidean distance, ties by index (Venna & Kaski 2001, ICANN): trustworthiness as
 * sklearn.manifold.trustworthiness(X, Y, n_neighbors=k), continuity with X and Y exchanged. All
 * undefined unless 0 < k < n / 2. O(n^2 d) with the threads of the crew, which may be NULL; results
 * do not depend on it. CT_ENOMEM, CT_ECANCELED.
 */
enum ct_status faithfulness(const struct mat *X, const struct mat *Y, size_t k, struct crew *crew,
                            const struct progress *progress, struct faithfulness *out,
                            struct ct_error *err);
double faithfulness_memory(size_t n, size_t k, size_t n_threads); /* peak bytes */

#endif
