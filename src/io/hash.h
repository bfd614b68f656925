/* SHA-256 (FIPS 180-4, by nettle) of files and memory, in hexadecimal. */
#ifndef CT_IO_HASH_H
#define CT_IO_HASH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/progress.h"
#include "base/status.h"

enum { HASH_HEX_SIZE = 65 }; /* 64 digits and the terminating zero */

/* Digest of a file's contents, taken while it is read or written: a pipe cannot be read again. */
struct input_digest {
    size_t bytes;
    char sha256[HASH_HEX_SIZE]; /* empty: unknown */
};

/* Incremental: hash_new() (NULL: out of memory), hash_add(), and hash_end(), which frees it.
 * hash_add() and hash_end() accept NULL, for callers that want no hash; the digest is then
 * unknown. */
struct hash;
struct hash *hash_new(void);
void hash_add(struct hash *h, const void *data, size_t size);
void hash_end(struct hash *h, struct input_digest *out);

void hash_memory(const void *data, size_t size, char hex[HASH_HEX_SIZE]);

/* Reads the whole file; progress (NULL: none) counts its bytes. CT_EIO, CT_ENOMEM, CT_ECANCELED;
 * hex is then untouched. */
enum ct_status hash_file(const char *path, const struct progress *progress, char hex[HASH_HEX_SIZE],
                         struct ct_error *err);

/* The hash of some parts of a file, its beginning and its end among them: tells files of the same
 * size apart without reading gigabytes. CT_EIO, CT_ENOMEM. */
enum ct_status hash_samples(const char *path, char hex[HASH_HEX_SIZE], struct ct_error *err);

/*
 * The hash of a large file in a Hugging Face cache, without reading it: such a file is a link to
 * `blobs/HASH`, whose name is its SHA-256. Returns false, with hex untouched, if path is not such a
 * link. The name is only the cache's claim; hash_file() computes the hash.
 */
bool hash_from_blob_name(const char *path, char hex[HASH_HEX_SIZE]);

#endif
