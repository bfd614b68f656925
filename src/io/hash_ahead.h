/* SHA-256 of large files, taken by a thread of its own while other work goes on. */
#ifndef CT_IO_HASH_AHEAD_H
#define CT_IO_HASH_AHEAD_H

#include "io/hash.h"

struct hash_ahead; /* of one thread, beside its own */

/* Begins with the first of paths [n], which are copied; files whose names are their hash,
 * hash_from_blob_name(), are passed over. NULL where there is no memory or no thread for it: the
 * other functions accept that. */
struct hash_ahead *hash_ahead_new(const char *const *paths, size_t n);

/* Waits for all of them. False, hex untouched, when path is not one of them or could not be read:
 * hash_file() will report why. */
bool hash_ahead_get(struct hash_ahead *h, const char *path, char hex[HASH_HEX_SIZE]);

/* Stops in the middle of a file when need be. */
void hash_ahead_free(struct hash_ahead *h);

#endif
