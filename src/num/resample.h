/* Samples of two groups drawn again, with replacement: the bootstrap. */
#ifndef CT_NUM_RESAMPLE_H
#define CT_NUM_RESAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * rows [n[0] + n[1]]: draw b (STREAM_PAIRS) of samples 0 .. n[0] - 1, the first group, and n[0] ..
 * n[0] + n[1] - 1, the second. Pairs, sample i of one group and i of the other, are drawn together;
 * else each group by itself.
 */
void resample_rows(const size_t n[2], bool has_pairs, uint64_t seed, uint64_t b, size_t *rows);

#endif
