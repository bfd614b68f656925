#include "config.h"
#include "model/ops/norm.h"

#include <math.h>

#include "base/kernel.h"

CT_KERNEL
void layer_norm_apply(const float *x, size_t n, const float *weight, const float *bias,
                      double epsilon, float *out)
{
    double sum = 0.0;
    double squares = 0.0;

#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i];
    const double mean = sum / (double)n;
#pragma omp simd reduction(+ : squares)
    for (size_t i = 0; i < n; i++) {
        const double centred = (double)x[i] - mean;
        squares += centred * centred;
    }
    const double scale = 1.0 / sqrt(squares / (double)n + epsilon);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = (float)(((double)x[i] - mean) * scale) * weight[i] + bias[i];
}

CT_KERNEL
void rms_norm_apply(const float *x, size_t n, const float *weight, double epsilon, float *out)
{
    double squares = 0.0;

#pragma omp simd reduction(+ : squares)
    for (size_t i = 0; i < n; i++)
        squares += (double)x[i] * (double)x[i];
    const double scale = 1.0 / sqrt(squares / (double)n + epsilon);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = (float)((double)x[i] * scale) * weight[i];
}
