#include "config.h"
#include "io/csv.h"

#include <csv.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/cell.h"
#include "io/csv_start.h"
#include "io/grow.h"
#include "io/infile.h"

enum {
    CHUNK = 1 << 19,      /* bytes read at a time; more for long lines, */
    LINES = 8,            /* so that threads have this many to share, */
    CHUNK_MOST = 1 << 24, /* up to this size */
    LINE_MOST = 1 << 26,  /* longest line that is offered whole */
};

struct reader {
    const char *name;
    const struct csv_handler *handler;
    struct ct_error *err;
    struct hash *hash;     /* of what has been read; NULL: not wanted */
    enum ct_status status; /* the first failure; everything after it is ignored */
    struct csv_parser parser;
    size_t n_offered; /* lines to offer at once */
    size_t line;      /* of the next byte */
    bool after_cr;    /* the last byte was a CR: an LF now does not end another line */
    bool may_name_rows;
    bool in_row; /* a row has begun, at row_line */
    size_t row_line;
    size_t row_number;   /* of the row being read */
    size_t n_cols;       /* of the first row; 0 before it has been read */
    size_t n_blank;      /* rows of commas before this one that have not been passed on, */
    size_t *blank_lines; /* [n_blank] in these lines */
    size_t blank_room;
    char *text; /* the fields of the row, each with its terminating zero */
    size_t text_used;
    size_t text_room;
    struct csv_field *fields; /* their sizes; their addresses once the row is complete */
    size_t n_fields;
    size_t fields_room;
    char *chunk; /* what was read, followed by zeros */
    size_t chunk_room;
};

static void where_text(char *out, size_t size, const char *name, size_t row, size_t line)
{
    if (row == 0)
        snprintf(out, size, "%s: the header (line %zu)", name, line);
    else
        snprintf(out, size, "%s: row %zu (line %zu)", name, row, line);
}

enum ct_status csv_fail(struct ct_error *err, const char *name, size_t row, size_t line,
                        const char *format, ...)
{
    char where[4096 + 64]; /* a path and the row */
    char what[CT_ERROR_SIZE];
    va_list args;

    where_text(where, sizeof where, name, row, line);
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return ct_fail(err, CT_EFORMAT, "%s: %s", where, what);
}

#define ROW_FAIL(r, ...)                                                                           \
    ((r)->status = csv_fail((r)->err, (r)->name, (r)->row_number, (r)->row_line, __VA_ARGS__))

static bool is_plain_ascii(const char *text, size_t size)
{
    unsigned char out = 0;

    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)text[i];
        out |= (unsigned char)(c | (unsigned char)(c - 1)); /* top bit set: NUL, or not ASCII */
    }
    return out < 0x80;
}

static void check_text(struct reader *r, const char *text, size_t size)
{
    if (is_plain_ascii(text, size))
        return;
    if (memchr(text, '\0', size) != NULL) {
        ROW_FAIL(r, "field %zu contains a NUL byte; save the file as plain UTF-8 text",
                 r->n_fields + 1);
        return;
    }
    const size_t bad = utf8_first_invalid(text, size);
    if (bad < size)
        ROW_FAIL(r, "field %zu, byte %zu is not UTF-8 (0x%02x); save the file as UTF-8",
                 r->n_fields + 1, bad + 1, (unsigned)(unsigned char)text[bad]);
}

static bool make_room(struct reader *r, size_t size)
{
    char *const text = array_grow(r->text, &r->text_room, r->text_used + size + 1, 1);

    if (text != NULL) {
        r->text = text;
        struct csv_field *const fields =
            array_grow(r->fields, &r->fields_room, r->n_fields + 1, sizeof *fields);
        if (fields != NULL) {
            r->fields = fields;
            return true;
        }
    }
    r->status = ct_fail_nomem(r->err, r->name, 0);
    return false;
}

