#include "config.h"
#include "io/activations.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/mem.h"
#include "io/activations_tensors.h"
#include "io/cell.h"
#include "io/csv.h"
#include "io/grow.h"
#include "io/infile.h"
#include "io/neuron_line.h"
#include "io/number.h"

struct reader {
    struct activations a;
    const struct activations_options *options;
    bool plain;          /* no column is named HOOK:INDEX */
    size_t sentence_col; /* n_fields if the file does not have it */
    size_t group_col;
    size_t token_col;
    size_t n_fields; /* of a row; 0 before the first */
    bool has_tokens;
    size_t n_neurons;
    size_t *columns; /* [n_neurons], the field of each */
    size_t n;        /* rows so far */
    double *data;    /* [n, n_neurons] */
    size_t room;
    bool all_f32; /* every number so far is the %.9g of a float32 */
    size_t sentences_room;
    size_t tokens_room;
    struct crew *crew; /* NULL until needed */
};

static enum ct_status header_fail(const struct reader *r, const struct csv_row *row,
                                  struct ct_error *err, const char *what, size_t col)
{
    return csv_fail(err, r->a.name, row->number, row->line,
                    "column %zu, `%.80s`, %s; expected sentence, group, token, HOOK:INDEX ...",
                    col + 1, row->fields[col].text, what);
}

/* Parses HOOK:INDEX, where the hook is text[0 .. *hook_size). */
static bool parse_id(const struct csv_field *field, size_t *hook_size, size_t *index)
{
    const char *const colon = strrchr(field->text, ':');

    if (colon == NULL || colon == field->text)
        return false;
    *hook_size = (size_t)(colon - field->text);
    return number_parse_size(colon + 1, strlen(colon + 1), index);
}

static enum ct_status add_column(struct reader *r, size_t col, const char *hook, size_t hook_size,
                                 size_t index, struct ct_error *err)
{
    const enum ct_status st = labels_add(&r->a.hooks, hook, hook_size, err);

    if (st != CT_OK)
        return st;
    r->columns[r->n_neurons] = col;
    r->a.neurons[r->n_neurons] = index;
    r->n_neurons++;
    return CT_OK;
}

static enum ct_status add_neuron(struct reader *r, const struct csv_row *row, size_t col,
                                 struct ct_error *err)
{
    const struct csv_field *const field = &row->fields[col];
    size_t hook_size;
    size_t index;

    if (!parse_id(field, &hook_size, &index))
        return header_fail(r, row, err, "has no meaning", col);
    const enum ct_status st = add_column(r, col, field->text, hook_size, index, err);
    if (st == CT_OK && r->a.hooks.n_names > ACTIVATIONS_MAX_HOOKS)
        return header_fail(r, row, err, "names too many hook points", col);
    return st;
}

/* A column of a plain table of numbers: `name` becomes name:0, a number becomes csv:NUMBER. */
static enum ct_status add_plain(struct reader *r, const struct csv_row *row, size_t col,
                                struct ct_error *err)
{
    const struct csv_field *const field = &row->fields[col];
    size_t index;

    if (field->size == 0 || strncmp(field->text, "Unnamed: ", 9) == 0)
        return csv_fail(err, r->a.name, row->number, row->line,
                        "column %zu has no name, such as a column of row names; omit it "
                        "(pandas: index=False, R: row.names=FALSE)",
                        col + 1);
    if (strcmp(field->text, "sentence") == 0 || strcmp(field->text, "group") == 0 ||
        strcmp(field->text, "token") == 0)
        return header_fail(r, row, err, "appears twice", col);
    if (number_parse_size(field->text, field->size, &index))
        return add_column(r, col, "csv", 3, index, err);
    return add_column(r, col, field->text, field->size, 0, err);
}

struct neuron_key {
    uint32_t hook;
    size_t neuron;
    size_t col;
};

static int compare_keys(const void *left, const void *right)
{
    const struct neuron_key *const a = left;
    const struct neuron_key *const b = right;

    if (a->hook != b->hook)
        return a->hook < b->hook ? -1 : 1;
    return (a->neuron > b->neuron) - (a->neuron < b->neuron);
}

static enum ct_status check_twice(struct reader *r, const struct csv_row *row, struct ct_error *err)
{
    enum ct_status st = CT_OK;
    struct neuron_key *const keys = ct_malloc_array(r->n_neurons, sizeof *keys);

