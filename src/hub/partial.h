/*
 * A file that comes in pieces, over several runs of the program if need be: it grows as
 * `PATH.incomplete` until all of it is there, its hash is checked, it is flushed to disk, and it
 * gets its name. What was there before is resumed.
 */
#ifndef CT_HUB_PARTIAL_H
#define CT_HUB_PARTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct partial; /* one thread, and one process at a time: whoever opens it holds a lock */

/* True for what can be checked: 64 digits, the SHA-256 of the file, or 40, the SHA-1 that git
 * names it by (of `blob SIZE`, a zero byte and the file). */
bool partial_is_hash(const char *text);

/* The bytes of path that an earlier run has left, without opening it. */
uint64_t partial_left(const char *path);

/* The file at path will have that size and hash. Reads what is there already. *out is owned by the
 * caller until partial_commit() or partial_close(). CT_EIO, CT_ENOMEM. */
enum ct_status partial_open(const char *path, uint64_t size, const char *hash, struct partial **out,
                            struct ct_error *err);

uint64_t partial_have(const struct partial *p); /* bytes of it that are there */
uint64_t partial_size(const struct partial *p); /* bytes that it will have */

/* The next bytes. CT_EIO, CT_EFORMAT (more than its size). */
enum ct_status partial_write(struct partial *p, const void *data, size_t size,
                             struct ct_error *err);

/* Throws away what is there. CT_EIO. */
enum ct_status partial_restart(struct partial *p, struct ct_error *err);

/* Puts the whole file in its place. CT_EFORMAT: its hash is another one; it is empty then, to be
 * fetched anew or closed. CT_EIO. Closes only when it succeeds. */
enum ct_status partial_commit(struct partial *p, struct ct_error *err);

/* Keeps what is there for the next time; NULL is accepted. */
void partial_close(struct partial *p);

#endif
