#include "config.h"
#include "base/keyed_hash.h"

#include <pthread.h>
#include <string.h>
#ifdef __linux__
#include <sys/auxv.h>
#include <sys/random.h>
#endif
#include <unistd.h>

#include "base/clock.h"

static uint64_t key[3]; /* two of SipHash, and the multiplier */
static pthread_once_t drawn = PTHREAD_ONCE_INIT;

/* Without random bytes from the system, it is harder to guess than no key at all. */
static void draw_key(void)
{
#ifdef __linux__
    const char *const start = (const char *)getauxval(AT_RANDOM); /* 16 bytes */

    if (getrandom(key, sizeof key, GRND_NONBLOCK) == (ssize_t)sizeof key)
        return;
    if (start != NULL)
        memcpy(key, start, 16);
#endif
    key[0] ^= (uint64_t)clock_nanoseconds() * UINT64_C(0x9E3779B97F4A7C15);
    key[1] ^= (uint64_t)getpid() << 32 ^ (uint64_t)(uintptr_t)&key;
    key[2] = key[0] ^ key[1] << 7;
}

static inline uint64_t rotate(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

static inline void mix(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static inline void add_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    mix(v);
    v[0] ^= word;
}

uint64_t keyed_hash(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint64_t last = (uint64_t)size << 56;
    uint64_t word;

    pthread_once(&drawn, draw_key);
    uint64_t v[4] = { key[0] ^ UINT64_C(0x736F6D6570736575), key[1] ^ UINT64_C(0x646F72616E646F6D),
                      key[0] ^ UINT64_C(0x6C7967656E657261),
                      key[1] ^ UINT64_C(0x7465646279746573) };
    size_t left = size;
    for (; left >= sizeof word; at += sizeof word, left -= sizeof word) {
        memcpy(&word, at, sizeof word);
        add_word(v, word);
    }
    for (size_t i = 0; i < left; i++)
        last |= (uint64_t)at[i] << 8 * i;
    add_word(v, last);
    v[2] ^= 0xFF;
    mix(v);
    mix(v);
    mix(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t keyed_multiplier(void)
{
    pthread_once(&drawn, draw_key);
    return key[2] | 1;
}
