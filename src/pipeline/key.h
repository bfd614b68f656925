/* Hashes that distinguish results computed with different parameters. */
#ifndef CT_PIPELINE_KEY_H
#define CT_PIPELINE_KEY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/fnv.h"

struct key {
    uint64_t hash;
};

static inline struct key key_begin(void)
{
    return (struct key){ FNV_START };
}

static inline void key_bytes(struct key *key, const void *bytes, size_t size)
{
    key->hash = fnv_add(key->hash, bytes, size);
}

/* NULL and the empty text hash differently. */
static inline void key_text(struct key *key, const char *text)
{
    const unsigned char is_there = text != NULL;

    key_bytes(key, &is_there, 1);
    if (text != NULL)
        key_bytes(key, text, strlen(text) + 1);
}

#endif