    if (keys == NULL)
        return ct_fail_nomem(err, r->a.name, 0);
    for (size_t j = 0; j < r->n_neurons; j++)
        keys[j] = (struct neuron_key){ r->a.hooks.of[j], r->a.neurons[j], r->columns[j] };
    qsort(keys, r->n_neurons, sizeof *keys, compare_keys);
    for (size_t j = 1; j < r->n_neurons && st == CT_OK; j++)
        if (compare_keys(&keys[j - 1], &keys[j]) == 0)
            st = header_fail(r, row, err, "appears twice", keys[j].col);
    free(keys);
    return st;
}

static enum ct_status check_groups(const struct reader *r, bool there, struct ct_error *err)
{
    if (there && r->options->groups != NULL)
        return ct_fail(err, CT_EINVAL, "%s: already has a column `group`; omit --groups",
                       r->a.name);
    if (!there && r->options->groups == NULL && !r->options->groups_optional)
        return ct_fail(err, CT_EINVAL,
                       "%s: has no column `group`; give --groups FILE with one label per line",
                       r->a.name);
    return CT_OK;
}

static bool is_plain(const struct csv_row *row)
{
    size_t hook_size;
    size_t index;

    for (size_t col = 0; col < row->n_fields; col++)
        if (parse_id(&row->fields[col], &hook_size, &index))
            return false;
    return true;
}

static enum ct_status read_header(struct reader *r, const struct csv_row *row, struct ct_error *err)
{
    size_t *const named[] = { &r->sentence_col, &r->group_col, &r->token_col };
    static const char *const names[] = { "sentence", "group", "token" };
    enum ct_status st;

    st = table_head_check(row, r->options->header, r->a.name, &r->a.remarks, err);
    if (st != CT_OK)
        return st;
    r->plain = is_plain(row);
    r->columns = ct_malloc_array(row->n_fields, sizeof *r->columns);
    r->a.neurons = ct_malloc_array(row->n_fields, sizeof *r->a.neurons);
    if (r->columns == NULL || r->a.neurons == NULL)
        return ct_fail_nomem(err, r->a.name, 0);
    for (size_t i = 0; i < 3; i++)
        *named[i] = csv_row_find(row, names[i]);
    r->n_fields = row->n_fields;
    r->has_tokens = r->token_col < row->n_fields;
    for (size_t col = 0; col < row->n_fields; col++) {
        if (col == r->sentence_col || col == r->group_col || col == r->token_col)
            continue;
        st = r->plain ? add_plain(r, row, col, err) : add_neuron(r, row, col, err);
        if (st != CT_OK)
            return st;
    }
    st = check_groups(r, r->group_col < row->n_fields, err);
    if (st != CT_OK)
        return st;
    if (r->n_neurons == 0)
        return csv_fail(
            err, r->a.name, row->number, row->line,
            "no neurons: expected columns named HOOK:INDEX after sentence, group and token");
    return check_twice(r, row, err);
}

/* Without a header: every column is a neuron, numbered from 0. */
static enum ct_status number_columns(struct reader *r, const struct csv_row *row,
                                     struct ct_error *err)
{
    enum ct_status st = check_groups(r, false, err);

    r->plain = true;
    r->n_fields = r->sentence_col = r->group_col = r->token_col = row->n_fields;
    r->columns = ct_malloc_array(row->n_fields, sizeof *r->columns);
    r->a.neurons = ct_malloc_array(row->n_fields, sizeof *r->a.neurons);
    if (st == CT_OK && (r->columns == NULL || r->a.neurons == NULL))
        st = ct_fail_nomem(err, r->a.name, 0);
    for (size_t col = 0; st == CT_OK && col < row->n_fields; col++)
        st = add_column(r, col, "csv", 3, col, err);
    return st;
}

/* The rows have names, in front of their first column. */
static void shift_columns(struct reader *r)
{
    r->a.remarks.has_row_names = true;
    r->n_fields++;
    r->sentence_col++;
    r->group_col++;
    r->token_col++;
    for (size_t j = 0; j < r->n_neurons; j++)
        r->columns[j]++;
}

