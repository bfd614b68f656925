#include "config.h"
#include "io/csv_table.h"

#include <stdlib.h>
#include <string.h>

#include "io/grow.h"
#include "io/infile.h"

struct builder {
    struct csv_table table;
    const char *name;
    size_t n_lines; /* rows so far, including the header */
    size_t lines_room;
    size_t starts_room;
    size_t text_used;
    size_t text_room;
};

static bool make_room(struct builder *b, size_t n_fields, size_t n_bytes)
{
    struct csv_table *const t = &b->table;
    size_t *const lines = array_grow(t->lines, &b->lines_room, b->n_lines + 1, sizeof *lines);

    if (lines == NULL)
        return false;
    t->lines = lines;
    size_t *const starts =
        array_grow(t->starts, &b->starts_room, (b->n_lines + 1) * n_fields + 1, sizeof *starts);
    if (starts == NULL)
        return false;
    t->starts = starts;
    char *const text = array_grow(t->text, &b->text_room, b->text_used + n_bytes, 1);
    if (text == NULL)
        return false;
    t->text = text;
    return true;
}

static enum ct_status add_row(void *context, const struct csv_row *row, struct ct_error *err)
{
    struct builder *const b = context;
    struct csv_table *const t = &b->table;
    size_t n_bytes = 0;

    for (size_t i = 0; i < row->n_fields; i++)
        n_bytes += row->fields[i].size + 1;
    if (!make_room(b, row->n_fields, n_bytes))
        return ct_fail_nomem(err, b->name, 0);
    t->n_cols = row->n_fields;
    t->lines[b->n_lines] = row->line;
    for (size_t i = 0; i < row->n_fields; i++) {
        const struct csv_field *const field = &row->fields[i];
        t->starts[b->n_lines * t->n_cols + i] = b->text_used;
        memcpy(t->text + b->text_used, field->text, field->size + 1);
        b->text_used += field->size + 1;
    }
    b->n_lines++;
    t->starts[b->n_lines * t->n_cols] = b->text_used;
    return CT_OK;
}

enum ct_status csv_table_read(const char *path, struct csv_table *out, struct ct_error *err)
{
    int fd = -1;
    enum ct_status st = infile_open(path, &fd, err);

    if (st != CT_OK)
        return st;
    st = csv_table_read_fd(fd, infile_name(path), NULL, 0, out, err);
    infile_close(fd);
    return st;
}

enum ct_status csv_table_read_fd(int fd, const char *name, const void *head, size_t n_head,
                                 struct csv_table *out, struct ct_error *err)
{
    struct builder b = { .name = name };
    const struct csv_handler handler = { .row = add_row, .context = &b, .digest = &b.table.digest };
    const enum ct_status st = csv_read_fd(fd, name, head, n_head, &handler, NULL, err);

    if (st != CT_OK) {
        csv_table_clear(&b.table);
        return st;
    }
    b.table.n_rows = b.n_lines - 1;
    *out = b.table;
    return CT_OK;
}

void csv_table_clear(struct csv_table *t)
{
    free(t->lines);
    free(t->starts);
    free(t->text);
    *t = (struct csv_table){ 0 };
}

struct csv_field csv_table_field(const struct csv_table *t, size_t row, size_t col)
{
    const size_t *const start = t->starts + row * t->n_cols + col;

    return (struct csv_field){ .text = t->text + start[0], .size = start[1] - start[0] - 1 };
}

size_t csv_table_find(const struct csv_table *t, const char *name)
{
    const size_t size = strlen(name);
    size_t col = 0;

    for (; col < t->n_cols; col++) {
        const struct csv_field field = csv_table_field(t, 0, col);
        if (field.size == size && memcmp(field.text, name, size) == 0)
            break;
    }
    return col;
}
