#include "config.h"
#include "model/ops/tensor.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/kernel.h"

size_t tensor_item_size(enum tensor_dtype dtype)
{
    return dtype == TENSOR_F32 ? sizeof(float) : sizeof(uint16_t);
}

const float *tensor_in_place(const struct tensor *t)
{
    return t->dtype == TENSOR_F32 && (uintptr_t)t->data % alignof(float) == 0 ? t->data : NULL;
}

static inline float float_of_bits(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint16_t half_at(const unsigned char *bytes, size_t i)
{
    uint16_t half;

    memcpy(&half, bytes + 2 * i, sizeof half);
    return half;
}

/* The exponent is rebased from 15 to 127 by multiplying with 2^112, which is also correct for
 * subnormal halves; infinities and NaN get their exponent restored. */
CT_KERNEL
static void widen_f16(const unsigned char *bytes, size_t n, float *out)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const uint32_t half = half_at(bytes, i);
        const float magnitude = float_of_bits((half & 0x7FFFU) << 13) * 0x1p112F;
        uint32_t bits;
        memcpy(&bits, &magnitude, sizeof bits);
        bits |= (half & 0x7C00U) == 0x7C00U ? 0x7F800000U : 0U;
        out[i] = float_of_bits(bits | (half & 0x8000U) << 16);
    }
}

CT_KERNEL
static void widen_bf16(const unsigned char *bytes, size_t n, float *out)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = float_of_bits((uint32_t)half_at(bytes, i) << 16);
}

void tensor_read(const struct tensor *t, size_t row, size_t col, size_t n, float *out)
{
    const unsigned char *const bytes =
        (const unsigned char *)t->data + (row * t->cols + col) * tensor_item_size(t->dtype);

    switch (t->dtype) {
    case TENSOR_F32:
        memcpy(out, bytes, n * sizeof *out);
        break;
    case TENSOR_F16:
        widen_f16(bytes, n, out);
        break;
    case TENSOR_BF16:
        widen_bf16(bytes, n, out);
        break;
    }
}
