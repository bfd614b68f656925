/*
 * exp() of a float32 in plain arithmetic, so that compilers vectorise loops around it: x is split
 * into n ln 2 + r with |r| <= ln 2 / 2, exp(r) is its Taylor series to r^7 (relative error 5e-9),
 * 2^n goes into the exponent. Error at most 2 ulp; arguments are clamped to [-87, 88].
 */
#ifndef CT_MODEL_OPS_EXP_F32_H
#define CT_MODEL_OPS_EXP_F32_H

#include <stdint.h>
#include <string.h>

static inline float exp_f32(float x)
{
    const float round_to_int = 0x1.8p23F; /* adding it leaves n in the low bits */
    const float clamped = x < -87.0F ? -87.0F : x > 88.0F ? 88.0F : x;
    const float shifted = clamped * 0x1.715476p+0F + round_to_int;
    const float n = shifted - round_to_int;
    /* ln 2 in two parts, the first with trailing zero bits so that n times it is exact */
    const float r = (clamped - n * 0x1.62e4p-1F) - n * 0x1.7f7d1cp-20F;
    const float series =
        1.0F +
        r * (1.0F +
             r * (1.0F / 2 +
                  r * (1.0F / 6 +
                       r * (1.0F / 24 + r * (1.0F / 120 + r * (1.0F / 720 + r * (1.0F / 5040)))))));
    uint32_t bits;
    float scale;

    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits - 0x4B400000U + 127U) << 23;
    memcpy(&scale, &bits, sizeof scale);
    return series * scale;
}

#endif
