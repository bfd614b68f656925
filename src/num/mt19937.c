#include "config.h"
#include "num/exact.h"
#include "num/mt19937.h"

#include <math.h>

void mt19937_init(struct mt19937 *rng, uint64_t seed)
{
    rng->state[0] = (uint32_t)seed;
    for (uint32_t i = 1; i < MT19937_SIZE; i++) {
        const uint32_t last = rng->state[i - 1];
        rng->state[i] = 1812433253U * (last ^ (last >> 30)) + i;
    }
    rng->next = MT19937_SIZE;
    rng->has_normal = false;
    rng->normal = 0.0;
}

static void mt19937_refill(struct mt19937 *rng)
{
    enum { SHIFT = 397 };
    uint32_t *const s = rng->state;

    for (size_t i = 0; i < MT19937_SIZE; i++) {
        const uint32_t y = (s[i] & 0x80000000U) | (s[(i + 1) % MT19937_SIZE] & 0x7FFFFFFFU);
        s[i] = s[(i + SHIFT) % MT19937_SIZE] ^ (y >> 1) ^ ((y & 1U) != 0 ? 0x9908B0DFU : 0U);
    }
    rng->next = 0;
}

uint32_t mt19937_uint32(struct mt19937 *rng)
{
    if (rng->next >= MT19937_SIZE)
        mt19937_refill(rng);

    uint32_t y = rng->state[rng->next++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9D2C5680U;
    y ^= (y << 15) & 0xEFC60000U;
    return y ^ (y >> 18);
}

double mt19937_uniform(struct mt19937 *rng)
{
    const double high = (double)(mt19937_uint32(rng) >> 5); /* 27 bits */
    const double low = (double)(mt19937_uint32(rng) >> 6);  /* 26 bits */

    return (high * 67108864.0 + low) / 9007199254740992.0;
}

double mt19937_normal(struct mt19937 *rng)
{
    double u, v, r2;

    if (rng->has_normal) {
        rng->has_normal = false;
        return rng->normal;
    }
    do {
        u = 2.0 * mt19937_uniform(rng) - 1.0;
        v = 2.0 * mt19937_uniform(rng) - 1.0;
        r2 = u * u + v * v;
    } while (r2 >= 1.0 || r2 == 0.0);
    const double scale = sqrt(-2.0 * log(r2) / r2);
    rng->normal = scale * u;
    rng->has_normal = true;
    return scale * v;
}
