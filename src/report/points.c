#include "config.h"
#include "report/points.h"

#include "io/csv_writer.h"
#include "io/infile.h"

enum ct_status points_read(const char *path, enum header header, const char *column,
                           struct plane *p, struct ct_error *err)
{
    const enum ct_status status = plane_read(path, header, p, err);

    if (status == CT_OK && csv_table_find(&p->table, column) < p->table.n_cols)
        return csv_fail(err, infile_name(path), 0, p->table.lines[0],
                        "the column `%s` already exists; remove it", column);
    return status;
}

static void put_point(struct csv_writer *w, const struct plane *p, size_t i)
{
    for (size_t j = 0; j < 2; j++)
        if (p->dtype == DTYPE_F32)
            csv_put_f32(w, (float)mat_row(&p->xy, i)[j]);
        else
            csv_put_f64(w, mat_row(&p->xy, i)[j]);
}

static void put_fields(struct csv_writer *w, const struct csv_table *t, size_t row)
{
    for (size_t j = 0; j < t->n_cols; j++) {
        const struct csv_field field = csv_table_field(t, row, j);
        csv_put_bytes(w, field.text, field.size);
    }
}

enum ct_status points_write(const struct plane *p, const char *column, const int32_t *labels,
                            const char *path, struct ct_error *err)
{
    const bool has_table = p->table.n_cols > 0;
    struct outfile *file = NULL;
    const enum ct_status status = outfile_open(path, &file, err);

    if (status != CT_OK)
        return status;
    struct csv_writer w = { .file = file };
    if (has_table) {
        put_fields(&w, &p->table, 0);
    } else {
        csv_put_text(&w, "x");
        csv_put_text(&w, "y");
    }
    csv_put_text(&w, column);
    csv_end_row(&w);
    for (size_t i = 0; i < p->xy.rows && !outfile_failed(file); i++) {
        if (has_table)
            put_fields(&w, &p->table, i + 1);
        else
            put_point(&w, p, i);
        csv_put_int(&w, labels[i]);
        csv_end_row(&w);
    }
    return outfile_commit(file, err);
}
