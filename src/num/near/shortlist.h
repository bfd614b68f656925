/*
 * The rows that may be among the nearest to one row, found by float32 products. These give |a -
 * b|^2 / 2 = |a|^2 / 2 + |b|^2 / 2 - ab with an error of at most slack * (|a|^2 + |b|^2). The
 * `half` of a row b for a row a is the lower bound of this, without the terms that depend only on
 * a.
 */
#ifndef CT_NUM_NEAR_SHORTLIST_H
#define CT_NUM_NEAR_SHORTLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct halves {
    float *sqnorm; /* [n_samples], of the rows */
    float *base;   /* [n_samples], the half of a row for a product of 0 */
    float slack;
    size_t n_neighbors;
    size_t capacity; /* of a shortlist: shortlist_capacity(n_neighbors) */
};

struct shortlist { /* of one row */
    float limit;   /* rows with a larger half are not added */
    bool crowded;  /* overflow: more ties than capacity */
    size_t count;
    float *halves;     /* [capacity], borrowed */
    uint32_t *indices; /* [capacity], their rows, borrowed */
};

size_t shortlist_capacity(size_t n_neighbors);

/* Bytes of one shortlist, with its entries. */
double shortlist_memory(size_t n_neighbors);

void shortlist_reset(struct shortlist *list);

/* Adds to the list of row i, given its products with the rows first .. first + n - 1. */
void shortlist_add(struct shortlist *list, const struct halves *h, size_t i, const float *products,
                   size_t first, size_t n);

/* Keeps the n_neighbors nearest to row i, and those that may be among them but for rounding
 * errors. */
void shortlist_cut(struct shortlist *list, const struct halves *h, size_t i);

#endif
