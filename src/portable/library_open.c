/* Replaces base/library_open.c in the portable program: OpenBLAS is part of it, and what others
 * would load, download.c and figure.c, is left out. */
#include "config.h"
#include "base/library.h"

#include <string.h>

#include "num/linear/blas_functions.h"

/* OpenBLAS's own beginning. It is not called at the start of the program (see room.mk), which
 * would take the time of it for each `--version`. */
extern void gotoblas_init(void);

static const struct {
    const char *name;
    void (*address)(void);
} linked[] = {
#define ENTRY(prefix, f) { #prefix #f, (void (*)(void))prefix##f },
    BLAS_FUNCTIONS(ENTRY)
};

static bool find(const struct library_function *f)
{
    for (size_t i = 0; i < sizeof linked / sizeof *linked; i++)
        if (strcmp(linked[i].name, f->name) == 0) {
            memcpy(f->pointer, &linked[i].address, sizeof linked[i].address);
            return true;
        }
    return false;
}

enum ct_status library_open(const struct library *library, struct ct_error *err)
{
    for (size_t i = 0; i < library->n_functions; i++)
        if (!find(&library->functions[i]))
            return ct_fail(err, CT_EIO,
                           "%s: this portable program has no %s; use one that was built on this "
                           "system",
                           library->file, library->functions[i].name);
    gotoblas_init();
    return CT_OK;
}
