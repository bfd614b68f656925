/*
 * The output layer apart from the pass: what a model would say next, from the final values of its
 * residual stream. A row of values gives the same logits, to the bit, as the hook point of the
 * logits. The whole vocabulary is gone through some words at a time, so that memory does not depend
 * on its size.
 */
#ifndef CT_MODEL_OUTPUT_H
#define CT_MODEL_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "model/hooks.h"
#include "model/model.h"

struct output; /* a workspace; one thread at a time */

/* Borrows from the model until output_free(). Those of model_check_output(); CT_ENOMEM. */
enum ct_status output_new(const struct model *model, int n_threads, struct output **out,
                          struct ct_error *err);
void output_free(struct output *o);
double output_memory(const struct model *model, int n_threads); /* bytes */

/* The hook point whose values the output layer takes: the last norm, or what there is without. */
enum ct_status output_input(const struct model_config *config, struct hook_point *out,
                            struct ct_error *err);

/* logits [n, n_words] = those of words [n_words], each below vocab_size, for x [n, hidden_size].
 * CT_ENOMEM. */
enum ct_status output_words(struct output *o, const float *x, size_t n, const uint32_t *words,
                            size_t n_words, float *logits, struct ct_error *err);

/* x [n, hidden_size] becomes the last norm of it, to the bit as a pass has it; without one it
 * stays. CT_ENOMEM. */
enum ct_status output_normalise(const struct output *o, float *x, size_t n, struct ct_error *err);

enum { OUTPUT_TOP = 5 };

struct prediction {    /* of the next token */
    double log_total;  /* log of the sum of exp(logit) over the vocabulary */
    double divergence; /* sum p log(p / q) in nats, q this and p the one referred to; NaN: none */
    double loss;       /* -log of the probability of a token; NaN: of none */
    uint32_t likeliest[OUTPUT_TOP]; /* words by logit, descending; equal ones by id */
    float logits[OUTPUT_TOP];
    size_t n_likeliest; /* OUTPUT_TOP, if the vocabulary has as many */
};

enum { OUTPUT_NO_TOKEN = UINT32_MAX };

struct output_question { /* borrows everything */
    const float *x;      /* [n, hidden_size] */
    size_t n;
    const float *references; /* [., hidden_size] */
    const size_t *reference; /* [n] a row of references each; NULL: no divergence is wanted */
    const uint32_t *tokens;  /* [n] whose loss is wanted, or OUTPUT_NO_TOKEN; NULL: none */
};

/* predictions [n]. CT_ENOMEM, CT_ECANCELED. */
enum ct_status output_predict(struct output *o, const struct output_question *question,
                              const struct progress *progress, struct prediction *predictions,
                              struct ct_error *err);

enum output_part {
    OUTPUT_LOGITS,
    OUTPUT_LINEAR, /* what x adds to the logits: without bias and cap */
};

struct word_extremes {                       /* equal ones by id */
    uint32_t highest[OUTPUT_TOP];            /* descending */
    uint32_t lowest[OUTPUT_TOP];             /* ascending */
    float high[OUTPUT_TOP], low[OUTPUT_TOP]; /* their logits */
    size_t n;                                /* OUTPUT_TOP, if the vocabulary has as many */
    double mean;                             /* over the vocabulary */
};

/* extremes [n] of x [n, hidden_size]. CT_ECANCELED. */
enum ct_status output_extremes(struct output *o, const float *x, size_t n, enum output_part part,
                               const struct progress *progress, struct word_extremes *extremes,
                               struct ct_error *err);

#endif
