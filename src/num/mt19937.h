/*
 * Mersenne Twister MT19937 (Matsumoto & Nishimura 1998, ACM TOMACS 8:3), seeded by one integer,
 * with the uniform and normal deviates of numpy.random.RandomState: the same seed gives the same
 * numbers as in NumPy.
 */
#ifndef CT_NUM_MT19937_H
#define CT_NUM_MT19937_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MT19937_SIZE = 624 };

struct mt19937 { /* initialise with mt19937_init(); nothing to free */
    uint32_t state[MT19937_SIZE];
    size_t next;
    bool has_normal;
    double normal; /* second of a pair of deviates, for the next call */
};

void mt19937_init(struct mt19937 *rng, uint64_t seed); /* uses the low 32 bits of seed */
uint32_t mt19937_uint32(struct mt19937 *rng);
double mt19937_uniform(struct mt19937 *rng); /* [0, 1), 53 bits */
double mt19937_normal(struct mt19937 *rng);  /* N(0, 1), polar method (Marsaglia & Bray 1964) */

#endif
