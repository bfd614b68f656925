/*
 * Philox4x64-10 (Salmon, Moraes, Dror & Shaw 2011, SC '11): random numbers by counting. The words
 * of a replicate depend on (seed, stream, replicate) alone, so that each replicate can be drawn by
 * itself, in any order and on any thread.
 */
#ifndef CT_NUM_PHILOX_H
#define CT_NUM_PHILOX_H

#include <stddef.h>
#include <stdint.h>

#include "num/keyed.h"

/* What a stream of random numbers is for; results depend on these numbers. */
enum philox_stream {
    STREAM_TWINS = 1,    /* exchange of paired samples */
    STREAM_FRAMES = 2,   /* to fit a cloud */
    STREAM_CLOUD = 3,    /* draws of a cloud */
    STREAM_PAIRS = 4,    /* pairs drawn again, with replacement */
    STREAM_HALVES = 5,   /* halves of the pairs */
    STREAM_PLANTING = 6, /* groups planted into a cloud */
    STREAM_CONTROLS = 7, /* controls of interventions */
    STREAM_FEATURES = 8, /* neurons at random */
    STREAM_CONTEXT = 9,  /* draws of a cloud of context profiles */
    STREAM_DIP = 10,     /* uniform samples for the dip test */
    STREAM_WEIGHTS = 11, /* shuffled weights */
    STREAM_AXES = 12,    /* permutations of the samples, for shared axes */
};

struct philox { /* initialise with philox_init(); nothing to free */
    uint64_t key[2];
    uint64_t replicate;
    uint64_t n_drawn; /* words */
    uint64_t words[4];
};

void philox_init(struct philox *p, uint64_t seed, enum philox_stream stream, uint64_t replicate);

/* Word i of the replicate is word i % 4 of block i / 4: counter (block, replicate, 0, 0). */
uint64_t philox_word(struct philox *p);

/* out [n]: words first .. first + n - 1 of the replicate, whatever has been drawn. */
void philox_words(const struct philox *p, uint64_t first, size_t n, uint64_t *out);

double philox_uniform(struct philox *p);             /* (0, 1), from one word */
size_t philox_below(struct philox *p, size_t limit); /* 0 .. limit - 1, from one word */

/* out [n]: N(0, 1), two from two words (Box & Muller 1958); a last single one takes two as well. */
void philox_normals(struct philox *p, size_t n, double *out);

/* order [n]: a permutation of 0 .. n - 1, the order of n uniforms; keys [n] is scratch. */
void philox_permutation(struct philox *p, size_t n, struct keyed *keys, size_t *order);

#endif
