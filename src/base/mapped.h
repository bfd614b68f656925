/*
 * Files mapped for reading. When another program makes a mapped file shorter, or its disk fails,
 * the next access to a page that is gone raises SIGBUS. mapped_guard()'s handler puts zeros there
 * and marks the mapping as cut, so that the reader goes on, at whatever place and in whatever
 * thread it was; at the end of each step it asks mapped_check(), and the step fails.
 */
#ifndef CT_BASE_MAPPED_H
#define CT_BASE_MAPPED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum { MAPPED_MOST = 1024 }; /* files at a time */

struct mapped {                /* zero-initialise; owns the mapping until mapped_close() */
    const unsigned char *data; /* [size] */
    size_t size;
    size_t slot; /* mapped.c's business */
};

/* Makes SIGBUS mean what is described above; where it strikes no mapping of ours, it ends the
 * program as before. Once, at the start of the program: a later handler must ask mapped_heal()
 * first. */
void mapped_guard(void);

/* Maps the first size bytes, at least 1, of the open file fd, which may be closed then; name for
 * messages. CT_EIO, CT_ENOMEM. */
enum ct_status mapped_open(int fd, size_t size, const char *name, struct mapped *out,
                           struct ct_error *err);
void mapped_close(struct mapped *m);

/* CT_EIO when what was read may not be what the file held: it was cut, at any time since it was
 * mapped. A mapping that is not open has nothing wrong with it. */
enum ct_status mapped_check(const struct mapped *m, const char *name, struct ct_error *err);

/* For handlers of SIGBUS: whether the address lies in a mapping of ours and can be read now. */
bool mapped_heal(const void *address);

#endif
