/*
 * The direct path of neurons to the words: what they add to the residual stream goes through the
 * last norm and the output layer, past all later attention and MLPs (direct logit attribution:
 * nostalgebraist 2020, "interpreting GPT: the logit lens"; Elhage et al. 2021, "A mathematical
 * framework for transformer circuits"; Dar et al. 2023, ACL).
 *
 * All of it is linear but the divisors of norms, which are those of a sentence without edits
 * (TransformerLens's apply_ln_to_stack). A norm is then, as in TransformerLens's fold_ln: its mean
 * subtracted, for LayerNorm; times its weight; divided by the divisor. Its bias is the same for
 * every neuron and left out. Directions here have divisors of 1, so that they depend on weights
 * alone: direct_path_scale() is what a sentence multiplies them by. A cap of the logits is not in
 * it. Where a norm follows what attention or an MLP adds (Gemma 2), it is on the path; in models
 * with norms after the addition (OPT-350m), so are all later ones.
 */
#ifndef CT_MODEL_DIRECT_PATH_H
#define CT_MODEL_DIRECT_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/hooks.h"
#include "model/model.h"
#include "model/write_size.h"

struct path_norm;

struct direct_path { /* zero-initialise; owns its arrays until direct_path_clear() */
    const struct model *model;
    struct neuron_write write; /* how a neuron's value is what it adds */
    double factor;             /* of that, before any norm */
    struct path_norm *norms;   /* [n_norms] in order */
    size_t n_norms;
    struct hook_point *inputs; /* [n_inputs] the hook points that norms divide by the size of */
    size_t n_inputs;
    size_t width;   /* of all inputs together */
    bool has_scale; /* the inputs of all norms are hook points */
};

/* *is_known false, and *out empty: what the neurons add depends on other neurons, as a query does.
 * CT_ENOMEM. */
enum ct_status direct_path_find(const struct model *model, const struct hook_point *hook,
                                struct direct_path *out, bool *is_known, struct ct_error *err);
void direct_path_clear(struct direct_path *path);

/* rows [n, hidden_size]: what one unit that each neuron adds is at the output layer, with divisors
 * of 1. CT_ENOMEM. */
enum ct_status direct_path_rows(const struct direct_path *path, const uint32_t *neurons, size_t n,
                                double *rows, struct ct_error *err);

/* 1 / the product of the divisors. inputs [width]: values of path->inputs side by side; NaN without
 * has_scale. */
double direct_path_scale(const struct direct_path *path, const float *inputs);

/* direction [hidden_size]: the inner product with a row is the mean over the pairs of the logit of
 * the first word less that of the second. words [2 n_pairs], each below vocab_size. CT_ENOMEM,
 * those of model_check_output(). */
enum ct_status direct_path_words(const struct model *model, const uint32_t *words, size_t n_pairs,
                                 double *direction, struct ct_error *err);

#endif
