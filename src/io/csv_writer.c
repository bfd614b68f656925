#include "config.h"
#include "io/csv_writer.h"

#include <string.h>

#include "io/number.h"

static bool must_quote(const char *text, size_t size)
{
    if (size == 0)
        return false;
    if (text[0] == ' ' || text[0] == '\t' || text[size - 1] == ' ' || text[size - 1] == '\t')
        return true;
    for (size_t i = 0; i < size; i++)
        if (text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n')
            return true;
    return false;
}

static void begin_field(struct csv_writer *w, bool empty)
{
    if (w->n_fields > 0)
        outfile_write(w->file, ",", 1);
    w->empty = empty && (w->empty || w->n_fields == 0);
    w->n_fields++;
}

static void put_doubling_quotes(struct csv_writer *w, const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        const char *const quote = memchr(text + at, '"', size - at);
        const size_t end = quote != NULL ? (size_t)(quote - text) + 1 : size;
        outfile_write(w->file, text + at, end - at);
        if (quote != NULL)
            outfile_write(w->file, "\"", 1);
        at = end;
    }
}

void csv_put_bytes(struct csv_writer *w, const char *text, size_t size)
{
    begin_field(w, size == 0);
    const bool quoted = must_quote(text, size);
    outfile_write(w->file, "\"", quoted);
    put_doubling_quotes(w, text, size);
    outfile_write(w->file, "\"", quoted);
}

void csv_put_text(struct csv_writer *w, const char *text)
{
    csv_put_bytes(w, text, strlen(text));
}

static void put_number(struct csv_writer *w, const char *text, size_t size)
{
    begin_field(w, false);
    outfile_write(w->file, text, size);
}

void csv_put_f32(struct csv_writer *w, float value)
{
    char text[NUMBER_SIZE];

    put_number(w, text, number_format_f32(text, value));
}

void csv_put_f64(struct csv_writer *w, double value)
{
    char text[NUMBER_SIZE];

    put_number(w, text, number_format_f64(text, value));
}

void csv_put_size(struct csv_writer *w, size_t value)
{
    char text[NUMBER_SIZE];

    put_number(w, text, number_format_size(text, value));
}

void csv_put_int(struct csv_writer *w, long long value)
{
    char text[NUMBER_SIZE];

    put_number(w, text, number_format_int(text, value));
}

void csv_put_id(struct csv_writer *w, const char *hook, size_t neuron)
{
    char digits[NUMBER_SIZE];
    const size_t n = number_format_size(digits, neuron);
    const size_t size = strlen(hook);

    const bool quoted = must_quote(hook, size); /* a file of another program named it */
    begin_field(w, false);
    outfile_write(w->file, "\"", quoted);
    put_doubling_quotes(w, hook, size);
    outfile_write(w->file, ":", 1);
    outfile_write(w->file, digits, n);
    outfile_write(w->file, "\"", quoted);
}

void csv_put_row(struct csv_writer *w, size_t n, const char *const *texts)
{
    for (size_t i = 0; i < n; i++)
        csv_put_text(w, texts[i]);
    csv_end_row(w);
}

void csv_end_row(struct csv_writer *w)
{
    /* A row that is one empty field would look like no row at all. */
    if (w->n_fields == 1 && w->empty)
        outfile_write(w->file, "\"\"", 2);
    outfile_write(w->file, "\n", 1);
    w->n_fields = 0;
    w->empty = false;
}
