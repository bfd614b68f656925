/* Parses untrusted JSON into a jansson tree. jansson recurses at every level of nesting, up to 2048
 * levels, too deep for a small stack; here fewer levels are accepted. */
#ifndef CT_IO_JSON_PARSE_H
#define CT_IO_JSON_PARSE_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "base/status.h"

enum { JSON_PARSE_LEVELS = 64 };

/* As json_loadf() and json_loadb() with JSON_REJECT_DUPLICATES: NULL if the text is not JSON or
 * memory is out, with the reason in *where. The tree is owned by the caller: json_decref. */
json_t *json_parse_file(FILE *file, size_t flags, json_error_t *where);
json_t *json_parse_text(const char *text, size_t size, json_error_t *where);

/* The same for a file that Python has written: values that jansson does not read, see
 * json_python.h, become strings. *out is owned by the caller. CT_EFORMAT with line and column,
 * CT_ENOMEM. */
enum ct_status json_parse_python(const char *text, size_t size, json_t **out, struct ct_error *err);

#endif
