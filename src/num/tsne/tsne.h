/*
 * t-SNE (van der Maaten & Hinton 2008, JMLR 9:2579) with the parameters, the schedule and the
 * defaults of scikit-learn's TSNE: affinities over the 3 * perplexity nearest neighbours
 * (approximate from 16,384 samples on, see neighbors_find_most()), PCA initialisation scaled to
 * 1e-4, repulsion by a quad tree or exact, in float32. If X has fewer than two components with
 * variance, the missing coordinates are initialised randomly: N(0, 1) * 1e-4.
 */
#ifndef CT_NUM_TSNE_TSNE_H
#define CT_NUM_TSNE_TSNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"

enum tsne_init { TSNE_INIT_PCA, TSNE_INIT_RANDOM };

struct tsne_params {
    double perplexity;         /* 30; below n_samples */
    double early_exaggeration; /* 12, for the first 250 iterations */
    double learning_rate;      /* 0: 'auto', max(n_samples / early_exaggeration / 4, 50) */
    double angle;              /* 0.5, for repulsion by quad tree; 0: exact, all pairs */
    size_t max_iter;           /* 1000 */
    size_t n_init;             /* descents of tsne_fit; 0: 'auto', 4 below 256 samples, else 1 */
    enum tsne_init init;
    uint64_t random_state;
    int n_threads; /* the result does not depend on it */
};

void tsne_params_default(struct tsne_params *params);

struct tsne; /* owns everything it needs; X is not used after tsne_new() */

/*
 * Prepares X [n_samples, n_features] float64, finite: neighbours, perplexity search, joint
 * probabilities, initial coordinates. *out is owned by the caller: tsne_free(). CT_EINVAL
 * (perplexity not below n_samples, fewer than 2 samples, X not finite), CT_EIO (no BLAS),
 * CT_ENOMEM, CT_ECANCELED (stopped by progress).
 */
enum ct_status tsne_new(const struct mat *X, const struct tsne_params *params,
                        const struct progress *progress, struct tsne **out, struct ct_error *err);
void tsne_free(struct tsne *tsne);

/* One iteration of the gradient descent. False, without effect, once it has ended: max_iter
 * reached, or, checked every 50 iterations as in scikit-learn, no progress for 300 iterations or a
 * gradient norm below 1e-7. */
bool tsne_step(struct tsne *tsne);

size_t tsne_n_iter(const struct tsne *tsne);    /* iterations done */
const float *tsne_embedding(struct tsne *tsne); /* [n_samples, 2], borrowed until the next call */
/* Of the current coordinates, without exaggeration; the normaliser is over all pairs, from 16,384
 * samples on by the quad tree, as in scikit-learn. */
double tsne_kl_divergence(struct tsne *tsne);

/* The answer of a watcher after each iteration. TSNE_KEEP ends the first descent here, but not
 * in the first 250 iterations, and makes this the max_iter of all: the result is the one that
 * this max_iter gives. Later descents, which are short, go on. */
enum tsne_answer { TSNE_GO_ON, TSNE_SHOW, TSNE_KEEP, TSNE_STOP };

struct tsne_watch {
    /* Called after each iteration on the calling thread, so it must be cheap; and with n_iter 0
     * during preparation. With several descents n_iter continues from one to the next (with a gap
     * if one ends early) and max_iter is the total. TSNE_SHOW: call show now. */
    enum tsne_answer (*tick)(void *context, size_t n_iter, size_t max_iter);
    /* Gets kl_divergence and embedding [n_samples, 2] of that iteration, borrowed for the call. */
    void (*show)(void *context, size_t n_iter, double kl_divergence, const float *embedding,
                 size_t n_samples);
    void *context;
};

struct tsne_result {      /* zero-initialise; owned by the caller until tsne_result_clear() */
    struct mat embedding; /* [n_samples, 2], float32 values */
    double kl_divergence;
    size_t n_iter;   /* iterations of the kept descent */
    size_t max_iter; /* of each descent: the parameter, or where TSNE_KEEP has ended the first */
    size_t n_init;   /* number of descents */
    double learning_rate; /* the one used */
};

/*
 * A whole fit: tsne_new(), tsne_step() until the end. Of n_init descents, whose starts differ by
 * relative perturbations of 1e-4, the one with the lowest KL divergence is kept: with few samples
 * it varies by about 15 % between descents, as it does with the rounding of the input. watch may be
 * NULL. Errors as for tsne_new(); also CT_EINVAL if coordinates become infinite.
 */
enum ct_status tsne_fit(const struct mat *X, const struct tsne_params *params,
                        const struct tsne_watch *watch, struct tsne_result *out,
                        struct ct_error *err);
void tsne_result_clear(struct tsne_result *result);

/* Peak memory of tsne_fit() in bytes, excluding X [n_samples, n_features], including the result. */
double tsne_memory(size_t n_samples, size_t n_features, double perplexity, int n_threads);

#endif
