#include "config.h"
#include "report/page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum { HEADING_COLS = 10, TEXT_COLS = 80, INDENT = 1 };

static void begin_line(struct page *page)
{
    if (page->is_narrow) {
        if (page->heading != NULL)
            fprintf(page->file, "%s\n", page->heading);
        fprintf(page->file, "%*s", INDENT, "");
    } else {
        fprintf(page->file, "%-*s", HEADING_COLS, page->heading != NULL ? page->heading : "");
    }
    page->heading = NULL;
}

/* Columns of the first n bytes, as far as characters take one each. */
static size_t columns(const char *text, size_t n)
{
    size_t cols = 0;

    for (size_t i = 0; i < n; i++)
        cols += ((unsigned char)text[i] & 0xC0) != 0x80;
    return cols;
}

/* How many bytes of the text go on a line: whole words, at least one. */
static size_t fit_words(const char *text, size_t cols)
{
    size_t fits = strcspn(text, " ");

    for (size_t end = fits; columns(text, end) <= cols; end += 1 + strcspn(text + end + 1, " ")) {
        fits = end;
        if (text[end] == '\0')
            break;
    }
    return fits;
}

void page_text(struct page *page, const char *format, ...)
{
    enum { LEAST = 20 };
    const size_t width = page->width != 0 ? page->width : TEXT_COLS;
    const size_t margin = page->is_narrow ? INDENT : HEADING_COLS;
    const size_t cols = width > margin + LEAST ? width - margin : LEAST;
    char text[1001];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (const char *at = text; *at != '\0';) {
        const size_t n = fit_words(at, cols);
        begin_line(page);
        fprintf(page->file, "%.*s\n", (int)n, at);
        at += n;
        at += *at == ' ';
    }
}

void page_line(struct page *page, const char *format, ...)
{
    va_list args;

    begin_line(page);
    va_start(args, format);
    vfprintf(page->file, format, args);
    va_end(args);
    fputc('\n', page->file);
}

struct shown show_text(const char *text)
{
    const size_t size = strlen(text);
    struct shown s = { "" };

    if (text_visible_size(text, size) < sizeof s.text)
        text_visible(s.text, sizeof s.text, text, size);
    else
        memcpy(s.text + text_visible(s.text, sizeof s.text - 3, text, size), "...", sizeof "...");
    return s;
}

void page_path(struct page *page, const char *path)
{
    const size_t size = text_visible_size(path, strlen(path)) + 1;
    char *const shown = ct_malloc_array(size, 1);

    if (shown != NULL)
        text_visible(shown, size, path, strlen(path));
    else
        page->starved = true;
    page_line(page, "%s", shown != NULL ? shown : "?");
    free(shown);
}

struct shown show_bytes(double bytes)
{
    struct shown s;

    snprintf(s.text, sizeof s.text,
             bytes < 1e6   ? "%.0f kB"
             : bytes < 1e9 ? "%.1f MB"
                           : "%.2f GB",
             bytes / (bytes < 1e6   ? 1e3
                      : bytes < 1e9 ? 1e6
                                    : 1e9));
    return s;
}

struct shown show_count(size_t n)
{
    struct shown s;
    char digits[32];
    const size_t length = (size_t)snprintf(digits, sizeof digits, "%zu", n);
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            s.text[used++] = ',';
        s.text[used++] = digits[i];
    }
    s.text[used] = '\0';
    return s;
}

const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}
