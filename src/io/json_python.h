/*
 * JSON as Python's json module writes and reads it: besides RFC 8259, with NaN, Infinity and
 * -Infinity, and with numbers of any size, all of which jansson refuses. Model folders contain
 * such values under keys that nobody here reads (`"model_max_length":
 * 1000000000000000019884624838656`).
 */
#ifndef CT_IO_JSON_PYTHON_H
#define CT_IO_JSON_PYTHON_H

#include <stddef.h>

#include "base/status.h"

/*
 * A copy of text [size] in which those numbers are strings ("NaN", "1e999"), so that a reader who
 * expects a number refuses them like any other string; everything else is unchanged, valid or not.
 * *out [*out_size] is owned by the caller: free(). CT_ENOMEM.
 */
enum ct_status json_python_quote(const char *text, size_t size, char **out, size_t *out_size,
                                 struct ct_error *err);

#endif
