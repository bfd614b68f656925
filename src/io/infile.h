/* Input files by descriptor: a path, or "-" for standard input. */
#ifndef CT_IO_INFILE_H
#define CT_IO_INFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* How an error names the input: the path, or `standard input`. */
const char *infile_name(const char *path);

/* Opens path for reading: *fd. CT_EIO: not there, not allowed, a folder. */
enum ct_status infile_open(const char *path, int *fd, struct ct_error *err);

/* Closes what infile_open() gave; standard input stays open, -1 is accepted. */
void infile_close(int fd);

/* Bytes of a regular file; 0 for one without any, and for what is no regular file. */
size_t infile_size(int fd);

/* Reads until buffer is full or the input ends: *got < size only at its end. CT_EIO, naming it. */
enum ct_status infile_read(int fd, const char *name, void *buffer, size_t size, size_t *got,
                           struct ct_error *err);

enum { INFILE_STEP = 1 << 16 };

struct inbuffer { /* zero-initialise; data is owned by the caller: free() */
    char *data;   /* [room], of which used bytes are read */
    size_t used, room;
};

/* The same into a buffer that grows: INFILE_STEP bytes or more, fewer only at the end of the input,
 * where *more becomes false. CT_EIO, CT_ENOMEM. */
enum ct_status infile_read_on(int fd, const char *name, struct inbuffer *buffer, bool *more,
                              struct ct_error *err);

#endif
