/*
 * Files of points in the plane: tsne.csv or any CSV with the columns `x` and `y` (or with exactly
 * two columns of any name, or without names, then called 0 and 1), and .npy of shape [n, 2].
 */
#ifndef CT_IO_PLANE_H
#define CT_IO_PLANE_H

#include "base/mat.h"
#include "base/status.h"
#include "io/csv_table.h"
#include "io/table_head.h"

struct plane {        /* zero-initialise; owns everything until plane_clear() */
    struct mat xy;    /* [n, 2], finite; exact float32 values if the CSV was written from float32 */
    enum dtype dtype; /* of the file's numbers */
    struct csv_table table;       /* the CSV, with all its columns; n_cols is 0 for an .npy */
    struct table_remarks remarks; /* on the CSV */
};

/* Reads path ("-": standard input), CSV or .npy, recognized by its first bytes. CT_EIO, CT_EFORMAT
 * (columns missing; numbers in place of names, see table_head_check(); with the row: not a number,
 * missing, NaN, infinite), CT_ENOTSUP, CT_ENOMEM; *out is then
 * untouched. */
enum ct_status plane_read(const char *path, enum header header, struct plane *out,
                          struct ct_error *err);
void plane_clear(struct plane *p);

#endif
