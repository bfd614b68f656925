/*
 * Reader of safetensors files (github.com/huggingface/safetensors, format of version 0.3 on): 8
 * bytes little-endian N, N bytes of JSON, then the tensors back to back. The file is mapped, and
 * every rule of the format is checked when it is opened: a header of at most 16 MiB (the format
 * allows 100 MB), no duplicate names, offsets that match shape and dtype (if that is known), no
 * gap, no overlap, nothing after the last tensor.
 */
#ifndef CT_IO_SAFETENSORS_H
#define CT_IO_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Constants of the format, for reader and writer. */
#define SAFETENSORS_METADATA "__metadata__" /* the one key that is not a tensor; text to text */
enum { SAFETENSORS_PREFIX = 8 };            /* bytes of the header's length */

enum { SAFETENSORS_DIMS = 4 };

struct safetensors_entry { /* borrowed from the file until safetensors_free() */
    const char *name;
    const char *dtype;                /* as in the format: "F32", "BF16", ... */
    size_t n_dims;                    /* 0: a scalar */
    uint64_t shape[SAFETENSORS_DIMS]; /* the first SAFETENSORS_DIMS */
    const unsigned char *data;        /* possibly unaligned */
    size_t n_bytes;
};

struct safetensors; /* immutable once open */

/* CT_EIO, CT_EFORMAT (with what is wrong, and with which tensor), CT_ENOMEM. */
enum ct_status safetensors_open(const char *path, struct safetensors **out, struct ct_error *err);
void safetensors_free(struct safetensors *file);

/* CT_EIO if the file has been truncated since it was opened, so that its tensors may be invalid.
 * Call this after reading them. */
enum ct_status safetensors_check(const struct safetensors *file, struct ct_error *err);

const char *safetensors_path(const struct safetensors *file);
uint64_t safetensors_size(const struct safetensors *file); /* bytes of the whole file */
size_t safetensors_count(const struct safetensors *file);
/* Entries are sorted by name; i < count. */
const struct safetensors_entry *safetensors_at(const struct safetensors *file, size_t i);
/* A text of the metadata, borrowed; NULL if there is none of that name. */
const char *safetensors_metadata(const struct safetensors *file, const char *key);
/* NULL if there is none of that name. */
const struct safetensors_entry *safetensors_find(const struct safetensors *file, const char *name);

#endif
