/* Squared Euclidean distances between all rows of a matrix, by matrix products. */
#ifndef CT_NUM_LINEAR_DISTANCES_H
#define CT_NUM_LINEAR_DISTANCES_H

#include <stddef.h>

#include "base/crew.h"

/* squared [n, n]: squared Euclidean distances of the rows of w [n, d]; symmetric, 0 on the
 * diagonal; accurate for rows that are close to one another, too. OpenBLAS must be loaded. crew may
 * be NULL; the result does not depend on it. */
void squared_distances(const double *w, size_t n, size_t d, struct crew *crew, double *squared);

#endif
