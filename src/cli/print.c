#include "config.h"
#include "cli/print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void write_visibly(FILE *stream, const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        char piece[16]; /* one code point, at most \u{10ffff} */
        uint32_t code_point;
        size_t step = utf8_decode(text + at, size - at, &code_point);

        step = step > 0 ? step : 1;
        if (text[at] == '\n') {
            fputc('\n', stream);
        } else {
            const size_t size_shown = text_for_terminal(piece, sizeof piece, text + at, step);
            fwrite(piece, 1, size_shown, stream);
        }
        at += step;
    }
}

/* Without memory for what is longer, its beginning is written. */
void print(FILE *stream, const char *format, ...)
{
    char few[512];
    char *many = NULL;
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(few, sizeof few, format, args);
    if (n >= (int)sizeof few)
        many = malloc((size_t)n + 1);
    if (many != NULL)
        vsnprintf(many, (size_t)n + 1, format, again);
    va_end(again);
    va_end(args);
    if (n > 0)
        write_visibly(stream, many != NULL ? many : few, strlen(many != NULL ? many : few));
    free(many);
}
