#include "config.h"
#include "report/shell_word.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

char *shell_word(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./=:,@%+-";
    static const char quote[] = "'\\''"; /* ends the quotes, is one, begins new ones */
    const size_t size = strlen(word);
    size_t n = 0;

    if (size > 0 && strspn(word, plain) == size)
        return ct_strndup(word, size);
    char *const out = ct_malloc_array(size + 1, sizeof quote);
    if (out == NULL)
        return NULL;
    out[n++] = '\'';
    for (size_t i = 0; i < size; i++) {
        const size_t length = word[i] == '\'' ? sizeof quote - 1 : 1;
        memcpy(out + n, word[i] == '\'' ? quote : word + i, length);
        n += length;
    }
    out[n++] = '\'';
    out[n] = '\0';
    return out;
}
