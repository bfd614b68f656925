#include "config.h"
#include "io/csv_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/grow.h"
#include "io/infile.h"
#include "io/number.h"

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

static enum ct_status append(struct builder *b, const struct csv_field *fields, size_t n_fields,
                             size_t line, struct ct_error *err)
{
    struct csv_table *const t = &b->table;
    size_t n_bytes = 0;

    for (size_t i = 0; i < n_fields; i++)
        n_bytes += fields[i].size + 1;
    if (!make_room(b, n_fields, n_bytes))
        return ct_fail_nomem(err, b->name, 0);
    t->n_cols = n_fields;
    t->lines[b->n_lines] = line;
    for (size_t i = 0; i < n_fields; i++) {
        t->starts[b->n_lines * t->n_cols + i] = b->text_used;
        memcpy(t->text + b->text_used, fields[i].text, fields[i].size);
        b->text_used += fields[i].size + 1;
        t->text[b->text_used - 1] = '\0';
    }
    b->n_lines++;
    t->starts[b->n_lines * t->n_cols] = b->text_used;
    return CT_OK;
}

struct number_text {
    char text[NUMBER_SIZE];
};

/* In place of a header: 0, 1, 2 ... */
static enum ct_status append_numbers(struct builder *b, size_t n_fields, size_t line,
                                     struct ct_error *err)
{
    struct csv_field *const fields = ct_calloc_array(n_fields, sizeof *fields);
    struct number_text *const texts = ct_calloc_array(n_fields, sizeof *texts);
    enum ct_status status = CT_OK;

    if (fields == NULL || texts == NULL)
        status = ct_fail_nomem(err, b->name, 0);
    for (size_t i = 0; status == CT_OK && i < n_fields; i++)
        fields[i] = (struct csv_field){ texts[i].text, number_format_size(texts[i].text, i) };
    if (status == CT_OK)
        status = append(b, fields, n_fields, line, err);
    free(fields);
    free(texts);
    return status;
}

/* Inserts an empty name before those of the header, the only row so far. */
static enum ct_status name_rows(struct builder *b, struct ct_error *err)
{
    struct csv_table *const t = &b->table;

    if (!make_room(b, t->n_cols + 1, 1))
        return ct_fail_nomem(err, b->name, 0);
    memmove(t->text + 1, t->text, b->text_used);
    t->text[0] = '\0';
    b->text_used++;
    t->n_cols++;
    for (size_t i = t->n_cols; i > 0; i--)
        t->starts[i] = t->starts[i - 1] + 1;
    t->starts[0] = 0;
    t->has_row_names = true;
    return CT_OK;
}

static enum ct_status add_row(void *context, const struct csv_row *row, struct ct_error *err)
{
    struct builder *const b = context;
    enum ct_status status = CT_OK;

    if (b->n_lines == 0 && row->number > 0)
        status = append_numbers(b, row->n_fields, row->line, err);
    else if (b->n_lines == 1 && row->n_fields > b->table.n_cols)
        status = name_rows(b, err);
    return status == CT_OK ? append(b, row->fields, row->n_fields, row->line, err) : status;
}

enum ct_status csv_table_read(const char *path, struct csv_table *out, struct ct_error *err)
{
    return csv_table_read_as(path, &(struct csv_table_options){ 0 }, out, err);
}

enum ct_status csv_table_read_as(const char *path, const struct csv_table_options *options,
                                 struct csv_table *out, struct ct_error *err)
{
    int fd = -1;
    enum ct_status st = infile_open(path, &fd, err);

    if (st != CT_OK)
        return st;
    st = csv_table_read_fd(fd, infile_name(path), NULL, 0, options, out, err);
    infile_close(fd);
    return st;
}

enum ct_status csv_table_read_fd(int fd, const char *name, const void *head, size_t n_head,
                                 const struct csv_table_options *options, struct csv_table *out,
                                 struct ct_error *err)
{
    struct builder b = { .name = name };
    const struct csv_handler handler = { .row = add_row,
                                         .context = &b,
                                         .digest = &b.table.digest,
                                         .no_header = options->no_header,
                                         .trims_header = options->trims_header,
                                         .takes_row_names = options->takes_row_names,
                                         .n_blank_rows = options->n_blank_rows };
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
