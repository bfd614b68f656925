/*
 * numpy's .npy files (format versions 1 to 3, numpy's lib/format.py) of floats or integers with one
 * or two axes. Mapped by mmap and read in place; copied only if it is in Fortran order, the data is
 * not aligned, or the input cannot be mapped (a pipe). Other than little-endian float32 and float64
 * are copied, too, and converted to one of the two without loss.
 */
#ifndef CT_IO_NPY_H
#define CT_IO_NPY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mapped.h"
#include "base/mat.h"
#include "base/status.h"
#include "io/outfile.h"

struct npy {             /* zero-initialise; owns its data until npy_close() */
    struct matview view; /* [rows, cols]; one axis of n: [n, 1] */
    unsigned n_dims;     /* 1 or 2 */
    struct mapped map;   /* the file, if it is mapped */
    void *copy;          /* allocated copy, or NULL */
};

/* True if head[0 .. size), the first bytes of a file, are those of a .npy file. */
bool npy_is_magic(const void *head, size_t size);

/* CT_EIO, CT_EFORMAT (header malformed, file shorter or longer than the header says), CT_ENOTSUP
 * (another dtype, more axes, an integer that float64 does not have; the message says how to
 * convert), CT_ENOMEM; *out is then
 * untouched. */
enum ct_status npy_open(const char *path, struct npy *out, struct ct_error *err);

/* The same from a descriptor of which head[0 .. n_head) has already been read; it stays open. */
enum ct_status npy_open_fd(int fd, const char *name, const void *head, size_t n_head,
                           struct npy *out, struct ct_error *err);
void npy_close(struct npy *n);

/* CT_EIO if the file, named name in messages, has been truncated since it was opened: call this
 * after reading its values. */
enum ct_status npy_check(const struct npy *n, const char *name, struct ct_error *err);

/* Writes v as a version 1.0 .npy in C order, in its own dtype. The outfile keeps any error. */
void npy_write(struct outfile *file, const struct matview *v);

/* Only the header, for rows that are streamed after it. */
void npy_write_header(struct outfile *file, enum dtype dtype, size_t rows, size_t cols);

#endif