static void end_field(void *data, size_t size, void *context)
{
    struct reader *const r = context;

    if (r->status != CT_OK)
        return;
    if (size > CSV_MAX_FIELD)
        ROW_FAIL(r, "field %zu is longer than %d bytes", r->n_fields + 1, CSV_MAX_FIELD);
    else if (r->n_fields == CSV_MAX_COLS)
        ROW_FAIL(r, "more than %d fields", CSV_MAX_COLS);
    else if (size + 1 > CSV_MAX_ROW - r->text_used)
        ROW_FAIL(r, "longer than %d bytes", CSV_MAX_ROW);
    else
        check_text(r, data, size);
    if (r->status != CT_OK || !make_room(r, size))
        return;
    if (size > 0)
        memcpy(r->text + r->text_used, data, size);
    r->text[r->text_used + size] = '\0';
    r->text_used += size + 1;
    r->fields[r->n_fields++].size = size;
}

/* Whether the first field of the first row below the header is its name, and the last one not just
 * a comma too many. */
static bool has_row_name(const struct reader *r)
{
    return r->handler->takes_row_names && r->may_name_rows && r->row_number + r->n_blank == 1 &&
           r->n_fields == r->n_cols + 1 && r->fields[r->n_fields - 1].size > 0;
}

static bool row_fits(struct reader *r)
{
    if (r->n_cols == 0 || has_row_name(r))
        r->n_cols = r->n_fields;
    if (r->n_fields == r->n_cols)
        return true;
    ROW_FAIL(r, "%zu field%s, %s %zu; a field that contains a comma must be quoted", r->n_fields,
             r->n_fields == 1 ? "" : "s", r->handler->no_header ? "row 1 has" : "the header has",
             r->n_cols);
    return false;
}

/* Passes on the row's fields, which are in r->text one after the other. */
static void pass_on(struct reader *r, size_t line)
{
    const char *text = r->text;

    for (size_t i = 0; i < r->n_fields; i++) {
        r->fields[i].text = text;
        text += r->fields[i].size + 1;
    }
    for (size_t i = 0; i < r->n_fields && r->row_number == 0 && r->handler->trims_header; i++) {
        r->fields[i] = cell_trim(&r->fields[i]);
        r->text[r->fields[i].text + r->fields[i].size - r->text] = '\0';
    }
    const struct csv_row row = {
        .fields = r->fields, .n_fields = r->n_fields, .number = r->row_number, .line = line
    };
    r->status = r->handler->row(r->handler->context, &row, r->err);
    r->row_number++;
}

/* Rows of commas that are followed by others are rows like these. */
static void pass_on_blanks(struct reader *r)
{
    static const char empty[1] = "";
    struct csv_field *const fields = ct_calloc_array(r->n_cols, sizeof *fields);

    if (fields == NULL)
        r->status = ct_fail_nomem(r->err, r->name, 0);
    for (size_t i = 0; fields != NULL && i < r->n_cols; i++)
        fields[i].text = empty;
    for (size_t k = 0; k < r->n_blank && r->status == CT_OK; k++) {
        const struct csv_row row = { .fields = fields,
                                     .n_fields = r->n_cols,
                                     .number = r->row_number,
                                     .line = r->blank_lines[k] };
        r->status = r->handler->row(r->handler->context, &row, r->err);
        r->row_number++;
    }
    r->n_blank = 0;
    free(fields);
}

/* Whether the row, below the first one, is commas alone. */
static bool is_blank_row(const struct reader *r)
{
    return r->row_number > 0 && r->n_cols > 1 && r->n_fields == r->n_cols &&
           r->text_used == r->n_fields;
}

static void end_row(int terminator, void *context)
{
    struct reader *const r = context;

    (void)terminator;
    if (r->status != CT_OK || !row_fits(r))
        return;
    if (is_blank_row(r)) {
        size_t *const lines =
            array_grow(r->blank_lines, &r->blank_room, r->n_blank + 1, sizeof *lines);
        if (lines == NULL) {
            r->status = ct_fail_nomem(r->err, r->name, 0);
            return;
        }
        r->blank_lines = lines;
        lines[r->n_blank++] = r->row_line;
    } else {
        if (r->n_blank > 0)
            pass_on_blanks(r);
        if (r->status == CT_OK)
            pass_on(r, r->row_line);
    }
    r->in_row = false;
    r->text_used = 0;
    r->n_fields = 0;
}

