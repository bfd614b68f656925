#include "config.h"
#include "num/philox.h"

#include <math.h>

__extension__ typedef unsigned __int128 wide;

/* One of ten rounds, with the multipliers of Salmon et al., table 2. */
static void round_once(uint64_t c[4], const uint64_t key[2])
{
    const wide x = (wide)UINT64_C(0xD2E7470EE14C6C93) * c[0];
    const wide y = (wide)UINT64_C(0xCA5A826395121157) * c[2];
    const uint64_t next[4] = { (uint64_t)(y >> 64) ^ c[1] ^ key[0], (uint64_t)y,
                               (uint64_t)(x >> 64) ^ c[3] ^ key[1], (uint64_t)x };

    for (size_t i = 0; i < 4; i++)
        c[i] = next[i];
}

static void draw_block(struct philox *p, uint64_t block)
{
    enum { ROUNDS = 10 };
    uint64_t key[2] = { p->key[0], p->key[1] };

    p->words[0] = block;
    p->words[1] = p->replicate;
    p->words[2] = 0;
    p->words[3] = 0;
    for (int i = 0; i < ROUNDS; i++) {
        round_once(p->words, key);
        key[0] += UINT64_C(0x9E3779B97F4A7C15); /* the golden ratio */
        key[1] += UINT64_C(0xBB67AE8584CAA73B); /* sqrt(3) - 1 */
    }
}

void philox_init(struct philox *p, uint64_t seed, enum philox_stream stream, uint64_t replicate)
{
    *p = (struct philox){ .key = { seed, (uint64_t)stream }, .replicate = replicate };
}

uint64_t philox_word(struct philox *p)
{
    if (p->n_drawn % 4 == 0)
        draw_block(p, p->n_drawn / 4);
    return p->words[p->n_drawn++ % 4];
}

double philox_uniform(struct philox *p)
{
    return ((double)(philox_word(p) >> 11) + 0.5) * 0x1p-53;
}

size_t philox_below(struct philox *p, size_t limit)
{
    const size_t i = (size_t)(philox_uniform(p) * (double)limit);

    return i < limit ? i : limit - 1;
}

void philox_normals(struct philox *p, size_t n, double *out)
{
    for (size_t i = 0; i < n; i += 2) {
        const double radius = sqrt(-2.0 * log(philox_uniform(p)));
        const double angle = 2.0 * M_PI * philox_uniform(p);
        out[i] = radius * cos(angle);
        if (i + 1 < n)
            out[i + 1] = radius * sin(angle);
    }
}

void philox_permutation(struct philox *p, size_t n, struct keyed *keys, size_t *order)
{
    for (size_t i = 0; i < n; i++)
        keys[i] = (struct keyed){ philox_uniform(p), i };
    keyed_sort(keys, n);
    for (size_t i = 0; i < n; i++)
        order[i] = keys[i].index;
}