static enum ct_status value_fail(const struct reader *r, const struct csv_row *row, size_t j,
                                 struct ct_error *err)
{
    const struct csv_field *const field = &row->fields[r->columns[j]];
    const char *const hook = r->a.hooks.names[r->a.hooks.of[j]];

    return csv_fail(err, r->a.name, row->number, row->line,
                    "column %.80s:%zu: `%.40s` is not a number", hook, r->a.neurons[j],
                    field->text);
}

static enum ct_status read_values(struct reader *r, const struct csv_row *row, struct ct_error *err)
{
    double *const values = r->data + r->n * r->n_neurons;

    for (size_t j = 0; j < r->n_neurons; j++) {
        const struct csv_field *const field = &row->fields[r->columns[j]];
        if (!cell_number(field, &values[j]))
            return value_fail(r, row, j, err);
        r->all_f32 = r->all_f32 && number_is_f32_text(values[j]);
    }
    return CT_OK;
}

/* The whole number in column col, or `otherwise` if there is no such column. */
static enum ct_status read_count(const struct reader *r, const struct csv_row *row, size_t col,
                                 size_t otherwise, size_t *value, struct ct_error *err)
{
    *value = otherwise;
    if (col == row->n_fields)
        return CT_OK;
    const struct csv_field *const field = &row->fields[col];
    if (cell_size(field, value))
        return CT_OK;
    return csv_fail(err, r->a.name, row->number, row->line,
                    "column %zu: `%.40s` is not an integer of 0 or more", col + 1, field->text);
}

static enum ct_status read_group(struct reader *r, const struct csv_row *row, struct ct_error *err)
{
    if (r->group_col == row->n_fields)
        return CT_OK;
    const struct csv_field *const field = &row->fields[r->group_col];
    if (field->size == 0)
        return csv_fail(err, r->a.name, row->number, row->line, "group is empty; fill it in");
    return labels_add(&r->a.groups, field->text, field->size, err);
}

/* For n more rows. */
static bool make_room(struct reader *r, size_t n)
{
    size_t need;

    if (!ct_mul_size(r->n + n, r->n_neurons, &need))
        return false;
    double *const data = array_grow(r->data, &r->room, need, sizeof *data);
    if (data == NULL)
        return false;
    r->data = data;
    size_t *const sentences =
        array_grow(r->a.sentences, &r->sentences_room, r->n + n, sizeof *sentences);
    if (sentences == NULL)
        return false;
    r->a.sentences = sentences;
    size_t *const tokens = array_grow(r->a.tokens, &r->tokens_room, r->n + n, sizeof *tokens);
    if (tokens == NULL)
        return false;
    r->a.tokens = tokens;
    return true;
}

static enum ct_status read_data_row(struct reader *r, const struct csv_row *row,
                                    struct ct_error *err)
{
    enum ct_status st;

    if (row->n_fields > r->n_fields)
        shift_columns(r);
    if (!make_room(r, 1))
        return ct_fail_nomem(err, r->a.name, 0);
    st = read_count(r, row, r->sentence_col, r->n, &r->a.sentences[r->n], err);
    if (st == CT_OK)
        st = read_count(r, row, r->token_col, 0, &r->a.tokens[r->n], err);
    if (st == CT_OK)
        st = read_group(r, row, err);
    if (st == CT_OK)
        st = read_values(r, row, err);
    r->n += st == CT_OK;
    return st;
}

static enum ct_status read_row(void *context, const struct csv_row *row, struct ct_error *err)
{
    struct reader *const r = context;
    enum ct_status st = CT_OK;

    if (row->number == 0)
        return read_header(r, row, err);
    if (r->n_fields == 0)
        st = number_columns(r, row, err);
    return st == CT_OK ? read_data_row(r, row, err) : st;
}

/* ---- rows as lines ---- */

/* Nearly all lines are plain and are parsed in place, on several threads. The others go through
 * read_row(). */
struct lines {
    struct reader *r;
    const struct csv_line *lines;
    struct neuron_line read[CSV_LINES_AT_ONCE];
    bool are_read[CSV_LINES_AT_ONCE];
};

