/*
 * Products and cosines of the rows of a matrix, single entries or some rows at a time, without the
 * full matrix. Every product is summed in the same order, feature by feature with fused operations:
 * i, j and j, i are the same to the bit, whichever function computes them.
 */
#ifndef CT_NUM_LINEAR_SIMILARITY_H
#define CT_NUM_LINEAR_SIMILARITY_H

#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"
#include "base/status.h"

/* The product of rows i and j of X. */
double row_product(const struct mat *X, size_t i, size_t j);

/* norms [n], owned by the caller: the lengths of the rows of X [n, d], also of those whose square
 * overflows or underflows. NaN or infinity for a row that is not finite. */
void row_norms(const struct mat *X, double *norms);

/* The cosine of rows i and j: 1 on the diagonal, 0 if a row is zero, else their product over the
 * product of their norms (may exceed 1 by rounding), computed from scaled rows where that leaves
 * float64's range. */
double row_cosine(const struct mat *X, const double *norms, size_t i, size_t j);

/* The result of row_cosine() from a product that is already known. */
double cosine_of_product(double product, const struct mat *X, const double *norms, size_t i,
                         size_t j);

/* The factors that bring a row of that norm to length 1, one after the other. */
void unit_factors(const struct mat *X, const double *norms, size_t i, double factors[2]);

/* out [n], owned by the caller: row_product() of each of pairs [n]. */
void row_products(const struct mat *X, const uint32_t (*pairs)[2], size_t n, double *out);

/*
 * Rows of the Gram matrix (products of rows) in a given order: out [n_rows, n], owned by the
 * caller; entry r, c is the product of rows order[first + r] and order[c] of X [n, d]. order NULL:
 * the order of X. CT_ENOMEM: some columns at a time are copied.
 */
enum ct_status gram_rows(const struct mat *X, const size_t *order, size_t first, size_t n_rows,
                         double *out, struct ct_error *err);

/* Mean cosines of pairs of different rows. NaN if there is no such pair. */
struct cosine_means {
    double all;
    double within;  /* both in one cluster */
    double between; /* in different clusters */
};

/* labels [n] of the rows of X, below 0: in no cluster; order [n]: sorted by label, see
 * order_by_label(). Computed from sums of rows, in time linear in n. CT_ENOMEM. */
enum ct_status cosine_means(const struct mat *X, const double *norms, const int32_t *labels,
                            const size_t *order, struct cosine_means *out, struct ct_error *err);
double cosine_means_memory(size_t n_features); /* peak bytes, without arguments */

/* order [n]: indices by label ascending (noise, -1, first), ties by index, as
 * np.argsort(labels, kind='stable'). CT_ENOMEM. */
enum ct_status order_by_label(const int32_t *labels, size_t n, size_t *order, struct ct_error *err);
double order_by_label_memory(size_t n); /* peak bytes, without arguments */

#endif
