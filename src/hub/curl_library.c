#include "config.h"
#include "hub/curl_library.h"

#include "base/library.h"

struct curl_library curl_library;

enum ct_status curl_library_load(struct ct_error *err)
{
#define ENTRY(f) { "curl_" #f, &curl_library.f },
    static const struct library_function functions[] = { CURL_FUNCTIONS(ENTRY) };
    static struct library library = {
        .file = CURL_LIBRARY,
        .functions = functions,
        .n_functions = sizeof functions / sizeof *functions,
    };

    return library_load(&library, err);
}
