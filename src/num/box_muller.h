/*
 * Normals from random words by the polar form of Box & Muller (1958, Ann. Math. Stat. 29:610), many
 * at a time: logarithm, sine and cosine by their series, in operations that processors do on
 * several numbers at once. Within 2e-15, and the same bits on every machine.
 */
#ifndef CT_NUM_BOX_MULLER_H
#define CT_NUM_BOX_MULLER_H

#include <stddef.h>
#include <stdint.h>

/* The uniform in (0, 1) of a word. */
static inline double uniform_of(uint64_t word)
{
    return ((double)(int64_t)(word >> 11) + 0.5) * 0x1p-53;
}

/* out [2 n]: r cos(a), r sin(a) of each two words [2 n], r = sqrt(-2 ln u), a = 2 pi v for their
 * uniforms u, v. */
void box_muller(const uint64_t *words, size_t n, double *out);

#endif
