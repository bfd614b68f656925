/* Reads a JSON file into a jansson tree; errors name file and line. */
#ifndef CT_IO_JSON_FILE_H
#define CT_IO_JSON_FILE_H

#include <jansson.h>
#include <stdio.h>

#include "base/status.h"

/* Opens a regular file of at most 32 MiB; never blocks on a pipe. CT_EIO; CT_EFORMAT, also for what
 * file_kind_check() recognises. */
enum ct_status json_file_open(const char *path, FILE **out, struct ct_error *err);

/* Reads such a file: *text [*size], with a zero byte after it, is owned by the caller: free(). Also
 * CT_ENOMEM. */
enum ct_status json_file_read(const char *path, char **text, size_t *size, struct ct_error *err);

/* The file must be a regular one of at most 32 MiB that holds one object without duplicate keys.
 * *out is owned by the caller: json_decref. CT_EIO, CT_EFORMAT, CT_ENOMEM. */
enum ct_status json_file_load(const char *path, json_t **out, struct ct_error *err);

/* The same for a file that Python may have written, see json_parse_python(). */
enum ct_status json_file_load_python(const char *path, json_t **out, struct ct_error *err);

#endif