static void explain_parse_error(struct reader *r)
{
    if (csv_error(&r->parser) != CSV_EPARSE)
        r->status = ct_fail_nomem(r->err, r->name, 0);
    else if (r->parser.quoted)
        ROW_FAIL(r, "field %zu continues after its closing quote; double a quote inside a field",
                 r->n_fields + 1);
    else
        ROW_FAIL(r,
                 "field %zu contains a quote but does not begin with one; put it in quotes and "
                 "double those inside",
                 r->n_fields + 1);
}

/* A piece contains at most one line end, as its last bytes. */
static void parse_piece(struct reader *r, const char *piece, size_t size)
{
    if (!r->in_row && *piece != '\n' && *piece != '\r') {
        r->in_row = true;
        r->row_line = r->line;
    }
    const size_t parsed = csv_parse(&r->parser, piece, size, end_field, end_row, r);
    if (r->status != CT_OK)
        return;
    if (parsed != size)
        explain_parse_error(r);
    else if (r->parser.entry_pos > CSV_MAX_FIELD)
        ROW_FAIL(r, "field %zu is longer than %d bytes; is a closing quote missing?",
                 r->n_fields + 1, CSV_MAX_FIELD);
}

static void count_line(struct reader *r, char last)
{
    const bool ends = last == '\r' || (last == '\n' && !r->after_cr);

    r->line += ends;
    r->after_cr = last == '\r';
}

/* Offers lines from the start of the text, for as long as all offered lines are taken; returns the
 * bytes taken. A line that is not taken wastes the work on those offered after it. */
static size_t offer_lines(struct reader *r, const char *text, size_t size)
{
    struct csv_line lines[CSV_LINES_AT_ONCE];
    size_t taken_bytes = 0;

    for (;;) {
        size_t n = 0;
        size_t taken = 0;
        for (size_t at = taken_bytes; n < r->n_offered; n++) {
            const char *const end = memchr(text + at, '\n', size - at);
            if (end == NULL)
                break;
            const size_t whole = (size_t)(end - (text + at));
            lines[n] = (struct csv_line){ text + at, whole - (whole > 0 && end[-1] == '\r') };
            if (lines[n].size == 0)
                break;
            at += whole + 1;
        }
        if (n > 0)
            taken = r->handler->lines(r->handler->context, lines, n);
        if (taken > 0) {
            const struct csv_line *const last = &lines[taken - 1];
            const char *const end = memchr(last->text + last->size, '\n', 2);
            taken_bytes = (size_t)(end + 1 - text);
            r->row_number += taken;
            r->line += taken;
            r->after_cr = false;
        }
        if (taken < n || n == 0) {
            r->n_offered = n == 0 ? r->n_offered : 1;
            return taken_bytes;
        }
        r->n_offered = n < CSV_LINES_AT_ONCE / 2 ? 2 * n : CSV_LINES_AT_ONCE;
    }
}

/* Returns how much of the chunk was parsed: an incomplete line is left over if there is more input
 * and room for it. */
static size_t parse_chunk(struct reader *r, const char *chunk, size_t size, bool more)
{
    size_t at = 0;

    while (at < size && r->status == CT_OK) {
        if (r->handler->lines != NULL && r->n_cols > 0 && r->n_blank == 0 && !r->in_row) {
            at += offer_lines(r, chunk + at, size - at);
            if (more && size - at < LINE_MOST && memchr(chunk + at, '\n', size - at) == NULL &&
                memchr(chunk + at, '\r', size - at) == NULL)
                return at;
            if (at == size)
                break;
        }
        size_t end = at;
        while (end < size && chunk[end] != '\n' && chunk[end] != '\r')
            end++;
        end += end < size;
        parse_piece(r, chunk + at, end - at);
        /* An LF directly after a CR is always a piece of one byte. */
        r->after_cr = r->after_cr && end - at == 1;
        count_line(r, chunk[end - 1]);
        at = end;
    }
    return at;
}

static void parse_end(struct reader *r)
{
    if (r->status != CT_OK)
        return;
    if (csv_fini(&r->parser, end_field, end_row, r) != 0 && r->status == CT_OK)
        ROW_FAIL(r, "field %zu begins with a quote that is never closed", r->n_fields + 1);
    if (r->status == CT_OK && r->n_cols == 0)
        r->status = ct_fail(r->err, CT_EFORMAT, "%s: the file is empty; expected %s", r->name,
                            r->handler->no_header ? "rows of numbers" : "a header row");
    if (r->status == CT_OK && r->handler->n_blank_rows != NULL)
        *r->handler->n_blank_rows = r->n_blank;
}

