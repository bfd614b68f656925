/* FNV-1a (Fowler, Noll, Vo 1991), 64 bits: a fast hash of bytes. Not collision resistant:
 * collisions are easy to construct. */
#ifndef CT_BASE_FNV_H
#define CT_BASE_FNV_H

#include <stddef.h>
#include <stdint.h>

#define FNV_START UINT64_C(0xCBF29CE484222325)

/* Extends hash, FNV_START at first, with bytes[0 .. size). */
static inline uint64_t fnv_add(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *const b = bytes;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ b[i]) * UINT64_C(0x100000001B3);
    return hash;
}

#endif
