/* Reads a JSON file into a jansson tree; errors name file and line. */
#ifndef CT_IO_JSON_FILE_H
#define CT_IO_JSON_FILE_H

#include <jansson.h>
#include <stdio.h>

#include "base/status.h"

/* Opens a regular file of at most 32 MiB; never blocks on a pipe. CT_EIO, CT_EFORMAT. */
enum ct_status json_file_open(const char *path, FILE **out, struct ct_error *err);

/* The file must be a regular one of at most 32 MiB that holds one object without duplicate keys.
 * *out is owned by the caller: json_decref. CT_EIO, CT_EFORMAT, CT_ENOMEM. */
enum ct_status json_file_load(const char *path, json_t **out, struct ct_error *err);

#endif
