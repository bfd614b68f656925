/*
 * Files mapped for reading. When another program truncates a mapped file, or its disk fails, the
 * next access to a lost page raises SIGBUS. The handler of mapped_guard() maps zeros there and
 * marks the mapping as cut, so that the reader continues wherever and in whatever thread it was; at
 * the end of each step mapped_check() is called, and the step fails.
 */
#ifndef CT_BASE_MAPPED_H
#define CT_BASE_MAPPED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum { MAPPED_MOST = 1024 }; /* open at a time */

struct mapped {                /* zero-initialise; owns the mapping until mapped_close() */
    const unsigned char *data; /* [size] */
    size_t size;
    size_t slot; /* private to mapped.c */
};

/* Installs the SIGBUS handler described above; for an address outside our mappings the signal ends
 * the program as before. Call once, at program start: a handler installed later must call
 * mapped_heal() first. */
void mapped_guard(void);

/* Maps the first size bytes (at least 1) of the open file fd, which may be closed afterwards; name
 * is for messages. CT_EIO, CT_ENOMEM. */
enum ct_status mapped_open(int fd, size_t size, const char *name, struct mapped *out,
                           struct ct_error *err);
void mapped_close(struct mapped *m);

/* CT_EIO when data read may differ from the file's: it was truncated at some time since it was
 * mapped. A mapping that is not open passes. */
enum ct_status mapped_check(const struct mapped *m, const char *name, struct ct_error *err);

/* For SIGBUS handlers: whether the address is in a mapping of ours and is now readable. */
bool mapped_heal(const void *address);

#endif