static void read_line(void *context, size_t k)
{
    struct lines *const l = context;
    const struct reader *const r = l->r;
    const struct neuron_columns columns = { .n_fields = r->n_fields,
                                            .has_name = r->a.remarks.has_row_names,
                                            .sentence = r->sentence_col,
                                            .token = r->token_col,
                                            .neurons = r->columns,
                                            .n_neurons = r->n_neurons };

    l->read[k] = (struct neuron_line){ .sentence = r->n + k };
    l->are_read[k] =
        neuron_line_read(&l->lines[k], &columns, r->data + (r->n + k) * r->n_neurons, &l->read[k]);
}

static size_t read_lines(void *context, const struct csv_line *lines, size_t n)
{
    struct reader *const r = context;
    struct lines l = { .r = r, .lines = lines };
    size_t k = 0;

    if (!make_room(r, n))
        return 0;
    if (r->crew == NULL && n > 1 && crew_new(r->options->n_threads, &r->crew, NULL) != CT_OK)
        return 0;
    crew_run(r->crew, n, read_line, &l);
    for (; k < n && l.are_read[k]; k++) {
        const struct neuron_line *const line = &l.read[k];
        if (r->group_col < r->n_fields &&
            labels_add(&r->a.groups, line->group.text, line->group.size, NULL) != CT_OK)
            break;
        r->a.sentences[r->n + k] = line->sentence;
        r->a.tokens[r->n + k] = line->token;
        r->all_f32 = r->all_f32 && line->is_f32;
    }
    r->n += k;
    return k;
}

/* Converts data[0 .. n) to float32 in place; the rest of the array is not used any more. */
static void narrow(double *data, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float value = (float)data[i];
        memcpy((char *)data + i * sizeof value, &value, sizeof value);
    }
}

static enum ct_status finish_csv(struct reader *r, struct ct_error *err)
{
    struct activations *const a = &r->a;

    if (r->n == 0)
        return ct_fail(err, CT_EFORMAT, "%s: no sentences below the header", a->name);
    if (!r->has_tokens) {
        free(a->tokens);
        a->tokens = NULL;
    }
    if (r->all_f32)
        narrow(r->data, r->n * r->n_neurons);
    a->numbers = r->data;
    r->data = NULL;
    a->values = (struct matview){ .data = a->numbers,
                                  .dtype = r->all_f32 ? DTYPE_F32 : DTYPE_F64,
                                  .rows = r->n,
                                  .cols = r->n_neurons,
                                  .stride = r->n_neurons };
    return CT_OK;
}

static enum ct_status read_csv(int fd, const void *head, size_t n_head, struct reader *r,
                               const struct progress *progress, struct ct_error *err)
{
    const struct csv_handler handler = { .row = read_row,
                                         .lines = read_lines,
                                         .context = r,
                                         .no_header = r->options->header == HEADER_NO,
                                         .trims_header = true,
                                         .takes_row_names = true,
                                         .n_blank_rows = &r->a.remarks.n_blank_rows,
                                         .digest = r->options->no_digest ? NULL : &r->a.digest };
    const enum ct_status st = csv_read_fd(fd, r->a.name, head, n_head, &handler, progress, err);

    return st == CT_OK ? finish_csv(r, err) : st;
}

static enum ct_status name_columns(struct activations *a, struct ct_error *err)
{
    const size_t n = a->values.cols;

    a->neurons = ct_malloc_array(n, sizeof *a->neurons);
    a->sentences = ct_malloc_array(a->values.rows, sizeof *a->sentences);
    if (a->neurons == NULL || a->sentences == NULL)
        return ct_fail_nomem(err, a->name, 0);
    for (size_t i = 0; i < a->values.rows; i++)
        a->sentences[i] = i;
    for (size_t j = 0; j < n; j++) {
        const enum ct_status st = labels_add(&a->hooks, "npy", 3, err);
        if (st != CT_OK)
            return st;
        a->neurons[j] = j;
    }
    return CT_OK;
}

static enum ct_status read_npy(int fd, const void *head, size_t n_head, struct reader *r,
                               struct ct_error *err)
{
    struct activations *const a = &r->a;

