#include "config.h"
#include "num/blas_library.h"

#include "base/library.h"

struct blas_library blas;

enum ct_status blas_library_load(struct ct_error *err)
{
#define ENTRY(prefix, f) { #prefix #f, &blas.f },
    static const struct library_function functions[] = { BLAS_FUNCTIONS(ENTRY) };
    static struct library library = {
        .file = BLAS_LIBRARY,
        .functions = functions,
        .n_functions = sizeof functions / sizeof *functions,
    };
    const enum ct_status status = library_load(&library, err);

    if (status == CT_OK)
        blas.set_num_threads(1);
    return status;
}
