/*
 * Reader of safetensors files (github.com/huggingface/safetensors, format of version 0.3 on):
 * 8 bytes little-endian N, N bytes of JSON, then the tensors back to back. The file is mapped,
 * and every rule of the format is checked before anything is handed out: header of at most
 * 16 MiB (the format allows 100 MB), no duplicate name, offsets that fit shape and dtype, no hole,
 * no overlap, nothing after the last tensor.
 */
#ifndef CT_IO_SAFETENSORS_H
#define CT_IO_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Of the format, for reader and writer. */
#define SAFETENSORS_METADATA "__metadata__" /* the one key that is no tensor: text to text */
enum { SAFETENSORS_PREFIX = 8 };            /* bytes of the header's length */

enum { SAFETENSORS_DIMS = 4 };

struct safetensors_entry { /* borrowed from the file until safetensors_free() */
    const char *name;
    const char *dtype;                /* as in the format: "F32", "BF16", ... */
    size_t n_dims;                    /* 0: a scalar */
    uint64_t shape[SAFETENSORS_DIMS]; /* the first ones, if there are more */
    const unsigned char *data;        /* at any address: the format promises no alignment */
    size_t n_bytes;
};

struct safetensors; /* immutable once open */

/* CT_EIO, CT_EFORMAT (with what is wrong, and with which tensor), CT_ENOMEM. */
enum ct_status safetensors_open(const char *path, struct safetensors **out, struct ct_error *err);
void safetensors_free(struct safetensors *file);

/* CT_EIO when the file was made shorter since it was opened, and its tensors may not be what they
 * were. Ask when they have been read. */
enum ct_status safetensors_check(const struct safetensors *file, struct ct_error *err);

const char *safetensors_path(const struct safetensors *file);
uint64_t safetensors_size(const struct safetensors *file); /* bytes of the whole file */
size_t safetensors_count(const struct safetensors *file);
/* In the order of their names; i < count. */
const struct safetensors_entry *safetensors_at(const struct safetensors *file, size_t i);
/* NULL when there is none of that name. */
const struct safetensors_entry *safetensors_find(const struct safetensors *file, const char *name);

#endif
