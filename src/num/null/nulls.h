/*
 * Are the features (neurons) that a test selects more clumped than one cloud without clusters,
 * through the same selection? Clumping on shared axes (axes.h) against two null models, each as
 * draws:
 *
 *   the cloud    all features are directions of one cloud with the mean and covariance of the
 *                observed ones; of each draw as many are selected again, those of smallest p
 *   the context  the selected features keep their r, and so their t; their context profiles are
 *                directions of one cloud
 *
 * The p-value is the larger of the two (intersection-union test, Berger 1982, Technometrics
 * 24:295), each (b + 1) / (m + 1) for b of m draws at least as large (Phipson & Smyth 2010, Stat.
 * Appl. Genet. Mol. Biol. 9:39). Features at random show whether the whole layer is like that.
 */
#ifndef CT_NUM_NULL_NULLS_H
#define CT_NUM_NULL_NULLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/progress.h"
#include "base/status.h"
#include "num/null/selection.h"

/* At least CLUMPING_LEAST features are selected; the question's profiles are borrowed. */
struct nulls; /* what all draws have in common; const while draws are made */

/* *out is owned by the caller: nulls_free(). crew may be NULL. CT_EINVAL (fewer than CLUMPING_LEAST
 * selected, or a cloud that cannot be fitted), CT_ENOMEM, CT_ECANCELED. */
enum ct_status nulls_new(const struct null_question *question, struct crew *crew,
                         const struct progress *progress, struct nulls **out, struct ct_error *err);
void nulls_free(struct nulls *nulls);

struct nulls_observed {
    double clumping; /* of the selected features */
    double skewness; /* mean of the |skewness| of their context profiles */
    size_t n_axes;   /* shared axes */
};
struct nulls_observed nulls_observed(const struct nulls *nulls);

struct null_draw {
    double clumping_cloud;   /* of the features selected in the cloud */
    double skewness_cloud;   /* and their mean |skewness| */
    size_t n_significant;    /* features of the cloud that pass the test itself */
    double clumping_context; /* of the selected features with drawn contexts */
    double clumping_random;  /* of as many features at random */
};

/* Replicate b of each, whatever is drawn before. May be called from several threads at once.
 * CT_ENOMEM, CT_EINVAL. */
enum ct_status nulls_draw(const struct nulls *nulls, uint64_t b, struct null_draw *out,
                          struct ct_error *err);

/*
 * How alike neurons in groups must be to be seen: the clumping of draw b of the cloud with
 * PLANTED_GROUPS groups of planted_size() of its selected features each, at similarities rho
 * [n_rho] of features and the centre of their group. As nulls_draw().
 */
enum { PLANTED_GROUPS = 5 };
size_t planted_size(size_t n_selected);
enum ct_status nulls_draw_planted(const struct nulls *nulls, uint64_t b, const double *rho,
                                  size_t n_rho, double *clumping, struct ct_error *err);

/* Peak bytes of nulls_new() with n_threads, its result included, and of one nulls_draw(). */
double nulls_memory(size_t n_features, size_t n_samples, size_t n_threads);
double nulls_draw_memory(size_t n_features, size_t n_samples, size_t n_selected);

#endif
