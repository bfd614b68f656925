/* Untrusted text as jansson's tree. jansson calls itself for every level of nesting, up to 2048,
 * which a small stack does not hold; here the levels are limited. */
#ifndef CT_IO_JSON_PARSE_H
#define CT_IO_JSON_PARSE_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

enum { JSON_PARSE_LEVELS = 64 };

/* As json_loadf and json_loadb with JSON_REJECT_DUPLICATES: NULL where the text is not JSON or
 * memory is out, and why in *where. The tree is owned by the caller: json_decref. */
json_t *json_parse_file(FILE *file, size_t flags, json_error_t *where);
json_t *json_parse_text(const char *text, size_t size, json_error_t *where);

#endif
