/* The text of the report: lines with headings in a separate column, and the formats of values. */
#ifndef CT_REPORT_PAGE_H
#define CT_REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct page {
    FILE *file;
    size_t width;        /* columns of page_text(); 0: 80 */
    bool is_narrow;      /* headings have lines of their own, and no column */
    const char *heading; /* of the block that starts next; NULL: the block continues */
    bool starved;        /* something is missing for lack of memory */
};

/* A line as it is. */
void page_line(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Text of at most 1,000 bytes, broken into lines between words. */
void page_text(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A path is never truncated. */
void page_path(struct page *page, const char *path);

struct shown {
    char text[160];
};

struct shown show_text(const char *text); /* untrusted, made visible, truncated with `...` */
struct shown show_bytes(double bytes);    /* 1.4 MB */
struct shown show_count(size_t n);        /* 1,482 */
const char *plural(size_t n);             /* `s`, or nothing for 1 */

#endif
