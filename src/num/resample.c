#include "config.h"
#include "num/resample.h"

#include "num/philox.h"

void resample_rows(const size_t n[2], bool has_pairs, uint64_t seed, uint64_t b, size_t *rows)
{
    struct philox rng;

    philox_init(&rng, seed, STREAM_PAIRS, b);
    for (size_t i = 0; i < n[0]; i++) {
        rows[i] = philox_below(&rng, n[0]);
        if (has_pairs)
            rows[n[0] + i] = n[0] + rows[i];
    }
    for (size_t i = 0; !has_pairs && i < n[1]; i++)
        rows[n[0] + i] = n[0] + philox_below(&rng, n[1]);
}
