/* Layer normalisation (Ba, Kiros & Hinton 2016) of one row: biased variance, then gain and bias. */
#ifndef CT_MODEL_OPS_NORM_H
#define CT_MODEL_OPS_NORM_H

#include <stddef.h>

/* x and out [n], which may be the same; weight and bias [n]. Sums are float64. */
void layer_norm_apply(const float *x, size_t n, const float *weight, const float *bias,
                      double epsilon, float *out);

#endif
