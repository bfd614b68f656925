/*
 * Both coordinates of a point in one word, read by one load: the bits of x, and above them those of
 * y.
 */
#ifndef CT_NUM_TSNE_PAIR_H
#define CT_NUM_TSNE_PAIR_H

#include <stdint.h>

union tsne_bits {
    uint32_t bits;
    float value;
};

static inline uint64_t tsne_pair(float x, float y)
{
    const union tsne_bits of_x = { .value = x }, of_y = { .value = y };

    return of_x.bits | (uint64_t)of_y.bits << 32;
}

static inline float tsne_pair_x(uint64_t pair)
{
    return (union tsne_bits){ .bits = (uint32_t)pair }.value;
}

static inline float tsne_pair_y(uint64_t pair)
{
    return (union tsne_bits){ .bits = (uint32_t)(pair >> 32) }.value;
}

#endif
