/* A shared library that few commands need, loaded by name on first use. */
#ifndef CT_BASE_LIBRARY_H
#define CT_BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct library_function {
    const char *name;
    void *pointer; /* to the function pointer that is filled in */
};

struct library {                              /* must be static: it stays loaded */
    const char *file;                         /* as the loader knows it: `libcurl.so.4` */
    const struct library_function *functions; /* [n_functions] */
    size_t n_functions;
    bool is_loaded;
};

/* May be called from any thread, repeatedly. CT_EIO: the file is missing, or lacks a function. */
enum ct_status library_load(struct library *library, struct ct_error *err);

/* Fills in the functions; library_load() calls it, once. Errors as there. */
enum ct_status library_open(const struct library *library, struct ct_error *err);

#endif
