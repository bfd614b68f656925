/*
 * The items of .npy files that are not float32 or float64 of this machine: converted to the one of
 * the two that holds each of them exactly.
 */
#ifndef CT_IO_NPY_ITEMS_H
#define CT_IO_NPY_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"

struct npy_items {
    char kind;   /* 'f', 'i' or 'u' as in numpy's descr */
    size_t size; /* bytes: 2, 4, 8 of a float, 1, 2, 4, 8 of an integer */
    bool is_big_endian;
};

/* Parses a descr such as <f4, |u1 or >i8; false: not one of those. */
bool npy_items_parse(const char *descr, struct npy_items *out);

/* The dtype they are converted to: float32 up to 16 bits and for float32, else float64. */
enum dtype npy_items_dtype(const struct npy_items *items);

/* Whether the bytes are already those of that dtype. */
bool npy_items_are_plain(const struct npy_items *items);

/* Converts from[0 .. n) to `to` [n] of npy_items_dtype(). Returns n, or the first integer that
 * float64 cannot hold exactly, beyond 2^53. */
size_t npy_items_convert(const struct npy_items *items, const void *from, size_t n, void *to);

/* The value of a float16. */
float npy_half(uint32_t bits);

#endif
