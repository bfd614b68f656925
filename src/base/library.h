/* A shared library that few commands need, loaded by name when it is first wanted. */
#ifndef CT_BASE_LIBRARY_H
#define CT_BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct library_function {
    const char *name;
    void *pointer; /* of a pointer to function, which is filled in */
};

struct library {                              /* static, for it stays loaded */
    const char *file;                         /* as the loader knows it: `libcurl.so.4` */
    const struct library_function *functions; /* [n_functions] */
    size_t n_functions;
    bool is_loaded;
};

/* Any thread, any number of times. CT_EIO: there is no such file, or it lacks a function. */
enum ct_status library_load(struct library *library, struct ct_error *err);

#endif
