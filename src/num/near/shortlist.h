/*
 * The rows that may be among the nearest to one row, found by products in float32. With those,
 * |a - b|^2 / 2 = |a|^2 / 2 + |b|^2 / 2 - ab is known to within slack * (|a|^2 + |b|^2). The `half`
 * of a row b for a row a is the least that this can be, without the terms of a alone.
 */
#ifndef CT_NUM_NEAR_SHORTLIST_H
#define CT_NUM_NEAR_SHORTLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct halves {
    float *sqnorm; /* [n_samples], of the rows */
    float *base;   /* [n_samples], what the half of a row is at a product of 0 */
    float slack;
    size_t n_neighbors;
    size_t capacity; /* of a shortlist: shortlist_capacity(n_neighbors) */
};

struct shortlist { /* of one row */
    float limit;   /* whose half lies above it is not among them */
    bool crowded;  /* more have tied than there is room for */
    size_t count;
    float *halves;     /* [capacity], borrowed */
    uint32_t *indices; /* [capacity], whose halves they are, borrowed */
};

size_t shortlist_capacity(size_t n_neighbors);

/* Bytes of one, with its entries. */
double shortlist_memory(size_t n_neighbors);

void shortlist_reset(struct shortlist *list);

/* Row i, whose products with the rows first .. first + n - 1 are given. */
void shortlist_add(struct shortlist *list, const struct halves *h, size_t i, const float *products,
                   size_t first, size_t n);

/* Keeps the n_neighbors nearest to row i, and those that rounding may have put behind them. */
void shortlist_cut(struct shortlist *list, const struct halves *h, size_t i);

#endif
