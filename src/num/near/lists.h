/*
 * An inverted file index (IVF) for nearest neighbours: rows are partitioned into lists by k-means
 * (Lloyd 1982, IEEE Trans. Inf. Theory 28:129); the neighbours of a row are searched in the lists
 * whose means are nearest to that of its own list (Sivic & Zisserman 2003, ICCV, 1470).
 */
#ifndef CT_NUM_NEAR_LISTS_H
#define CT_NUM_NEAR_LISTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/progress.h"
#include "base/status.h"

struct neighbors_lists { /* zero-initialise; owns its arrays until neighbors_lists_clear() */
    size_t n_lists;
    uint32_t *list;  /* [n_samples], the list of each row */
    uint32_t *order; /* [n_samples], rows list by list, ascending in each */
    size_t *bounds;  /* [n_lists + 1], where each list begins in order */
    uint32_t *near;  /* [n_lists, n_lists], lists by distance: each row begins with itself */
};

/* Puts all rows into one list, for an exhaustive search. CT_ENOMEM. */
enum ct_status neighbors_lists_one(size_t n_samples, struct neighbors_lists *out,
                                   struct ct_error *err);

/*
 * Makes lists of about 192 rows each (more for over 196,608 rows, since there are at most 1024
 * lists) of rows [n_samples, n_features] float32, finite. progress is ticked with 0 done. On
 * failure *out is untouched: CT_ENOMEM, CT_ECANCELED. crew may be NULL; the result does not depend
 * on it.
 */
enum ct_status neighbors_lists_init(const float *rows, size_t n_samples, size_t n_features,
                                    struct crew *crew, const struct progress *progress,
                                    struct neighbors_lists *out, struct ct_error *err);
void neighbors_lists_clear(struct neighbors_lists *lists);

/* Peak memory of neighbors_lists_init() in bytes, excluding the rows, including the lists. */
double neighbors_lists_memory(size_t n_samples, size_t n_features);

#endif
