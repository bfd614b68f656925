/* SHA-256 (FIPS 180-4, by nettle) of files and memory, in hexadecimal. */
#ifndef CT_IO_HASH_H
#define CT_IO_HASH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/progress.h"
#include "base/status.h"

enum { HASH_HEX_SIZE = 65 }; /* 64 digits and the terminating zero */

/* What a file held when it was read or written: a pipe cannot be asked again. */
struct input_digest {
    size_t bytes;
    char sha256[HASH_HEX_SIZE]; /* empty: not known */
};

/* Piece by piece: hash_new() (NULL: out of memory), hash_add(), hash_end(), which frees it. All
 * accept NULL, for a caller who asks for none; what hash_end() returns is then not known. */
struct hash;
struct hash *hash_new(void);
void hash_add(struct hash *h, const void *data, size_t size);
void hash_end(struct hash *h, struct input_digest *out);

void hash_memory(const void *data, size_t size, char hex[HASH_HEX_SIZE]);

/* Reads the whole file; progress (NULL: none) counts its bytes. CT_EIO, CT_ENOMEM, CT_ECANCELED;
 * hex is untouched then. */
enum ct_status hash_file(const char *path, const struct progress *progress, char hex[HASH_HEX_SIZE],
                         struct ct_error *err);

/*
 * The hash of a large file in a Hugging Face cache, without reading it: there a file is a link to
 * `blobs/HASH`, named by its SHA-256. False, hex untouched, when path does not lead to such a
 * name. It is what the cache claims; hash_file() verifies it.
 */
bool hash_from_blob_name(const char *path, char hex[HASH_HEX_SIZE]);

#endif