    if (r->options->groups == NULL && !r->options->groups_optional)
        return ct_fail(err, CT_EINVAL,
                       "%s: an .npy has no groups; give --groups FILE with one label per line",
                       a->name);
    const enum ct_status st = npy_open_fd(fd, a->name, head, n_head, &a->npy, err);
    if (st != CT_OK)
        return st;
    a->values = a->npy.view;
    if (a->npy.n_dims != 2)
        return ct_fail(err, CT_EFORMAT,
                       "%s: one axis of %zu; expected the shape [sentences, neurons]", a->name,
                       a->values.rows);
    if (a->values.rows == 0 || a->values.cols == 0)
        return ct_fail(err, CT_EFORMAT, "%s: empty, of shape [%zu, %zu]", a->name, a->values.rows,
                       a->values.cols);
    return name_columns(a, err);
}

static enum ct_status add_groups(struct activations *a, const char *groups_path,
                                 struct ct_error *err)
{
    const enum ct_status st = labels_read(groups_path, &a->groups, err);

    if (st != CT_OK)
        return st;
    if (a->groups.n != a->values.rows)
        return ct_fail(err, CT_EINVAL,
                       "%s: %zu labels, but %s has %zu sentences; one label per line",
                       infile_name(groups_path), a->groups.n, a->name, a->values.rows);
    return CT_OK;
}

/* All sentences in one group. */
static enum ct_status add_one_group(struct activations *a, struct ct_error *err)
{
    enum ct_status st = CT_OK;

    for (size_t i = 0; st == CT_OK && i < a->values.rows; i++)
        st = labels_add(&a->groups, "all", 3, err);
    return st;
}

static enum ct_status read_tensors(const char *path, struct reader *r, struct ct_error *err)
{
    const enum ct_status st = activations_from_tensors(path, &r->a, err);
    const bool has_groups = r->a.groups.n > 0;

    if (st == CT_OK && has_groups && r->options->groups != NULL)
        return ct_fail(err, CT_EINVAL, "%s: already has `groups` in its metadata; omit --groups",
                       r->a.name);
    if (st == CT_OK && !has_groups && r->options->groups == NULL && !r->options->groups_optional)
        return ct_fail(err, CT_EINVAL,
                       "%s: has no `groups` in its metadata; give --groups FILE with one label per "
                       "line",
                       r->a.name);
    return st;
}

static enum ct_status read_any(int fd, struct reader *r, const struct progress *progress,
                               struct ct_error *err)
{
    char head[8];
    size_t n_head;
    enum ct_status st = infile_read(fd, r->a.name, head, sizeof head, &n_head, err);

    if (st != CT_OK)
        return st;
    return npy_is_magic(head, n_head) ? read_npy(fd, head, n_head, r, err)
                                      : read_csv(fd, head, n_head, r, progress, err);
}

enum ct_status activations_read(const char *path, const struct activations_options *options,
                                const struct progress *progress, struct activations *out,
                                struct ct_error *err)
{
    const char *const name = infile_name(path);
    const char *const groups_path = options->groups;
    struct reader r = { .options = options, .all_f32 = true };
    int fd = -1;
    enum ct_status st;

    if (groups_path != NULL && strcmp(path, "-") == 0 && strcmp(groups_path, "-") == 0)
        return ct_fail(
            err, CT_EINVAL,
            "standard input: cannot be both the activations and the groups; name a file");
    r.a.name = ct_strndup(name, strlen(name));
    if (r.a.name == NULL)
        return ct_fail_nomem(err, name, 0);
    if (activations_are_tensors(path)) {
        st = read_tensors(path, &r, err);
    } else {
        st = infile_open(path, &fd, err);
        if (st == CT_OK)
            st = read_any(fd, &r, progress, err);
    }
    if (st == CT_OK && groups_path != NULL)
        st = add_groups(&r.a, groups_path, err);
    else if (st == CT_OK && r.a.groups.n == 0)
        st = add_one_group(&r.a, err);
    if (st == CT_OK) {
        *out = r.a;
        r.a = (struct activations){ 0 };
    }
    activations_clear(&r.a);
    free(r.columns);
    free(r.data);
    crew_free(r.crew);
    infile_close(fd);
    return st;
}

enum ct_status activations_check(const struct activations *a, struct ct_error *err)
{
    return npy_check(&a->npy, a->name, err);
}

void activations_clear(struct activations *a)
{
    free(a->name);
    free(a->neurons);
    free(a->sentences);
    free(a->tokens);
    labels_clear(&a->groups);
    labels_clear(&a->hooks);
    free(a->numbers);
    npy_close(&a->npy);
    *a = (struct activations){ 0 };
}
