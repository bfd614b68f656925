#include "config.h"
#include "report/page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void page_line(struct page *page, const char *format, ...)
{
    va_list args;

    fprintf(page->file, "%-*s", PAGE_HEADING, page->heading != NULL ? page->heading : "");
    page->heading = NULL;
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
