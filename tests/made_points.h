/* Generates many points instead of storing them: the same bits as fixtures/made_points.py. */
#ifndef CT_TESTS_MADE_POINTS_H
#define CT_TESTS_MADE_POINTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"

/* A recipe, as in the fixtures: n, n_groups, width, spread, grain, seed. */
enum { MADE_POINTS_SIZE = 6 };

struct mat made_points(const double *recipe); /* [n, 2]; the caller clears it */

uint32_t hash_of_labels(const int32_t *labels, size_t n);

#endif
