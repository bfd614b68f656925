#include "config.h"
#include "io/csv_start.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "io/cell.h"
#include "io/foreign.h"

struct line {
    const char *text;
    size_t size;
};

/* The line that begins at text[at], without its end. */
static struct line line_at(const char *text, size_t size, size_t at)
{
    size_t end = at;

    while (end < size && text[end] != '\n' && text[end] != '\r')
        end++;
    return (struct line){ text + at, end - at };
}

/* The next line that is not empty, at or after text[at]. */
static struct line next_line(const char *text, size_t size, size_t at)
{
    while (at < size && (text[at] == '\n' || text[at] == '\r'))
        at++;
    return line_at(text, size, at);
}

static bool contains(const struct line *line, char c)
{
    return line->size > 0 && memchr(line->text, c, line->size) != NULL;
}

static enum ct_status fail_separator(const char *name, const char *separators, const char *how,
                                     struct ct_error *err)
{
    return ct_fail(err, CT_EFORMAT,
                   "%s: the header (line 1): its columns are separated by %s; save it with "
                   "commas%s",
                   name, separators, how);
}

/* Whether the line is numbers and quoted names with blanks between them, two at least. */
static bool is_blank_separated(const struct line *line)
{
    size_t n_fields = 0, n_numbers = 0;
    size_t at = 0;

    while (at < line->size) {
        const size_t begin = at;
        double value;
        while (at < line->size && line->text[at] != ' ')
            at++;
        char copy[64] = "";
        const struct csv_field field = { copy, at - begin };
        if (field.size >= sizeof copy)
            return false;
        memcpy(copy, line->text + begin, field.size);
        if (field.size > 0) {
            n_fields++;
            if (cell_number(&field, &value))
                n_numbers++;
            else if (copy[0] != '"' || copy[field.size - 1] != '"')
                return false;
        }
        at++;
    }
    return n_fields > 1 && n_numbers > 0;
}

static enum ct_status check_separator(const char *text, size_t size, const char *name,
                                      struct ct_error *err)
{
    const struct line first = next_line(text, size, 0);
    const struct line second = next_line(text, size, (size_t)(first.text + first.size - text));
    const struct line *const row = second.size > 0 ? &second : &first;

    if (contains(&first, ','))
        return CT_OK;
    if (contains(&first, ';') && contains(row, ';'))
        return fail_separator(name, "semicolons", "", err);
    if (contains(&first, '\t') && contains(row, '\t'))
        return fail_separator(name, "tabs", "", err);
    if (is_blank_separated(row))
        return fail_separator(name, "blanks", " (numpy: delimiter=','; R: sep=',')", err);
    return CT_OK;
}

static bool begins_with(const struct line *line, const char *start)
{
    return line->size >= strlen(start) && memcmp(line->text, start, strlen(start)) == 0;
}

/* R quotes all names or none; rows without names of their own are counted from 1. */
static bool may_name_rows(const char *text, size_t size)
{
    const struct line header = next_line(text, size, 0);
    const struct line first = next_line(text, size, (size_t)(header.text + header.size - text));
    const struct line second = next_line(text, size, (size_t)(first.text + first.size - text));

    if (begins_with(&header, "\"") && begins_with(&first, "\""))
        return second.size == 0 || begins_with(&second, "\"");
    return begins_with(&first, "1,") && (second.size == 0 || begins_with(&second, "2,"));
}

enum ct_status csv_start_check(const char *text, size_t size, const char *name,
                               struct csv_start *out, struct ct_error *err)
{
    const size_t mark = text_mark_size(text, size);
    const struct line first = line_at(text, size, mark);
    const enum ct_status status = foreign_check(text, size, name, err);
    size_t at = mark;

    if (status != CT_OK)
        return status;
    if (first.size == 5 && memcmp(first.text, "sep=", 4) == 0) {
        if (first.text[4] != ',')
            return fail_separator(name,
                                  first.text[4] == ';'    ? "semicolons"
                                  : first.text[4] == '\t' ? "tabs"
                                                          : "another character",
                                  "", err);
        at += first.size;
        at += at < size && text[at] == '\r';
        at += at < size && text[at] == '\n';
    }
    *out = (struct csv_start){ at, at > mark, may_name_rows(text + at, size - at) };
    return check_separator(text + at, size - at, name, err);
}
