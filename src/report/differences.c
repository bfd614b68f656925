#include "config.h"
#include "report/differences.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/csv.h"
#include "io/csv_table.h"
#include "io/npy.h"
#include "io/number.h"

/* ---- a table or an array as cells ---- */

struct sheet { /* zero-initialise; free with sheet_close() */
    bool is_table;
    struct csv_table table;
    struct npy npy;
    size_t rows; /* without the header */
    size_t cols;
};

struct shown {
    char text[60];
};

static enum ct_status sheet_open(const char *path, bool is_table, struct sheet *s,
                                 struct ct_error *err)
{
    const enum ct_status status =
        is_table ? csv_table_read(path, &s->table, err) : npy_open(path, &s->npy, err);

    if (status != CT_OK)
        return status;
    s->is_table = is_table;
    s->rows = is_table ? s->table.n_rows : s->npy.view.rows;
    s->cols = is_table ? s->table.n_cols : s->npy.view.cols;
    return CT_OK;
}

static void sheet_close(struct sheet *s)
{
    csv_table_clear(&s->table);
    npy_close(&s->npy);
}

static struct csv_field sheet_field(const struct sheet *s, size_t row, size_t col)
{
    return csv_table_field(&s->table, row + 1, col);
}

static bool sheet_number(const struct sheet *s, size_t row, size_t col, double *value)
{
    if (s->is_table) {
        const struct csv_field field = sheet_field(s, row, col);
        return number_parse(field.text, field.size, value);
    }
    *value = matview_get(&s->npy.view, row, col);
    return true;
}

static struct shown show_field(struct csv_field field)
{
    struct shown s = { "" };

    text_visible(s.text, sizeof s.text, field.text, field.size);
    return s;
}

static struct shown show_cell(const struct sheet *s, size_t row, size_t col)
{
    struct shown shown = { "" };

    if (s->is_table)
        return show_field(sheet_field(s, row, col));
    if (s->npy.view.dtype == DTYPE_F32)
        number_format_f32(shown.text, (float)matview_get(&s->npy.view, row, col));
    else
        number_format_f64(shown.text, matview_get(&s->npy.view, row, col));
    return shown;
}

static struct shown show_column(const struct sheet *s, size_t col)
{
    struct shown shown;

    if (s->is_table)
        return show_field(csv_table_field(&s->table, 0, col));
    snprintf(shown.text, sizeof shown.text, "column %zu", col);
    return shown;
}

/* Table rows are counted from 1 and followed by their neuron's name, array rows from 0. */
static void report_row(const struct sheet *s, size_t row, FILE *out)
{
    if (!s->is_table) {
        fprintf(out, "row %zu", row);
        return;
    }
    fprintf(out, "row %zu", row + 1);
    if (strcmp(csv_table_field(&s->table, 0, 0).text, "hook") == 0 && s->cols > 1)
        fprintf(out, " (%s:%s)", show_cell(s, row, 0).text, show_cell(s, row, 1).text);
    else if (strcmp(csv_table_field(&s->table, 0, 0).text, "id") == 0)
        fprintf(out, " (%s)", show_cell(s, row, 0).text);
}

/* ---- comparing ---- */

/* The distance between two cells: 0 for equal values, infinite where one is not a number. */
static double distance(const struct sheet *then, const struct sheet *now, size_t row, size_t col)
{
    double a;
    double b;

    if (sheet_number(then, row, col, &a) && sheet_number(now, row, col, &b)) {
        if (a == b || (isnan(a) && isnan(b)))
            return 0.0;
        return isnan(a - b) ? INFINITY : fabs(b - a);
    }
    return then->is_table &&
                   strcmp(sheet_field(then, row, col).text, sheet_field(now, row, col).text) == 0
               ? 0.0
               : INFINITY;
}

enum { MAX_ROWS = 8, MAX_COLUMNS = 12 };

struct column {
    size_t col;
    size_t n;              /* rows that differ */
    size_t rows[MAX_ROWS]; /* the first of them */
    size_t worst;          /* the one of these that differs most */
    double most;           /* by how much */
};

static struct column compare_column(const struct sheet *then, const struct sheet *now, size_t col)
{
    struct column c = { .col = col };

    for (size_t row = 0; row < then->rows; row++) {
        const double d = distance(then, now, row, col);
        if (d == 0.0)
            continue;
        if (c.n < MAX_ROWS)
            c.rows[c.n] = row;
        if (c.n++ == 0 || d > c.most) {
            c.most = d;
            c.worst = row;
        }
    }
    return c;
}

/* `3 of 9 rows (2, 5, 9), most in ` */
static void report_rows(const struct sheet *s, const struct column *c, FILE *out)
{
    fprintf(out, "%zu of %zu rows", c->n, s->rows);
    for (size_t i = 0; c->n > 1 && c->n < s->rows && i < c->n && i < MAX_ROWS; i++)
        fprintf(out, "%s%zu", i > 0 ? ", " : " (", c->rows[i] + s->is_table);
    if (c->n > 1 && c->n < s->rows)
        fputs(c->n > MAX_ROWS ? ", ...)" : ")", out);
    fputs(c->n > 1 ? ", most in " : ", ", out);
}

