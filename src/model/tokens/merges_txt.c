#include "config.h"
#include "model/tokens/merges_txt.h"

#include <string.h>

#include "base/text.h"

enum ct_status merges_txt_read(const char *text, size_t size,
                               enum ct_status (*put)(void *context, const struct merge_names *merge,
                                                     struct ct_error *err),
                               void *context, struct ct_error *err)
{
    static const char version[] = "#version";
    enum ct_status st = CT_OK;

    for (size_t at = 0, number = 1, next; at < size; at = next, number++) {
        const char *const line = text + at;
        const char *const newline = memchr(line, '\n', size - at);
        size_t length = newline != NULL ? (size_t)(newline - line) : size - at;
        struct merge_names merge;
        next = at + length + (newline != NULL);
        length = text_line_size(line, length);
        if (length == 0 || (number == 1 && length >= sizeof version - 1 &&
                            memcmp(line, version, sizeof version - 1) == 0))
            continue;
        st = merge_names_split(line, length, &merge)
                 ? put(context, &merge, err)
                 : ct_fail(err, CT_EFORMAT, "expected two tokens separated by a space");
        if (st != CT_OK)
            return ct_error_where(err, st, "line %zu", number);
    }
    return CT_OK;
}
