/*
 * The axes of context profiles along which neurons share more than chance gives: eigenvectors of
 * their covariance whose eigenvalues exceed the largest one of layers in which every neuron's
 * samples are permuted by themselves (parallel analysis, Horn 1965, Psychometrika 30:179).
 */
#ifndef CT_NUM_NULL_AXES_H
#define CT_NUM_NULL_AXES_H

#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/status.h"
#include "num/null/profiles.h"

enum { AXES_LAYERS = 5, AXES_LEAST = 2 };

struct axes { /* zero-initialise; owns vectors until axes_clear() */
    size_t n; /* at least AXES_LEAST, as far as there are samples */
    size_t n_samples;
    double *vectors; /* [n, n_samples], of length 1 */
    double bound;    /* the largest eigenvalue of the permuted layers */
};

/* crew may be NULL; results do not depend on it. OpenBLAS must be loaded for its threads.
 * CT_ENOMEM, CT_EINVAL. */
enum ct_status axes_new(const struct profiles *p, uint64_t seed, struct crew *crew,
                        struct axes *out, struct ct_error *err);
void axes_clear(struct axes *axes);
double axes_memory(size_t n_neurons, size_t n_samples, size_t n_threads); /* peak bytes */

/* x [n_rows, axes->n]: the rows of w [n_rows, n_samples] on the axes, of length 1. */
void axes_project(const struct axes *axes, const double *w, size_t n_rows, double *x);

/*
 * Clumping: the mean over rows i of x [n, d], of length 1, of the mean of the CLUMPING_NEAREST
 * largest x_i . x_j, j != i. NaN for fewer than CLUMPING_LEAST rows. O(n^2 d). CT_ENOMEM.
 */
enum { CLUMPING_NEAREST = 3, CLUMPING_LEAST = 12 };
enum ct_status clumping(const double *x, size_t n, size_t d, double *out, struct ct_error *err);
double clumping_memory(size_t n); /* peak bytes, without arguments */

#endif
