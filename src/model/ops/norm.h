/* Normalisation of one row, then a gain. Sums are float64. */
#ifndef CT_MODEL_OPS_NORM_H
#define CT_MODEL_OPS_NORM_H

#include <stddef.h>

/* Layer norm (Ba, Kiros & Hinton 2016), with biased variance, and a bias. x and out [n], which may
 * be the same; weight and bias [n]. */
void layer_norm_apply(const float *x, size_t n, const float *weight, const float *bias,
                      double epsilon, float *out);

/* RMS norm (Zhang & Sennrich 2019): x / sqrt(mean(x^2) + epsilon) times weight. */
void rms_norm_apply(const float *x, size_t n, const float *weight, double epsilon, float *out);

#endif
