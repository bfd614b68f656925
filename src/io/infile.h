/* Input files by descriptor: a path, or "-" for standard input. */
#ifndef CT_IO_INFILE_H
#define CT_IO_INFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* How an error names the input: the path, or `standard input`. */
const char *infile_name(const char *path);

/* Opens path for reading: *fd. CT_EIO: missing, no permission, or a folder. */
enum ct_status infile_open(const char *path, int *fd, struct ct_error *err);

/* Closes a descriptor from infile_open(); standard input stays open, -1 is accepted. */
void infile_close(int fd);

/* Size of a regular file in bytes; 0 for anything else. */
size_t infile_size(int fd);

/* Reads until buffer is full or the input ends: *got < size only at the end of the input.
 * CT_EIO. */
enum ct_status infile_read(int fd, const char *name, void *buffer, size_t size, size_t *got,
                           struct ct_error *err);

enum { INFILE_STEP = 1 << 16 };

struct inbuffer { /* zero-initialise; data is owned by the caller: free() */
    char *data;   /* [room], of which `used` bytes have been read */
    size_t used, room;
};

/* The same into a growing buffer: reads at least INFILE_STEP bytes, fewer only at the end of the
 * input, where *more becomes false. CT_EIO, CT_ENOMEM. */
enum ct_status infile_read_on(int fd, const char *name, struct inbuffer *buffer, bool *more,
                              struct ct_error *err);

#endif
