#include "config.h"
#include "io/stimuli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/infile.h"

enum { GROUP, TARGET, TEXT, N_COLUMNS };
static const char *const column_names[N_COLUMNS] = { "group", "target", "text" };

/* The actual header, for a message. */
static void header_text(const struct csv_table *t, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t col = 0; col < t->n_cols && used + 1 < size; col++) {
        const int n = snprintf(out + used, size - used, "%s%s", col > 0 ? "," : "",
                               csv_table_field(t, 0, col).text);
        used += n > 0 ? (size_t)n : 0;
    }
    if (used >= size)
        memcpy(out + size - 4, "...", 4);
}

/* The separator that a header uses instead of commas: ';', a tab, or 0. */
static char other_separator(const char *header)
{
    if (strchr(header, ',') != NULL)
        return 0;
    return strchr(header, ';') != NULL ? ';' : strchr(header, '\t') != NULL ? '\t' : 0;
}

static enum ct_status fail_separator(const char *name, char separator, struct ct_error *err)
{
    return ct_fail(err, CT_EFORMAT,
                   "%s: the header (line 1): its columns are separated by %s; save it with commas",
                   name, separator == ';' ? "semicolons" : "tabs");
}

static enum ct_status find_columns(const struct csv_table *t, const char *name,
                                   size_t columns[N_COLUMNS], struct ct_error *err)
{
    for (size_t i = 0; i < N_COLUMNS; i++) {
        columns[i] = csv_table_find(t, column_names[i]);
        if (columns[i] == t->n_cols) {
            char found[200];
            header_text(t, found, sizeof found);
            if (other_separator(found) != 0)
                return fail_separator(name, other_separator(found), err);
            return csv_fail(err, name, 0, t->lines[0],
                            "no column `%s`; the header should be group,target,text, it is %s",
                            column_names[i], found);
        }
        for (size_t col = columns[i] + 1; col < t->n_cols; col++)
            if (strcmp(csv_table_field(t, 0, col).text, column_names[i]) == 0)
                return csv_fail(err, name, 0, t->lines[0], "two columns `%s`; rename one",
                                column_names[i]);
    }
    return CT_OK;
}

static enum ct_status read_row(struct stimuli *s, size_t row, const size_t columns[N_COLUMNS],
                               struct ct_error *err)
{
    const struct csv_table *const t = &s->table;
    struct csv_field fields[N_COLUMNS];

    for (size_t i = 0; i < N_COLUMNS; i++) {
        fields[i] = csv_table_field(t, row, columns[i]);
        if (fields[i].size == 0)
            return csv_fail(err, s->name, row, t->lines[row], "%s is empty; fill it in",
                            column_names[i]);
    }
    s->rows[row - 1] = (struct stimulus){
        .group = fields[GROUP].text,
        .target = fields[TARGET].text,
        .text = fields[TEXT].text,
        .group_size = fields[GROUP].size,
        .target_size = fields[TARGET].size,
        .text_size = fields[TEXT].size,
        .row = row,
        .line = t->lines[row],
    };
    return labels_add(&s->groups, fields[GROUP].text, fields[GROUP].size, err);
}

static enum ct_status read_rows(struct stimuli *s, struct ct_error *err)
{
    size_t columns[N_COLUMNS] = { 0 };
    enum ct_status st = find_columns(&s->table, s->name, columns, err);

    if (st != CT_OK)
        return st;
    s->n = s->table.n_rows;
    if (s->n == 0)
        return ct_fail(err, CT_EFORMAT, "%s: no sentences below the header; add some", s->name);
    s->rows = ct_calloc_array(s->n, sizeof *s->rows);
    if (s->rows == NULL)
        return ct_fail_nomem(err, s->name, sizeof *s->rows * (unsigned long long)s->n);
    for (size_t row = 1; row <= s->n && st == CT_OK; row++)
        st = read_row(s, row, columns, err);
    return st;
}

enum ct_status stimuli_read(const char *path, struct stimuli *out, struct ct_error *err)
{
    const char *const name = infile_name(path);
    struct stimuli s = { .name = ct_strndup(name, strlen(name)) };
    enum ct_status st;

    if (s.name == NULL)
        return ct_fail_nomem(err, name, 0);
    st = csv_table_read(path, &s.table, err);
    if (st == CT_OK)
        st = read_rows(&s, err);
    if (st == CT_OK)
        *out = s;
    else
        stimuli_clear(&s);
    return st;
}

void stimuli_clear(struct stimuli *s)
{
    free(s->name);
    free(s->rows);
    labels_clear(&s->groups);
    csv_table_clear(&s->table);
    *s = (struct stimuli){ 0 };
}
