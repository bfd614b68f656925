#include "config.h"
#include "tui/fit.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

const char *fit_tail(const struct canvas *c, const char *text, size_t cols)
{
    size_t width = canvas_text_width(c, text);
    uint32_t ch;

    while (*text != '\0' && width > cols) {
        const size_t decoded = utf8_decode(text, strlen(text), &ch);
        const size_t size = decoded > 0 ? decoded : 1;
        char one[5] = "";
        memcpy(one, text, size);
        width -= canvas_text_width(c, one);
        text += size;
    }
    return text;
}

size_t fit_draw_tail(struct canvas *c, size_t row, size_t col, size_t cols, const char *text,
                     ink fg, uint8_t attr)
{
    if (cols == 0 || canvas_text_width(c, text) <= cols)
        return canvas_text(c, row, col, cols, text, fg, attr);
    canvas_put(c, row, col, c->ascii ? '~' : 0x2026, fg, INK_DEFAULT, attr);
    return 1 + canvas_text(c, row, col + 1, cols - 1, fit_tail(c, text, cols - 1), fg, attr);
}

size_t fit_line(const struct canvas *c, const char *text, size_t cols)
{
    const size_t length = strlen(text);
    size_t width = 0;
    size_t at = 0;
    size_t after_blank = 0;

    while (at < length) {
        uint32_t ch;
        const size_t decoded = utf8_decode(text + at, length - at, &ch);
        const size_t size = decoded > 0 ? decoded : 1;
        char one[5] = "";
        memcpy(one, text + at, size);
        width += canvas_text_width(c, one);
        if (width > cols && at > 0)
            return after_blank > 0 ? after_blank : at;
        at += size;
        if (one[0] == ' ')
            after_blank = at;
    }
    return length;
}

/* The first path with several parts after `at`, and its last slash. */
static char *find_path(char *text, size_t at, char **last)
{
    for (char *p = text + at; *p != '\0'; p++) {
        if (*p != '/' || (p > text && p[-1] != ' '))
            continue;
        const size_t size = strcspn(p, ":; ");
        *last = p + size;
        while (**last != '/')
            (*last)--;
        if (*last > p)
            return p;
    }
    return NULL;
}

void fit_message(const struct canvas *c, const char *text, size_t cols, char *out, size_t size)
{
    size_t at = 0;
    char *last;

    snprintf(out, size, "%s", text);
    while (canvas_text_width(c, out) > cols) {
        char *const path = find_path(out, at, &last);
        if (path == NULL || last - path < 3)
            return;
        memcpy(path, "...", 3);
        memmove(path + 3, last, strlen(last) + 1);
        at = (size_t)(path - out) + 4;
    }
}
