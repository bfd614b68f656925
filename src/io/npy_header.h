/* The header of .npy files: a Python dictionary of three keys, read strictly. */
#ifndef CT_IO_NPY_HEADER_H
#define CT_IO_NPY_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mat.h"
#include "io/npy_items.h"
#include "base/status.h"

#define NPY_MAGIC "\x93NUMPY"

enum {
    NPY_MAGIC_SIZE = 6,
    NPY_HEADER_MAX = 10000, /* bytes of the dictionary, as numpy */
    NPY_WRITTEN_MAX = 256,  /* longest header that is written */
};

struct npy_header {
    struct npy_items items;
    bool fortran_order;
    unsigned n_dims; /* 1 or 2 */
    size_t rows;
    size_t cols; /* 1 if there is only one axis */
    size_t data_at;
    size_t n_bytes; /* of data; data_at + n_bytes is the size of the file, or SIZE_MAX if that
                       overflows */
};

enum { NPY_HEADER_END = 12 + NPY_HEADER_MAX }; /* a header ends here at the latest */

/* bytes[0 .. size) is the file, or at least its first NPY_HEADER_END bytes. Errors as for
 * npy_open(). */
enum ct_status npy_header_parse(const char *bytes, size_t size, const char *name,
                                struct npy_header *out, struct ct_error *err);

/* CT_EFORMAT if a file of size bytes is shorter or longer than its header says. */
enum ct_status npy_header_check_size(const struct npy_header *h, size_t size, const char *name,
                                     struct ct_error *err);

/* Writes the header that numpy writes (1.24 and later: with room for rows to be appended); returns
 * its length, a multiple of 64. */
size_t npy_header_format(char out[NPY_WRITTEN_MAX], enum dtype dtype, size_t rows, size_t cols);

#endif
