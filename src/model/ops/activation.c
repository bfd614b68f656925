#include "config.h"
#include "model/ops/activation.h"

#include <stdio.h>
#include <string.h>

#include "base/kernel.h"
#include "model/ops/exp_f32.h"

/* Each with the names of transformers' ACT2FN that are the same function, possibly computed by
 * another kernel. */
static const char *const names[ACTIVATION_N][6] = {
    [ACTIVATION_GELU_NEW] = { "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python_tanh",
                              "gelu_accurate" },
    [ACTIVATION_GELU] = { "gelu", "gelu_python" },
    [ACTIVATION_RELU] = { "relu" },
    [ACTIVATION_SILU] = { "silu", "swish" },
    [ACTIVATION_TANH] = { "tanh" },
    [ACTIVATION_QUICK_GELU] = { "quick_gelu" },
};

const char *activation_name(enum activation activation)
{
    return names[activation][0];
}

bool activation_by_name(const char *name, enum activation *out)
{
    for (int i = 0; i < ACTIVATION_N; i++)
        for (const char *const *known = names[i]; *known != NULL; known++)
            if (strcmp(name, *known) == 0) {
                *out = (enum activation)i;
                return true;
            }
    return false;
}

void activation_list(char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (int i = 0; i < ACTIVATION_N && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "", names[i][0]);
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

CT_KERNEL
static void silu(float *x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] / (1.0F + exp_f32(-x[i]));
}

CT_KERNEL
static void quick_gelu(float *x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] / (1.0F + exp_f32(-1.702F * x[i]));
}

/* Near 0, tanh(x) / x is a polynomial in x^2: its Chebyshev fit on [0, 0.65^2]. Elsewhere
 * 1 - 2 / (1 + exp(2x)) does not cancel. */
CT_KERNEL
static void hyperbolic(float *x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float v = x[i];
        const float z = v * v;
        float near = -5.465067457e-03F;
        near = near * z + 2.041180059e-02F;
        near = near * z - 5.366402119e-02F;
        near = near * z + 1.333039552e-01F;
        near = near * z - 3.333322704e-01F;
        near = near * z + 1.0F;
        const float far = 1.0F - 2.0F / (1.0F + exp_f32(2.0F * v));
        x[i] = z < 0.65F * 0.65F ? v * near : far;
    }
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
    case ACTIVATION_SILU:
        silu(x, n);
        break;
    case ACTIVATION_TANH:
        hyperbolic(x, n);
        break;
    case ACTIVATION_QUICK_GELU:
        quick_gelu(x, n);
        break;
    case ACTIVATION_UNKNOWN:
        break;
    }
}
