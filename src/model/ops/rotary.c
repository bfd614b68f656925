#include "config.h"
#include "model/ops/rotary.h"

#include <math.h>

#include "base/kernel.h"

static const float TWO_PI = 6.283185307179586F;

/* As torch computes it: the exponent, the power and its inverse, the frequency, are each rounded.
 */
static float power_of_base(double base, size_t k, size_t width)
{
    const float exponent = (float)(2 * k) / (float)width;

    return (float)pow(base, (double)exponent);
}

static float llama3_frequency(const struct rotary *r, float inverse)
{
    const float original = (float)r->original_length;
    const float factor = (float)r->factor;
    const float low = (float)r->low_freq_factor;
    const float high = (float)r->high_freq_factor;
    const float wave = TWO_PI / inverse;

    if (wave < original / high)
        return inverse;
    if (wave > original / low)
        return inverse / factor;
    const float smooth = (original / wave - low) / (high - low);
    return (1.0F - smooth) * inverse / factor + smooth * inverse;
}

/* The frequency's number at which there are that many turns within the original length. */
static double yarn_number(const struct rotary *r, size_t width, double turns)
{
    return (double)width * log(r->original_length / (turns * 2.0 * acos(-1.0))) /
           (2.0 * log(r->base));
}

static float yarn_frequency(const struct rotary *r, size_t width, size_t k, float power)
{
    double low = yarn_number(r, width, r->beta_fast);
    double high = yarn_number(r, width, r->beta_slow);

    if (!r->is_not_truncated) {
        low = floor(low);
        high = ceil(high);
    }
    low = fmax(low, 0.0);
    high = fmin(high, (double)width - 1.0);
    if (high == low)
        high += 0.001;
    const float at = ((float)k - (float)low) / (float)(high - low);
    const float ramp = at < 0.0F ? 0.0F : at > 1.0F ? 1.0F : at;
    return 1.0F / ((float)r->factor * power) * ramp + 1.0F / power * (1.0F - ramp);
}

void rotary_frequencies(const struct rotary *r, size_t width, float *inverse)
{
    for (size_t k = 0; k < width / 2; k++) {
        const float power = power_of_base(r->base, k, width);
        inverse[k] = 1.0F / power;
        if (r->scaling == ROTARY_LINEAR)
            inverse[k] /= (float)r->factor;
        else if (r->scaling == ROTARY_LLAMA3)
            inverse[k] = llama3_frequency(r, inverse[k]);
        else if (r->scaling == ROTARY_YARN)
            inverse[k] = yarn_frequency(r, width, k, power);
    }
}

void rotary_table(const struct rotary *r, const float *inverse, size_t width, size_t n,
                  float *cosines, float *sines)
{
    const float factor = r->attention_factor > 0.0 ? (float)r->attention_factor : 1.0F;
    const size_t half = width / 2;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < half; k++) {
            const float angle = inverse[k] * (float)i;
            cosines[i * half + k] = (float)cos((double)angle) * factor;
            sines[i * half + k] = (float)sin((double)angle) * factor;
        }
}

CT_KERNEL
static void turn_halves(const struct rotary_turn *turn, float *x)
{
    const size_t half = turn->width / 2;
    const float *const cosine = turn->cosine;
    const float *const sine = turn->sine;
    float *const y = x + half;

#pragma omp simd
    for (size_t k = 0; k < half; k++) {
        const float a = x[k];
        const float b = y[k];
        x[k] = a * cosine[k] - b * sine[k];
        y[k] = b * cosine[k] + a * sine[k];
    }
}

CT_KERNEL
static void turn_pairs(const struct rotary_turn *turn, float *x)
{
    for (size_t k = 0; k < turn->width / 2; k++) {
        const float a = x[2 * k];
        const float b = x[2 * k + 1];
        x[2 * k] = a * turn->cosine[k] - b * turn->sine[k];
        x[2 * k + 1] = b * turn->cosine[k] + a * turn->sine[k];
    }
}

void rotary_apply(const struct rotary_turn *turn, float *x, size_t n_heads, size_t head_dim)
{
    for (size_t h = 0; h < n_heads; h++)
        (turn->in_pairs ? turn_pairs : turn_halves)(turn, x + h * head_dim);
}
