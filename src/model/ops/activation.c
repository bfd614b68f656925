#include "config.h"
#include "model/ops/activation.h"

#include <string.h>

#include "base/kernel.h"
#include "model/ops/exp_f32.h"

static const char *const names[ACTIVATION_N] = {
    [ACTIVATION_GELU_NEW] = "gelu_new",
    [ACTIVATION_GELU] = "gelu",
    [ACTIVATION_RELU] = "relu",
};

const char *activation_name(enum activation activation)
{
    return names[activation];
}

bool activation_by_name(const char *name, enum activation *out)
{
    if (strcmp(name, "gelu_pytorch_tanh") ==
        0) { /* the same function, computed by a different kernel */
        *out = ACTIVATION_GELU_NEW;
        return true;
    }
    for (int i = 0; i < ACTIVATION_N; i++)
        if (strcmp(name, names[i]) == 0) {
            *out = (enum activation)i;
            return true;
        }
    return false;
}

/* 0.5 (1 + tanh u) is 1 / (1 + exp(-2u)), which does not cancel for negative u. */
CT_KERNEL
static void gelu_new(float *x, size_t n)
{
    const float two_sqrt_2_over_pi = 1.5957691216057308F;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float v = x[i];
        x[i] = v / (1.0F + exp_f32(-two_sqrt_2_over_pi * (v + 0.044715F * v * v * v)));
    }
}

/*
 * Phi(-a) = exp(-a Q(a)) / 2 for a >= 0; Q is smooth, and the polynomial is its Chebyshev fit on
 * [0, 6] (error of Phi 1.7e-9). Beyond 6, where Phi is below 1e-9, the exponent is extrapolated
 * linearly.
 */
static inline float normal_tail(float a)
{
    const float t = a > 6.0F ? 6.0F : a;
    float q = 1.578936052e-10F;

    q = q * t - 7.102453893e-09F;
    q = q * t + 1.444930543e-07F;
    q = q * t - 1.753226866e-06F;
    q = q * t + 1.399313309e-05F;
    q = q * t - 7.485716857e-05F;
    q = q * t + 2.404339411e-04F;
    q = q * t - 6.033570813e-05F;
    q = q * t - 4.770422963e-03F;
    q = q * t + 3.633249865e-02F;
    q = q * t + 3.183102162e-01F;
    q = q * t + 7.978845549e-01F;
    return 0.5F * exp_f32(-a * q);
}

CT_KERNEL
static void gelu(float *x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float v = x[i];
        const float tail = normal_tail(v < 0.0F ? -v : v);
        x[i] = v * (v < 0.0F ? tail : 1.0F - tail);
    }
}

CT_KERNEL
static void relu(float *x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] < 0.0F ? 0.0F : x[i];
}

void activation_apply(enum activation activation, float *x, size_t n)
{
    switch (activation) {
    case ACTIVATION_GELU_NEW:
        gelu_new(x, n);
        break;
    case ACTIVATION_GELU:
        gelu(x, n);
        break;
    case ACTIVATION_RELU:
        relu(x, n);
        break;
    }
}
