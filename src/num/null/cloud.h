/*
 * One continuous cloud of directions with a given mean and covariance: the null model of a layer
 * without clusters. A direction is a draw of a normal distribution brought to length 1 (projected
 * normal; Tyler 1987, Biometrika 74:579), and the moments of the draws are exact: a rotation test
 * (Langsrud 2005, Stat. Comput. 15:53). The idea is that of SigClust (Liu, Hayes, Nobel & Marron
 * 2008, J. Am. Stat. Assoc. 103:1281) with directions instead of points. Bringing a cloud to length
 * 1 shrinks its spectrum (Duerre, Tyler & Vogel 2016, Stat. Probab. Lett. 111:80), so the normal's
 * moments are fitted until those of the directions are as given.
 */
#ifndef CT_NUM_NULL_CLOUD_H
#define CT_NUM_NULL_CLOUD_H

#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/progress.h"
#include "base/status.h"
#include "num/philox.h"

enum { CLOUD_FRAMES = 4, CLOUD_ITERATIONS = 50 };

struct cloud {       /* zero-initialise; owns its arrays until cloud_clear() */
    size_t n;        /* directions in a draw */
    size_t d;        /* their dimension */
    size_t rank;     /* axes with variance */
    size_t n_iter;   /* of the fit */
    double *vectors; /* [rank, d] axes */
    double *lambda;  /* [rank] the normal's variances along them */
    double *mu;      /* [d] its mean */
};

/*
 * Fits to the rows of u [n, d], of length 1. Frames are replicates first .. first + CLOUD_FRAMES -
 * 1 of STREAM_FRAMES. crew may be NULL; results do not depend on it. OpenBLAS must be loaded for
 * its threads. CT_EINVAL (no variance, or too few directions for their dimension), CT_ENOMEM,
 * CT_ECANCELED.
 */
enum ct_status cloud_fit(const double *u, size_t n, size_t d, uint64_t seed, uint64_t first,
                         struct crew *crew, const struct progress *progress, struct cloud *out,
                         struct ct_error *err);
void cloud_clear(struct cloud *c);

/* Peak bytes of the fit, and of a draw without its result. */
double cloud_fit_memory(size_t n, size_t d);
double cloud_draw_memory(size_t n, size_t d);

/*
 * A draw: replicate `replicate` of `stream`. z [n_rows, d]: its directions `rows` [n_rows]; all n,
 * in order, if rows is NULL. May be called from several threads. CT_ENOMEM; CT_EINVAL: the frame is
 * degenerate (as good as impossible).
 */
enum ct_status cloud_draw(const struct cloud *c, uint64_t seed, enum philox_stream stream,
                          uint64_t replicate, const size_t *rows, size_t n_rows, double *z,
                          struct ct_error *err);

#endif
