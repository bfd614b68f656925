/*
 * The sums behind a t-test of one column, and their repair where float64 cannot represent them:
 * values that are all equal (rounding of their mean would pass for a variance), and values whose
 * squares, or the squares of those, overflow or underflow.
 */
#ifndef CT_NUM_TESTS_COLUMN_SUMS_H
#define CT_NUM_TESTS_COLUMN_SUMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mat.h"

struct sums_source {
    const struct matview *X;
    const size_t *rows[2]; /* [n[g]] of both groups */
    size_t n[2];
    bool is_paired; /* n[0] == n[1] */
};

struct column_sums {
    double mean[2];    /* of both groups */
    double difference; /* of the means; paired: mean of the differences */
    double squares[2]; /* squared deviations from the means; paired: only [0], of the differences */
};

/*
 * Whether sums computed in any order, from chunks, may be too inaccurate. Cheap; true for all
 * columns that are constant in a group, except where that leaves no error (zeros, and float32
 * unless paired).
 */
bool column_sums_are_doubtful(const struct sums_source *from, const struct column_sums *sums);

/*
 * Reads the column again. A constant group gets its value as mean and no squares; difference and
 * squares may become multiples of an unspecified unit and of its square, which the statistic does
 * not depend on. Sums of a column with NaN or infinities are left as they are. Returns true if the
 * values vary within the groups, but by no more than a few units in the last place of X's dtype.
 */
bool column_sums_repair(const struct sums_source *from, size_t column, struct column_sums *sums);

#endif
