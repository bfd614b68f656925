/*
 * Points in the plane as files: tsne.csv or any CSV with the columns `x` and `y` (or with two
 * columns, whatever they are called), and .npy of shape [n, 2].
 */
#ifndef CT_IO_PLANE_H
#define CT_IO_PLANE_H

#include "base/mat.h"
#include "base/status.h"
#include "io/csv_table.h"

struct plane {              /* zero-initialise; owns everything until plane_clear() */
    struct mat xy;          /* [n, 2], finite; of a CSV that was written from float32, exactly the
                               float32 values */
    enum dtype dtype;       /* of the file's numbers */
    struct csv_table table; /* the CSV, with all its columns; of an .npy n_cols is 0 */
};

/* Reads path ("-": standard input), CSV or .npy by its first bytes. CT_EIO, CT_EFORMAT (with
 * the row: no such columns, no number, NaN, infinite), CT_ENOTSUP, CT_ENOMEM; *out is untouched
 * then. */
enum ct_status plane_read(const char *path, struct plane *out, struct ct_error *err);
void plane_clear(struct plane *p);

#endif
