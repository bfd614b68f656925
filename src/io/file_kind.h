/*
 * What a file really is when it is not what its name says: a Git LFS pointer, a web page saved
 * under the name of a model file, an archive. Readers of model files
 * ask, and so give the same advice; tables have foreign.h, with other advice.
 */
#ifndef CT_IO_FILE_KIND_H
#define CT_IO_FILE_KIND_H

#include <stddef.h>

#include "base/status.h"

enum { FILE_KIND_SIZE = 512 }; /* the first bytes of a file, enough to recognise it */

/* `a Git LFS pointer, not the file; run 'git lfs pull'`, by the first bytes [size] of a file; NULL:
 * nothing that is recognised. */
const char *file_kind_name(const void *bytes, size_t size);

/* CT_EFORMAT `PATH: is KIND` if file_kind_name() recognises the file, otherwise CT_OK. */
enum ct_status file_kind_check(const char *path, const void *bytes, size_t size,
                               struct ct_error *err);

#endif
