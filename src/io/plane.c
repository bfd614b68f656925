#include "config.h"
#include "io/plane.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "io/cell.h"
#include "io/infile.h"
#include "io/npy.h"
#include "io/number.h"

static bool is_named(const struct csv_table *t, size_t col, const char *name)
{
    const struct csv_field field = csv_table_field(t, 0, col);

    return cell_is(&field, name);
}

/* Finds the columns of x and y. */
static enum ct_status find_columns(const struct csv_table *t, const char *name, size_t cols[2],
                                   struct ct_error *err)
{
    const size_t first = t->has_row_names ? 1 : 0;

    cols[0] = csv_table_find(t, "x");
    cols[1] = csv_table_find(t, "y");
    if (cols[0] < t->n_cols && cols[1] < t->n_cols)
        return CT_OK;
    if (t->n_cols > first + 2 && is_named(t, first, "0") && is_named(t, first + 1, "1")) {
        cols[0] = first; /* by a step that read them without a header */
        cols[1] = first + 1;
        return CT_OK;
    }
    if (t->n_cols != first + 2)
        return csv_fail(err, name, 0, t->lines[0],
                        "no columns `x` and `y`; expected points in the plane, as written by tsne");
    cols[0] = first;
    cols[1] = first + 1;
    return CT_OK;
}

static enum ct_status read_number(const struct csv_table *t, const char *name, size_t row,
                                  size_t col, double *value, struct ct_error *err)
{
    const struct csv_field field = csv_table_field(t, row, col);

    if (cell_number(&field, value) && isfinite(*value))
        return CT_OK;
    if (cell_is_missing(&field))
        return csv_fail(err, name, row, t->lines[row],
                        "column %.80s is missing (`%.40s`); remove the row",
                        csv_table_field(t, 0, col).text, field.text);
    return csv_fail(err, name, row, t->lines[row], "column %.80s: `%.40s` is not a finite number",
                    csv_table_field(t, 0, col).text, field.text);
}

/* The header as a row. */
static enum ct_status check_header(const struct csv_table *t, const char *name, enum header header,
                                   struct table_remarks *remarks, struct ct_error *err)
{
    struct csv_field *const fields = ct_calloc_array(t->n_cols, sizeof *fields);
    enum ct_status st = fields != NULL ? CT_OK : ct_fail_nomem(err, name, 0);
    const size_t first = t->has_row_names ? 1 : 0;
    const struct csv_row row = { .fields = fields,
                                 .n_fields = t->n_cols - first,
                                 .line = t->lines[0] };

    for (size_t col = first; st == CT_OK && col < t->n_cols; col++)
        fields[col - first] = csv_table_field(t, 0, col);
    if (st == CT_OK)
        st = table_head_check(&row, header, name, remarks, err);
    free(fields);
    return st;
}

static enum ct_status take_table(struct plane *p, const char *name, struct ct_error *err)
{
    const struct csv_table *const t = &p->table;
    bool all_f32 = true;
    size_t cols[2];
    enum ct_status st = find_columns(t, name, cols, err);

    if (st == CT_OK)
        st = mat_init(&p->xy, t->n_rows, 2, name, err);
    for (size_t i = 0; st == CT_OK && i < 2 * t->n_rows; i++) {
        st = read_number(t, name, i / 2 + 1, cols[i % 2], &p->xy.data[i], err);
        all_f32 = all_f32 && number_is_f32_text(p->xy.data[i]);
    }
    p->dtype = all_f32 ? DTYPE_F32 : DTYPE_F64;
    for (size_t i = 0; st == CT_OK && all_f32 && i < 2 * t->n_rows; i++)
        p->xy.data[i] = (double)(float)p->xy.data[i];
    return st;
}

static enum ct_status take_npy(struct plane *p, const struct npy *n, const char *name,
                               struct ct_error *err)
{
    const struct matview *const v = &n->view;

    if (v->cols != 2)
        return ct_fail(err, CT_EFORMAT, "%s: of shape [%zu, %zu]; expected points, [n, 2]", name,
                       v->rows, v->cols);
    const enum ct_status st = mat_init(&p->xy, v->rows, 2, name, err);
    p->dtype = v->dtype;
    for (size_t i = 0; st == CT_OK && i < v->rows; i++) {
        double *const point = mat_row(&p->xy, i);
        matview_read(v, i, 0, 2, point);
        if (!isfinite(point[0]) || !isfinite(point[1]))
            return ct_fail(err, CT_EFORMAT, "%s: row %zu (from 0) is not finite", name, i);
    }
    return st == CT_OK ? npy_check(n, name, err) : st;
}

static enum ct_status read_table(int fd, const char *name, const void *head, size_t n_head,
                                 enum header header, struct plane *p, struct ct_error *err)
{
    struct csv_table *const t = &p->table;
    const struct csv_table_options options = { .no_header = header == HEADER_NO,
                                               .trims_header = true,
                                               .takes_row_names = true,
                                               .n_blank_rows = &p->remarks.n_blank_rows };
    enum ct_status st = csv_table_read_fd(fd, name, head, n_head, &options, t, err);

    p->remarks.has_row_names = t->has_row_names;
    if (st == CT_OK && header != HEADER_NO)
        st = check_header(t, name, header, &p->remarks, err);
    return st == CT_OK ? take_table(p, name, err) : st;
}

static enum ct_status read_any(int fd, const char *name, enum header header, struct plane *p,
                               struct ct_error *err)
{
    struct npy n = { 0 };
    char head[8];
    size_t n_head;
    enum ct_status st = infile_read(fd, name, head, sizeof head, &n_head, err);

    if (st != CT_OK)
        return st;
    if (!npy_is_magic(head, n_head))
        return read_table(fd, name, head, n_head, header, p, err);
    st = npy_open_fd(fd, name, head, n_head, &n, err);
    if (st == CT_OK)
        st = take_npy(p, &n, name, err);
    npy_close(&n);
    return st;
}

enum ct_status plane_read(const char *path, enum header header, struct plane *out,
                          struct ct_error *err)
{
    struct plane p = { 0 };
    int fd = -1;
    enum ct_status st = infile_open(path, &fd, err);

    if (st == CT_OK)
        st = read_any(fd, infile_name(path), header, &p, err);
    infile_close(fd);
    if (st != CT_OK) {
        plane_clear(&p);
        return st;
    }
    *out = p;
    return CT_OK;
}

void plane_clear(struct plane *p)
{
    mat_clear(&p->xy);
    csv_table_clear(&p->table);
    *p = (struct plane){ 0 };
}