/* Makes room for as much again after the left-over part of a line, or for LINES times that. */
static bool make_chunk(struct reader *r, size_t left)
{
    size_t room = r->chunk_room > 0 ? r->chunk_room : CHUNK;

    while (room < 2 * left || (room < LINES * left && room < CHUNK_MOST))
        room *= 2;
    if (room == r->chunk_room)
        return true;
    char *const grown = realloc(r->chunk, room + CSV_READ_AHEAD);
    if (grown == NULL) {
        r->status = ct_fail_nomem(r->err, r->name, room);
        return false;
    }
    r->chunk = grown;
    r->chunk_room = room;
    return true;
}

/* The chunk begins with `left` bytes that have already been read. */
static void parse_all(struct reader *r, int fd, size_t left, const struct progress *progress)
{
    const size_t total = infile_size(fd);
    const size_t step = total / 100;
    size_t done = 0;
    size_t next = step;
    size_t n_hashed = 0; /* bytes of the chunk */
    bool more = true;

    while (more && r->status == CT_OK && make_chunk(r, left)) {
        size_t got;
        r->status = infile_read(fd, r->name, r->chunk + left, r->chunk_room - left, &got, r->err);
        if (r->status != CT_OK)
            return;
        const size_t used = left + got;
        more = used == r->chunk_room;
        memset(r->chunk + used, 0, CSV_READ_AHEAD);
        hash_add(r->hash, r->chunk + n_hashed, used - n_hashed);
        struct csv_start start = { 0 };
        if (done == 0)
            r->status = csv_start_check(r->chunk, used, r->name, &start, r->err);
        if (r->status != CT_OK)
            return;
        r->line += start.has_separator_line;
        r->may_name_rows = r->may_name_rows || start.may_name_rows;
        const size_t skip = start.skip;
        const size_t parsed = skip + parse_chunk(r, r->chunk + skip, used - skip, more);
        left = used - parsed;
        n_hashed = left;
        memmove(r->chunk, r->chunk + parsed, left);
        done += parsed;
        if (r->status == CT_OK && total > 0 && done >= next) {
            next = done + step;
            if (!progress_tick(progress, done < total ? done : total, total))
                r->status = ct_fail(r->err, CT_ECANCELED, "%s: reading was cancelled", r->name);
        }
    }
    parse_end(r);
}

/* Blanks are part of the field: nothing counts as space to the parser. */
static int is_never_space(unsigned char c)
{
    (void)c;
    return 0;
}

enum ct_status csv_read_fd(int fd, const char *name, const void *head, size_t n_head,
                           const struct csv_handler *handler, const struct progress *progress,
                           struct ct_error *err)
{
    struct reader r = {
        .name = name, .handler = handler, .err = err, .line = 1, .row_line = 1, .n_offered = 1
    };

    r.row_number = handler->no_header ? 1 : 0;

    if (n_head >= CHUNK)
        return ct_fail(err, CT_EINVAL, "%s: too much was read ahead", name);
    if (handler->digest != NULL && (r.hash = hash_new()) == NULL)
        return ct_fail_nomem(err, name, 0);
    if (!make_chunk(&r, 0))
        goto done;
    if (csv_init(&r.parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        r.status = ct_fail_nomem(err, name, 0);
        goto done;
    }
    csv_set_space_func(&r.parser, is_never_space);
    csv_set_blk_size(&r.parser, 4096);
    if (n_head > 0)
        memcpy(r.chunk, head, n_head);
    parse_all(&r, fd, n_head, progress);
    csv_free(&r.parser);
done:
    if (handler->digest != NULL)
        hash_end(r.hash, handler->digest);
    free(r.text);
    free(r.fields);
    free(r.blank_lines);
    free(r.chunk);
    return r.status;
}

size_t csv_row_find(const struct csv_row *row, const char *name)
{
    const size_t size = strlen(name);
    size_t i = 0;

    while (i < row->n_fields &&
           (row->fields[i].size != size || memcmp(row->fields[i].text, name, size) != 0))
        i++;
    return i;
}
