#include "config.h"
#include "io/json_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

json_t *json_text(const char *text)
{
    json_t *value = text != NULL ? json_string(text) : NULL;

    if (value == NULL && text != NULL) {
        const size_t size = text_visible_size(text, strlen(text)) + 1;
        char *const shown = ct_malloc_array(size, 1);
        if (shown != NULL) {
            text_visible(shown, size, text, strlen(text));
            value = json_string(shown);
        }
        free(shown);
    }
    return value != NULL ? value : json_null();
}
