/*
 * A file that arrives in pieces, possibly over several runs of the program: it grows as
 * `PATH.incomplete` until it is complete, its hash is checked, it is flushed to disk and renamed.
 * An earlier partial file is resumed.
 */
#ifndef CT_HUB_PARTIAL_H
#define CT_HUB_PARTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct partial; /* for one thread and one process at a time: an open file is locked */

/* True for a supported hash: 64 digits, the SHA-256 of the file, or 40, git's SHA-1 of it (of `blob
 * SIZE`, a zero byte and the file). */
bool partial_is_hash(const char *text);

/* Whether the file at path has that size and hash: it is read. */
bool partial_is_whole(const char *path, uint64_t size, const char *hash);

/* The bytes of path left by an earlier run, without opening it. */
uint64_t partial_left(const char *path);

/* Opens the file at path, which will have that size and hash; reads what exists. *out is owned by
 * the caller until partial_commit() or partial_close(). CT_EIO, CT_ENOMEM. */
enum ct_status partial_open(const char *path, uint64_t size, const char *hash, struct partial **out,
                            struct ct_error *err);

uint64_t partial_have(const struct partial *p); /* bytes present */
uint64_t partial_size(const struct partial *p); /* bytes when complete */

/* Appends bytes. CT_EIO, CT_EFORMAT (more than its size). */
enum ct_status partial_write(struct partial *p, const void *data, size_t size,
                             struct ct_error *err);

/* Discards the content. CT_EIO. */
enum ct_status partial_restart(struct partial *p, struct ct_error *err);

/* Moves the complete file into place. CT_EFORMAT: its hash differs; it is empty then, to be
 * downloaded again or closed. CT_EIO. Closes only on success. */
enum ct_status partial_commit(struct partial *p, struct ct_error *err);

/* Keeps the content for the next run; NULL is allowed. */
void partial_close(struct partial *p);

#endif
