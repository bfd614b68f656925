/*
 * The search for neighbours in blocks of rows: candidates by float32 matrix products, see
 * near/shortlist.h, and the nearest of them in float64.
 */
#ifndef CT_NUM_NEAR_SEARCH_H
#define CT_NUM_NEAR_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"
#include "num/near/lists.h"
#include "num/near/shortlist.h"

struct neighbors_block { /* rows of one list that are processed together */
    uint32_t list;
    size_t first;
    size_t count;
};

struct neighbors_lane; /* workspace of one thread */

struct neighbors_search { /* owns its arrays until neighbors_search_clear() */
    const struct mat *X;  /* borrowed */
    uint32_t *indices;    /* [n_samples, n_neighbors], the result, borrowed */
    double *sqdistances;  /* the same */
    struct neighbors_lists lists;
    size_t n_near;                  /* number of lists searched per row */
    struct neighbors_block *blocks; /* [n_blocks], cover all rows */
    size_t n_blocks;
    /* Here and in halves, rows are in the order of the lists: */
    float *scaled; /* [n_samples, n_features], X centred and scaled to at most 1 */
    struct halves halves;
    size_t rows; /* number of rows multiplied at a time */
    size_t n_lanes;
    struct neighbors_lane *lanes;
};

/* Allocates count_a * count_b elements, checked for overflow; NULL if out of memory. */
void *neighbors_array(size_t count_a, size_t count_b, size_t size);

/* Allocates all but lists and blocks. False if out of memory; must be cleared even then. */
bool neighbors_search_init(struct neighbors_search *s, const struct mat *X, size_t n_neighbors,
                           size_t n_threads);
void neighbors_search_clear(struct neighbors_search *s);

/* Memory in bytes during the search, including the reordered rows. */
double neighbors_search_memory(size_t n_samples, size_t n_features, size_t n_neighbors,
                               int n_threads);

/* Fills scaled and halves, in the order of X. Subtracting the column means removes the offset,
 * which would cost precision; a power of 2 keeps the products in the range of float32. CT_EINVAL,
 * CT_ENOMEM. */
enum ct_status neighbors_search_scale(struct neighbors_search *s, struct ct_error *err);

/* Finds the neighbours of all rows of some blocks. CT_ECANCELED. */
enum ct_status neighbors_search_run(const struct neighbors_search *s,
                                    const struct neighbors_block *blocks, size_t n_blocks,
                                    struct crew *crew, const struct progress *progress,
                                    struct ct_error *err);

#endif
