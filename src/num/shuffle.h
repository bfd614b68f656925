/*
 * Many entries in random order, in little memory. The order is that of philox_permutation(), the
 * indices of a stable sort of as many uniforms; since any word can be drawn by itself, only the
 * wanted part is sorted: words are counted by their first bits, which gives the rank at which each
 * range of keys begins; those of the wanted ranges are drawn again, and each range is sorted by
 * itself. O(n), twice the time to draw n words and some 10 ns an entry that is wanted.
 */
#ifndef CT_NUM_SHUFFLE_H
#define CT_NUM_SHUFFLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/status.h"
#include "num/philox.h"

#define SHUFFLE_MOST UINT64_C(0xFFFFFFFF) /* entries */

/* At most so many are sorted at a time, 8 bytes each; more are taken in several turns, each of
 * which draws all words again. */
enum { SHUFFLE_WINDOW = 1 << 25 };

struct shuffle { /* an order */
    uint64_t seed;
    enum philox_stream stream;
    uint64_t replicate;
    uint64_t first; /* word of the replicate that entry 0 has */
    size_t n;       /* entries, at most SHUFFLE_MOST */
};

struct shuffle_ranks { /* a part of the shuffled entries */
    size_t first, n;
    size_t to; /* place of the first in the output */
};

struct shuffler; /* a workspace */

/* For orders of at most n_most entries of which some n_wanted are wanted at a time (more take more
 * turns). crew is borrowed and may be NULL; results do not depend on it. *out is owned by the
 * caller: shuffler_free(). CT_ENOMEM. */
enum ct_status shuffler_new(size_t n_most, size_t n_wanted, struct crew *crew,
                            struct shuffler **out, struct ct_error *err);
void shuffler_free(struct shuffler *s);
double shuffler_memory(size_t n_most, size_t n_wanted, size_t n_threads); /* bytes */

/*
 * The entry of rank k is items[order[k]]: for each of the ranks [n_ranks], ascending and disjoint,
 * out[to + i] = the entry of rank first + i. Items, of item_size bytes, 2 or 4, may be unaligned.
 */
void shuffler_copy(struct shuffler *s, const struct shuffle *shuffle, const void *items,
                   size_t item_size, const struct shuffle_ranks *ranks, size_t n_ranks, void *out);

#endif
