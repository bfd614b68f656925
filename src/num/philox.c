#include "config.h"
#include "num/philox.h"

#include "base/mem.h"
#include "num/box_muller.h"

__extension__ typedef unsigned __int128 wide;

enum { ROUNDS = 10 };

/* One of ten rounds, with the multipliers of Salmon et al., table 2. */
static inline void round_once(uint64_t c[4], const uint64_t key[2])
{
    const wide x = (wide)UINT64_C(0xD2E7470EE14C6C93) * c[0];
    const wide y = (wide)UINT64_C(0xCA5A826395121157) * c[2];
    const uint64_t next[4] = { (uint64_t)(y >> 64) ^ c[1] ^ key[0], (uint64_t)y,
                               (uint64_t)(x >> 64) ^ c[3] ^ key[1], (uint64_t)x };

    for (size_t i = 0; i < 4; i++)
        c[i] = next[i];
}

static inline void make_block(const struct philox *p, uint64_t block, uint64_t words[4])
{
    uint64_t key[2] = { p->key[0], p->key[1] };
    uint64_t c[4] = { block, p->replicate, 0, 0 };

#pragma GCC unroll 10
    for (int i = 0; i < ROUNDS; i++) {
        round_once(c, key);
        key[0] += UINT64_C(0x9E3779B97F4A7C15); /* the golden ratio */
        key[1] += UINT64_C(0xBB67AE8584CAA73B); /* sqrt(3) - 1 */
    }
    for (size_t i = 0; i < 4; i++)
        words[i] = c[i];
}

void philox_init(struct philox *p, uint64_t seed, enum philox_stream stream, uint64_t replicate)
{
    *p = (struct philox){ .key = { seed, (uint64_t)stream }, .replicate = replicate };
}

uint64_t philox_word(struct philox *p)
{
    if (p->n_drawn % 4 == 0)
        make_block(p, p->n_drawn / 4, p->words);
    return p->words[p->n_drawn++ % 4];
}

void philox_words(const struct philox *p, uint64_t first, size_t n, uint64_t *out)
{
    uint64_t words[4];
    size_t i = 0;

    for (; i < n && (first + i) % 4 != 0; i++) { /* the end of a block */
        make_block(p, (first + i) / 4, words);
        out[i] = words[(first + i) % 4];
    }
    for (; i + 4 <= n; i += 4)
        make_block(p, (first + i) / 4, out + i);
    make_block(p, (first + i) / 4, words);
    for (size_t k = 0; i < n; i++, k++)
        out[i] = words[k];
}

double philox_uniform(struct philox *p)
{
    return uniform_of(philox_word(p));
}

size_t philox_below(struct philox *p, size_t limit)
{
    const size_t i = (size_t)(philox_uniform(p) * (double)limit);

    return i < limit ? i : limit - 1;
}

/* As n calls of philox_word(). */
static void take_words(struct philox *p, size_t n, uint64_t *words)
{
    philox_words(p, p->n_drawn, n, words);
    p->n_drawn += n;
    if (p->n_drawn % 4 != 0)
        make_block(p, p->n_drawn / 4, p->words);
}

void philox_normals(struct philox *p, size_t n, double *out)
{
    enum { SOME = 512 };
    uint64_t words[SOME];
    double last[2];

    for (size_t i = 0; i + 1 < n;) {
        const size_t count = size_min(SOME, (n - i) / 2 * 2);
        take_words(p, count, words);
        box_muller(words, count / 2, out + i);
        i += count;
    }
    if (n % 2 != 0) {
        take_words(p, 2, words);
        box_muller(words, 1, last);
        out[n - 1] = last[0];
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
