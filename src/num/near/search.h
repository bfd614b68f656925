/*
 * The search for neighbours, block by block of rows: candidates by matrix products in float32, see
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

struct neighbors_block { /* rows of one list that are treated together */
    uint32_t list;
    size_t first;
    size_t count;
};

struct neighbors_lane; /* what one thread works with */

struct neighbors_search { /* owns its arrays until neighbors_search_clear() */
    const struct mat *X;  /* borrowed */
    uint32_t *indices;    /* [n_samples, n_neighbors] what is found, borrowed */
    double *sqdistances;  /* the same */
    struct neighbors_lists lists;
    size_t n_near;                  /* lists that are searched for the neighbours of a row */
    struct neighbors_block *blocks; /* [n_blocks] all rows */
    size_t n_blocks;
    /* Rows are in the order of the lists here and in halves: */
    float *scaled; /* [n_samples, n_features], X centred and at most 1 */
    struct halves halves;
    size_t rows; /* whose products are held at a time */
    size_t n_lanes;
    struct neighbors_lane *lanes;
};

/* count_a * count_b elements, both from data; NULL if there is no memory for them. */
void *neighbors_array(size_t count_a, size_t count_b, size_t size);

/* All but lists and blocks, not yet filled. False: no memory; to be cleared nevertheless. */
bool neighbors_search_init(struct neighbors_search *s, const struct mat *X, size_t n_neighbors,
                           size_t n_threads);
void neighbors_search_clear(struct neighbors_search *s);

/* Bytes that all of it takes when it is searched, rows in the order of the lists included. */
double neighbors_search_memory(size_t n_samples, size_t n_features, size_t n_neighbors,
                               int n_threads);

/* Fills scaled and halves, in the order of X. Taking the column means out takes the offset away
 * that would spoil the products; a power of 2 keeps them in the range of float32. CT_EINVAL,
 * CT_ENOMEM. */
enum ct_status neighbors_search_scale(struct neighbors_search *s, struct ct_error *err);

/* Finds the neighbours of all rows of some blocks. CT_ECANCELED. */
enum ct_status neighbors_search_run(const struct neighbors_search *s,
                                    const struct neighbors_block *blocks, size_t n_blocks,
                                    struct crew *crew, const struct progress *progress,
                                    struct ct_error *err);

#endif
