/*
 * Strict reader of CSV (RFC 4180), with libcsv: blanks are part of the field, a quote may only open
 * a field or appear doubled in a quoted one, every row has as many fields as the header. Rows end
 * with LF, CRLF or CR; empty lines, and a byte order mark and Excel's `sep=,` at the start are
 * skipped. Rows of commas alone at the end, as spreadsheets write them, are left out and counted.
 *
 * Errors name the file, the row (data rows count from 1, the header is `the header`) and the line
 * of the file in which the row begins: `f.csv: row 7 (line 9): ...`.
 */
#ifndef CT_IO_CSV_H
#define CT_IO_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/progress.h"
#include "base/status.h"
#include "io/hash.h"

enum {
    CSV_MAX_FIELD = 1 << 20, /* bytes of a field */
    CSV_MAX_COLS = 1 << 22,
    CSV_MAX_ROW = 1 << 28, /* bytes of a row */
};

struct csv_field {
    const char *text; /* UTF-8 without NUL, zero-terminated */
    size_t size;
};

struct csv_row { /* borrowed until the handler returns */
    const struct csv_field *fields;
    size_t n_fields; /* the same in every row (but see takes_row_names) */
    size_t number;   /* 0: the header; data rows from 1 */
    size_t line;     /* from 1, the line in which the row begins */
};

struct csv_line {     /* borrowed until the handler returns */
    const char *text; /* as in the file, without the line end; not empty */
    size_t size;
};

enum { CSV_LINES_AT_ONCE = 64, CSV_READ_AHEAD = 64 /* bytes after a line that may be read */ };

struct csv_handler {
    /* Called for each row, including the header. Any status but CT_OK stops the reading and is
     * returned; report it with csv_fail(). */
    enum ct_status (*row)(void *context, const struct csv_row *row, struct ct_error *err);
    /* NULL, or a fast path: gets lines below the header before they are split into fields, and
     * returns how many of them, from the first, it has processed as row() would. It must check them
     * itself: a line that contains a quote or a CR may not be one row. The first line that it does
     * not take goes to row(). */
    size_t (*lines)(void *context, const struct csv_line *lines, size_t n);
    void *context;
    struct input_digest *digest; /* NULL, or filled in once the whole input has been read */
    bool no_header;              /* the first row is row 1 */
    bool trims_header;           /* names without blanks around */
    /* Rows may have one field more than the header, their name (R's write.table): n_fields is then
     * larger than in the header, and the first field has no column. */
    bool takes_row_names;
    size_t *n_blank_rows; /* NULL, or set to the number of rows of commas left out */
};

/*
 * Reads a descriptor row by row in bounded memory. Its first n_head bytes have already been read
 * into head (NULL if n_head is 0); name is for messages. The descriptor stays open. progress (NULL:
 * none) counts bytes, for regular files only. CT_EIO, CT_ENOTSUP (foreign_check()), CT_EFORMAT
 * (empty, not UTF-8, a NUL byte, a quote that is not closed, text after a closing quote, a ragged
 * row, a field or row above the limits), CT_ENOMEM, CT_ECANCELED, and whatever the handler returns.
 */
enum ct_status csv_read_fd(int fd, const char *name, const void *head, size_t n_head,
                           const struct csv_handler *handler, const struct progress *progress,
                           struct ct_error *err);

/* CT_EFORMAT with `NAME: row 7 (line 9): ` before the message. */
enum ct_status csv_fail(struct ct_error *err, const char *name, size_t row, size_t line,
                        const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The position of the field equal to name, or n_fields if there is none. */
size_t csv_row_find(const struct csv_row *row, const char *name);

#endif
