/*
 * Rotary position embedding (Su et al. 2021): pairs of elements of a query or key are turned by an
 * angle that grows with the position. Frequencies and angles are rounded to float32 where
 * transformers rounds them, since exact ones differ from those of a trained model's code by as much
 * as 1e-4 in the cosine after 2048 tokens.
 */
#ifndef CT_MODEL_OPS_ROTARY_H
#define CT_MODEL_OPS_ROTARY_H

#include <stdbool.h>
#include <stddef.h>

enum rotary_scaling {
    ROTARY_PLAIN,
    ROTARY_LINEAR, /* frequencies divided by factor (Chen et al. 2023) */
    ROTARY_LLAMA3, /* only low ones, with a smooth transition */
    ROTARY_YARN,   /* Peng et al. 2023 */
};

struct rotary {
    double base;
    enum rotary_scaling scaling;
    double factor;           /* of all but ROTARY_PLAIN */
    double original_length;  /* of training: of llama3 and yarn */
    double low_freq_factor;  /* llama3 */
    double high_freq_factor; /* llama3: greater than low_freq_factor */
    double beta_fast;        /* yarn */
    double beta_slow;        /* yarn */
    bool is_not_truncated;   /* yarn: the ends of its ramp are not rounded */
    double attention_factor; /* of cosines and sines; 0: 1 */
};

/* inverse [width / 2], in radians per position; width is even. */
void rotary_frequencies(const struct rotary *rotary, size_t width, float *inverse);

/* Positions 0 .. n: cosines and sines [n, width / 2]. inverse [width / 2]. */
void rotary_table(const struct rotary *rotary, const float *inverse, size_t width, size_t n,
                  float *cosines, float *sines);

struct rotary_turn {
    size_t width;        /* elements of a head that are turned, the first ones */
    bool in_pairs;       /* 2k with 2k + 1, not k with k + width / 2 */
    const float *cosine; /* [width / 2] of the position */
    const float *sine;
};

/* x [n_heads, head_dim], in place. */
void rotary_apply(const struct rotary_turn *turn, float *x, size_t n_heads, size_t head_dim);

#endif
