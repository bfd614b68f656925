#include "config.h"
#include "model/tokens/pattern.h"

enum ct_status pattern_compile(const char *pattern, size_t size, pcre2_code **out,
                               struct ct_error *err)
{
    int code;
    size_t offset;
    pcre2_code *const compiled =
        pcre2_compile((PCRE2_SPTR)pattern, size, PCRE2_UTF | PCRE2_ANCHORED, &code, &offset, NULL);

    if (compiled == NULL) {
        PCRE2_UCHAR text[128] = "";
        pcre2_get_error_message(code, text, sizeof text);
        return ct_fail(err, code == PCRE2_ERROR_NOMEMORY ? CT_ENOMEM : CT_ENOTSUP,
                       "PCRE2: %s; the library must be built with Unicode", (const char *)text);
    }
    *out = compiled;
    return CT_OK;
}
