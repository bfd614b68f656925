/*
 * What a file really is when it is not what its name says: a Git LFS pointer, a web page saved
 * under the name of a model file, an archive, an array. This is the one place that recognises
 * files; readers of model files get their advice here, readers of tables in foreign.h.
 */
#ifndef CT_IO_FILE_KIND_H
#define CT_IO_FILE_KIND_H

#include <stddef.h>

#include "base/status.h"

enum { FILE_KIND_SIZE = 512 }; /* the first bytes of a file, enough to recognise it */

enum file_kind {
    FILE_UNKNOWN,
    FILE_LFS_POINTER,
    FILE_MARKUP, /* a web page or a server's error message */
    FILE_GZIP,
    FILE_BZIP2,
    FILE_XZ,
    FILE_ZSTD,
    FILE_ZIP,
    FILE_NPY,
    FILE_HDF5,
    FILE_PARQUET,
    FILE_ARROW,
    FILE_MATLAB,
    FILE_R_WORKSPACE,
    FILE_OLD_EXCEL,
    FILE_PICKLE,
    FILE_SAFETENSORS,
    FILE_GGUF,
    FILE_UTF32,
    FILE_UTF16_LE, /* with a byte order mark */
    FILE_UTF16_BE,
    FILE_UTF16, /* ASCII without one */
};

/* By the first bytes [size] of a file. */
enum file_kind file_kind_of(const void *bytes, size_t size);

/* CT_EFORMAT `PATH: is WHAT; WHAT TO DO` if the file is of a kind that is taken for a model's file;
 * otherwise CT_OK. */
enum ct_status file_kind_check(const char *path, const void *bytes, size_t size,
                               struct ct_error *err);

#endif