static void report_column(const struct sheet *then, const struct sheet *now, const struct column *c,
                          FILE *out)
{
    double a;
    double b;

    fprintf(out, "  %s: ", show_column(then, c->col).text);
    report_rows(then, c, out);
    report_row(then, c->worst, out);
    fprintf(out, ": %s before, %s now", show_cell(then, c->worst, c->col).text,
            show_cell(now, c->worst, c->col).text);
    if (sheet_number(then, c->worst, c->col, &a) && sheet_number(now, c->worst, c->col, &b) &&
        isfinite(b - a))
        fprintf(out, ", %+.3g", b - a);
    fputc('\n', out);
}

static bool same_columns(const struct sheet *then, const struct sheet *now)
{
    if (then->cols != now->cols)
        return false;
    for (size_t col = 0; then->is_table && col < then->cols; col++)
        if (strcmp(csv_table_field(&then->table, 0, col).text,
                   csv_table_field(&now->table, 0, col).text) != 0)
            return false;
    return true;
}

/* Sorts the largest difference first. */
static int compare_most(const void *left, const void *right)
{
    const struct column *const a = left;
    const struct column *const b = right;

    if (a->most != b->most)
        return a->most > b->most ? -1 : 1;
    return (a->col > b->col) - (a->col < b->col);
}

/* Reports the columns [n] with differences: a few in their order, of many those that differ
 * most. */
static void report_columns(const struct sheet *then, const struct sheet *now,
                           struct column *columns, size_t n, FILE *out)
{
    double most = 0.0;
    size_t n_cells = 0;

    for (size_t k = 0; k < n; k++) {
        n_cells += columns[k].n;
        most = fmax(most, columns[k].most);
    }
    fprintf(out, "%zu of %zu numbers differ", n_cells, then->rows * then->cols);
    if (isfinite(most))
        fprintf(out, ", by %.3g at most", most);
    fputc('\n', out);
    if (n > MAX_COLUMNS)
        qsort(columns, n, sizeof *columns, compare_most);
    for (size_t k = 0; k < n && k < MAX_COLUMNS; k++)
        report_column(then, now, &columns[k], out);
    if (n > MAX_COLUMNS)
        fprintf(out, "  and smaller differences in %zu more columns\n", n - MAX_COLUMNS);
}

static enum ct_status report_cells(const struct sheet *then, const struct sheet *now, FILE *out,
                                   struct ct_error *err)
{
    struct column *const columns = ct_malloc_array(then->cols, sizeof *columns);
    size_t n = 0;

    if (columns == NULL)
        return ct_fail_nomem(err, "differences", 0);
    for (size_t col = 0; col < then->cols; col++) {
        const struct column c = compare_column(then, now, col);
        if (c.n > 0)
            columns[n++] = c;
    }
    if (n == 0)
        fputs("the same numbers, in different bytes\n", out);
    else
        report_columns(then, now, columns, n, out);
    free(columns);
    return CT_OK;
}

static enum ct_status report_sheets(const char *then_path, const char *now_path, bool is_table,
                                    FILE *out, struct ct_error *err)
{
    struct sheet then = { 0 };
    struct sheet now = { 0 };
    enum ct_status status = sheet_open(then_path, is_table, &then, err);

    if (status == CT_OK)
        status = sheet_open(now_path, is_table, &now, err);
    if (status == CT_OK && then.rows != now.rows)
        fprintf(out, "%zu rows before, %zu now\n", then.rows, now.rows);
    else if (status == CT_OK && !same_columns(&then, &now))
        fprintf(out, "%zu columns before, %zu now, with other names or in another order\n",
                then.cols, now.cols);
    else if (status == CT_OK)
        status = report_cells(&then, &now, out, err);
    sheet_close(&then);
    sheet_close(&now);
    return status;
}

static enum ct_status report_bytes(const char *then_path, const char *now_path, FILE *out,
                                   struct ct_error *err)
{
    FILE *const then = fopen(then_path, "rb");
    FILE *const now = fopen(now_path, "rb");
    enum ct_status status = CT_OK;
    size_t at = 0;
    int a = 0;
    int b = 0;

    if (then == NULL || now == NULL)
        status = ct_fail_errno(err, "%s", then == NULL ? then_path : now_path);
    while (status == CT_OK && a == b && a != EOF) {
        a = getc(then);
        b = getc(now);
        at++;
    }
    if (status == CT_OK)
        fprintf(out, "differs from byte %zu on\n", at);
    if (then != NULL)
        fclose(then);
    if (now != NULL)
        fclose(now);
    return status;
}

enum ct_status differences_report(const char *file, const char *then, const char *now, FILE *out,
                                  struct ct_error *err)
{
    if (text_ends_with(file, ".csv") || text_ends_with(file, ".npy"))
        return report_sheets(then, now, text_ends_with(file, ".csv"), out, err);
    return report_bytes(then, now, out, err);
}
