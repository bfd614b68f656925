#include "config.h"
#include "cli/print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void write_visibly(FILE *stream, const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        char piece[TEXT_PIECE];
        size_t length;
        const size_t taken = text_piece_for_terminal(text + at, size - at, piece, &length);

        if (text[at] == '\n')
            fputc('\n', stream);
        else
            fwrite(piece, 1, length, stream);
        at += taken;
    }
}

void print_text(FILE *stream, const char *text)
{
    write_visibly(stream, text, strlen(text));
}

/* If memory is out, a long text is truncated. */
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
        print_text(stream, many != NULL ? many : few);
    free(many);
}
