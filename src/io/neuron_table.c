#include "config.h"
#include "io/neuron_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/cell.h"
#include "io/infile.h"

struct columns { /* n_cols if the table has none */
    size_t hook;
    size_t neuron;
    size_t significant;
    size_t label;
};

static enum ct_status find_columns(const struct csv_table *t, const char *name, struct columns *c,
                                   struct ct_error *err)
{
    c->hook = csv_table_find(t, "hook");
    c->neuron = csv_table_find(t, "neuron");
    c->significant = csv_table_find(t, "significant");
    c->label = csv_table_find(t, "dbscan");
    if (c->label == t->n_cols)
        c->label = csv_table_find(t, "kmeans");
    if (c->hook < t->n_cols && c->neuron < t->n_cols)
        return CT_OK;
    return csv_fail(
        err, name, 0, t->lines[0],
        "no columns `hook` and `neuron`; expected a table such as ttest.csv or clusters.csv");
}

/* -1 (noise) or a label from 0. */
static bool parse_label(const struct csv_field *field, int32_t *label)
{
    size_t n;

    if (cell_is(field, "-1")) {
        *label = -1;
        return true;
    }
    if (!cell_size(field, &n) || n > INT32_MAX)
        return false;
    *label = (int32_t)n;
    return true;
}

static enum ct_status cell_fail(const struct csv_table *t, const char *name, size_t row, size_t col,
                                const char *want, struct ct_error *err)
{
    return csv_fail(err, name, row, t->lines[row], "column %s: `%.40s`; expected %s",
                    csv_table_field(t, 0, col).text, csv_table_field(t, row, col).text, want);
}

static enum ct_status take_row(struct neuron_table *out, const char *name, const struct columns *c,
                               size_t row, struct ct_error *err)
{
    const struct csv_table *const t = &out->table;

    if (c->significant < t->n_cols) {
        const struct csv_field field = csv_table_field(t, row, c->significant);
        if (cell_is(&field, "0"))
            return CT_OK;
        if (!cell_is(&field, "1"))
            return cell_fail(t, name, row, c->significant, "0 or 1", err);
    }
    const struct csv_field neuron = csv_table_field(t, row, c->neuron);
    if (!cell_size(&neuron, &out->neurons[out->n]))
        return cell_fail(t, name, row, c->neuron, "an integer of 0 or more", err);
    if (out->labels != NULL) {
        const struct csv_field label = csv_table_field(t, row, c->label);
        if (!parse_label(&label, &out->labels[out->n]))
            return cell_fail(t, name, row, c->label, "a label from 0, or -1", err);
    }
    out->hooks[out->n] = csv_table_field(t, row, c->hook).text;
    out->rows[out->n++] = row;
    return CT_OK;
}

static enum ct_status take_table(struct neuron_table *out, const char *name, struct ct_error *err)
{
    const struct csv_table *const t = &out->table;
    struct columns c;
    enum ct_status st = find_columns(t, name, &c, err);

    if (st != CT_OK)
        return st;
    out->hooks = ct_malloc_array(t->n_rows, sizeof *out->hooks);
    out->neurons = ct_malloc_array(t->n_rows, sizeof *out->neurons);
    out->rows = ct_malloc_array(t->n_rows, sizeof *out->rows);
    if (c.label < t->n_cols)
        out->labels = ct_malloc_array(t->n_rows, sizeof *out->labels);
    if (out->hooks == NULL || out->neurons == NULL || out->rows == NULL ||
        (c.label < t->n_cols && out->labels == NULL))
        return ct_fail_nomem(err, name, 0);
    for (size_t row = 1; st == CT_OK && row <= t->n_rows; row++)
        st = take_row(out, name, &c, row, err);
    return st;
}

enum ct_status neuron_table_read(const char *path, struct neuron_table *out, struct ct_error *err)
{
    struct neuron_table t = { 0 };
    const struct csv_table_options options = { .trims_header = true, .takes_row_names = true };
    enum ct_status st = csv_table_read_as(path, &options, &t.table, err);

    if (st == CT_OK)
        st = take_table(&t, infile_name(path), err);
    if (st != CT_OK) {
        neuron_table_clear(&t);
        return st;
    }
    *out = t;
    return CT_OK;
}

void neuron_table_clear(struct neuron_table *t)
{
    csv_table_clear(&t->table);
    free(t->hooks);
    free(t->neurons);
    free(t->rows);
    free(t->labels);
    *t = (struct neuron_table){ 0 };
}
