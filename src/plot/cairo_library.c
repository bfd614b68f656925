#include "config.h"
#include "plot/cairo_library.h"

#include "base/library.h"

struct cairo_library cairo_library;

enum ct_status cairo_library_load(struct ct_error *err)
{
#define ENTRY(f) { "cairo_" #f, &cairo_library.f },
    static const struct library_function functions[] = { CAIRO_FUNCTIONS(ENTRY) };
    static struct library library = {
        .file = CAIRO_LIBRARY,
        .functions = functions,
        .n_functions = sizeof functions / sizeof *functions,
    };

    return library_load(&library, err);
}
