/*
 * Neurons as directions, for the question whether those that tell two groups of samples apart are
 * clumped. Of neuron j, u_j are its deviations from its mean over the samples, of length 1; e is
 * the contrast of the two groups, of length 1; r_j = u_j . e decides its t; and its context profile
 * w_j = (u_j - r_j e), of length 1, is what is left without both group means. w_i . w_j is the
 * correlation of two neurons within the groups.
 */
#ifndef CT_NUM_NULL_PROFILES_H
#define CT_NUM_NULL_PROFILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mat.h"
#include "base/status.h"

struct profiles {     /* zero-initialise; owns its arrays until profiles_clear() */
    size_t n_neurons; /* with variance within the groups; the others take no part */
    size_t n_samples; /* of both groups: those of the first, then those of the second */
    size_t n_group;   /* samples of the first group */
    size_t *neuron;   /* [n_neurons] column of X, ascending */
    double *e;        /* [n_samples] */
    double *u;        /* [n_neurons, n_samples] */
    double *w;        /* [n_neurons, n_samples] */
    double *r;        /* [n_neurons] */
    double *mean;     /* [n_neurons] over the samples */
    double *length;   /* [n_neurons] of the deviations from it */
};

/* The columns of X [.., n columns], finite, for the samples rows[0] [n_rows[0]] against rows[1].
 * CT_ENOMEM; CT_EINVAL: an empty group, or fewer than three samples. */
enum ct_status profiles_new(const struct matview *X, const size_t *const rows[2],
                            const size_t n_rows[2], struct profiles *out, struct ct_error *err);
void profiles_clear(struct profiles *p);

double profiles_memory(size_t n_neurons, size_t n_samples); /* bytes that it keeps */

/* u [n_rows[0] + n_rows[1]]: the direction of column j of X; e is the contrast of these samples.
 * Returns the length of the deviations from *mean; 0 if the column does not vary within the groups:
 * u is of no meaning then. */
double direction_of_column(const struct matview *X, size_t j, const size_t *const rows[2],
                           const size_t n_rows[2], const double *e, double *u, double *mean);

/* w [n, n_samples]: the context profiles `which` [n]. */
void profiles_gather(const struct profiles *p, const size_t *which, size_t n, double *w);

double vector_dot(const double *x, const double *y, size_t n);

/* e [n_a + n_b]: the contrast of the first n_a samples with the others, of length 1. */
void contrast_vector(size_t n_a, size_t n_b, double *e);

/* w [n]: u - (u . e) e, of length 1, or 0 if nothing is left. Returns u . e. w may be u. */
double profile_of_unit(const double *u, const double *e, size_t n, double *w);

/* |Skewness| of x [n] over its entries: |m_3| / m_2^1.5, central moments with divisor n. */
double absolute_skewness(const double *x, size_t n);

#endif
