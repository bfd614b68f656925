/* Names files that are not the table that a reader expects, by file_kind.h, with advice for tables.
 */
#ifndef CT_IO_FOREIGN_H
#define CT_IO_FOREIGN_H

#include <stddef.h>

#include "base/status.h"
#include "io/file_kind.h"

enum { FOREIGN_HEAD = FILE_KIND_SIZE }; /* bytes from the start of a file that suffice */

/*
 * CT_EFORMAT, `NAME: WHAT; WHAT TO DO`, if head[0 .. size), the first bytes of a file, are those of
 * UTF-16 or UTF-32, an archive or a compressed file, an .npy, .npz, pickle, safetensors, HDF5,
 * Parquet, Arrow, MATLAB or R file, a web page, or a pointer of Git LFS. CT_OK: of none of these.
 */
enum ct_status foreign_check(const void *head, size_t size, const char *name, struct ct_error *err);

#endif
