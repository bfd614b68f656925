#include "config.h"
#include "io/csv_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/grow.h"
#include "io/number.h"

struct csv_text {
    char *data;
    size_t used;
    size_t room;
    bool failed; /* out of memory */
};

static void put(struct csv_writer *w, const char *data, size_t size)
{
    struct csv_text *const text = w->text;

    if (text == NULL) {
        outfile_write(w->file, data, size);
        return;
    }
    if (size == 0)
        return;
    if (size > text->room - text->used) {
        char *const grown = array_grow(text->data, &text->room, text->used + size, 1);
        text->failed = text->failed || grown == NULL;
        if (grown == NULL)
            return;
        text->data = grown;
    }
    memcpy(text->data + text->used, data, size);
    text->used += size;
}

/* Untrusted text may contain terminal control sequences. */
static void put_escaped(struct csv_writer *w, const char *data, size_t size)
{
    if (!outfile_is_terminal(w->file)) {
        put(w, data, size);
        return;
    }
    for (size_t at = 0; at < size;) {
        char piece[TEXT_PIECE];
        size_t length;

        at += text_piece_for_terminal(data + at, size - at, piece, &length);
        put(w, piece, length);
    }
}

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
        put(w, ",", 1);
    w->empty = empty && (w->empty || w->n_fields == 0);
    w->n_fields++;
}

static void put_doubling_quotes(struct csv_writer *w, const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        const char *const quote = memchr(text + at, '"', size - at);
        const size_t end = quote != NULL ? (size_t)(quote - text) + 1 : size;
        put_escaped(w, text + at, end - at);
        if (quote != NULL)
            put(w, "\"", 1);
        at = end;
    }
}

void csv_put_bytes(struct csv_writer *w, const char *text, size_t size)
{
    begin_field(w, size == 0);
    const bool quoted = must_quote(text, size);
    put(w, "\"", quoted);
    put_doubling_quotes(w, text, size);
    put(w, "\"", quoted);
}

void csv_put_text(struct csv_writer *w, const char *text)
{
    csv_put_bytes(w, text, strlen(text));
}

static void put_number(struct csv_writer *w, const char *text, size_t size)
{
    begin_field(w, false);
    put(w, text, size);
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

    const bool quoted = must_quote(hook, size); /* it may come from another program's file */
    begin_field(w, false);
    put(w, "\"", quoted);
    put_doubling_quotes(w, hook, size);
    put(w, ":", 1);
    put(w, digits, n);
    put(w, "\"", quoted);
}

void csv_put_row(struct csv_writer *w, size_t n, const char *const *texts)
{
    for (size_t i = 0; i < n; i++)
        csv_put_text(w, texts[i]);
    csv_end_row(w);
}

void csv_end_row(struct csv_writer *w)
{
    /* A row with one empty field would be an empty line, which readers skip. */
    if (w->n_fields == 1 && w->empty)
        put(w, "\"\"", 2);
    put(w, "\n", 1);
    w->n_fields = 0;
    w->empty = false;
}

/* ---- many rows ---- */

enum { BLOCK_BYTES = 1 << 15, BLOCKS_EACH = 4 }; /* of text; blocks at a time per thread */

struct rows {
    const struct csv_writer *writer;
    void (*put)(const void *context, size_t i, struct csv_writer *w);
    const void *context;
    size_t first;  /* row of the first block */
    size_t end;    /* of all rows */
    size_t n_rows; /* of a block */
    struct csv_text *blocks;
};

static void make_block(void *context, size_t b)
{
    const struct rows *const r = context;
    struct csv_writer w = *r->writer;
    const size_t first = r->first + b * r->n_rows;

    w.text = &r->blocks[b];
    w.text->used = 0;
    for (size_t i = first; i < first + r->n_rows && i < r->end && !w.text->failed; i++)
        r->put(r->context, i, &w);
}

static void put_plainly(struct csv_writer *w, const struct rows *r)
{
    for (size_t i = 0; i < r->end && !outfile_failed(w->file); i++)
        r->put(r->context, i, w);
}

static void put_in_blocks(struct csv_writer *w, struct rows *r, size_t n_blocks, struct crew *crew)
{
    while (r->first < r->end && !outfile_failed(w->file)) {
        const size_t left = (r->end - r->first + r->n_rows - 1) / r->n_rows;
        const size_t n = left < n_blocks ? left : n_blocks;
        crew_run(crew, n, make_block, r);
        for (size_t b = 0; b < n; b++) {
            if (r->blocks[b].failed)
                outfile_fail(w->file, ENOMEM);
            outfile_write(w->file, r->blocks[b].data, r->blocks[b].used);
        }
        r->first += n * r->n_rows;
    }
}

void csv_put_rows(struct csv_writer *w, size_t n, size_t n_bytes, int n_threads,
                  void (*put_row)(const void *context, size_t i, struct csv_writer *w),
                  const void *context)
{
    struct rows r = { .writer = w, .put = put_row, .context = context, .end = n };
    const size_t n_blocks = BLOCKS_EACH * (size_t)n_threads;
    struct crew *crew = NULL;

    r.n_rows = n_bytes < BLOCK_BYTES ? BLOCK_BYTES / (n_bytes + 1) + 1 : 1;
    if (n_threads > 1 && n > r.n_rows) {
        r.blocks = ct_calloc_array(n_blocks, sizeof *r.blocks);
        if (r.blocks != NULL && crew_new(n_threads, &crew, NULL) == CT_OK)
            put_in_blocks(w, &r, n_blocks, crew);
    }
    if (crew == NULL)
        put_plainly(w, &r);
    crew_free(crew);
    for (size_t b = 0; r.blocks != NULL && b < n_blocks; b++)
        free(r.blocks[b].data);
    free(r.blocks);
}
