/* SHA-256 of large files, computed by a separate thread while other work continues. */
#ifndef CT_IO_HASH_AHEAD_H
#define CT_IO_HASH_AHEAD_H

#include "io/hash.h"

struct hash_ahead; /* to be used by one thread, besides its own */

/* Starts hashing paths [n], which are copied, in this order; files named by their hash, see
 * hash_from_blob_name(), are skipped. NULL if out of memory or if the thread cannot be started; the
 * other functions accept that. */
struct hash_ahead *hash_ahead_new(const char *const *paths, size_t n);

/* Waits for all of them. Returns false, with hex untouched, if path is not one of them or could not
 * be read: hash_file() reports why. */
bool hash_ahead_get(struct hash_ahead *h, const char *path, char hex[HASH_HEX_SIZE]);

/* Stops even in the middle of a file. */
void hash_ahead_free(struct hash_ahead *h);

#endif
