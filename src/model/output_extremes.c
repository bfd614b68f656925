#include "config.h"
#include "model/output.h"

#include "base/mem.h"
#include "model/output_state.h"

/* The words with the largest and the smallest logits. */

struct strip { /* some words of the vocabulary for some rows */
    struct output *o;
    size_t n_rows;
    size_t first, n_words;
    struct word_extremes *extremes; /* [n_rows]; the mean is still a sum */
};

/* Puts a word where its value belongs: sign 1 descending, -1 ascending. */
static void insert(uint32_t *words, float *values, size_t n, float sign, uint32_t word, float value)
{
    size_t at = n < OUTPUT_TOP ? n : OUTPUT_TOP - 1;

    for (; at > 0 && sign * values[at - 1] < sign * value; at--) {
        words[at] = words[at - 1];
        values[at] = values[at - 1];
    }
    words[at] = word;
    values[at] = value;
}

static void add_row(const struct strip *s, size_t i)
{
    struct word_extremes *const e = &s->extremes[i];
    const float *const x = s->o->logits[OUTPUT_OWN] + i * linear_stride(s->n_words);

    for (size_t j = 0; j < s->n_words; j++) {
        const uint32_t word = (uint32_t)(s->first + j);
        e->mean += (double)x[j];
        if (e->n < OUTPUT_TOP || x[j] > e->high[OUTPUT_TOP - 1])
            insert(e->highest, e->high, e->n, 1.0F, word, x[j]);
        if (e->n < OUTPUT_TOP || x[j] < e->low[OUTPUT_TOP - 1])
            insert(e->lowest, e->low, e->n, -1.0F, word, x[j]);
        e->n += e->n < OUTPUT_TOP ? 1 : 0;
    }
}

static void add_rows(void *context, size_t block)
{
    const struct strip *const s = context;
    const size_t begin = block * OUTPUT_ROWS_PER_BLOCK;

    for (size_t i = begin; i < size_min(begin + OUTPUT_ROWS_PER_BLOCK, s->n_rows); i++)
        add_row(s, i);
}

static void find_strip(struct strip *s, const struct output_rows *rows, enum output_part part)
{
    const struct linear *const whole = &s->o->weights->output;
    struct linear some = linear_part(whole, s->first, s->n_words);

    if (part == OUTPUT_LINEAR) {
        some.bias = (struct tensor){ .data = NULL };
        output_find_linear(s->o, &some, rows, OUTPUT_OWN);
    } else {
        output_find_logits(s->o, &some, rows, OUTPUT_OWN);
    }
    crew_run(s->o->crew, (s->n_rows + OUTPUT_ROWS_PER_BLOCK - 1) / OUTPUT_ROWS_PER_BLOCK, add_rows,
             s);
}

enum ct_status output_extremes(struct output *o, const float *x, size_t n, enum output_part part,
                               const struct progress *progress, struct word_extremes *extremes,
                               struct ct_error *err)
{
    const size_t n_words = o->weights->output.n_out;

    for (size_t row = 0; row < n; row += OUTPUT_ROWS) {
        struct strip s = { .o = o,
                           .n_rows = size_min(OUTPUT_ROWS, n - row),
                           .extremes = extremes + row };
        const struct output_rows rows =
            output_project(o, x + row * o->config->hidden_size, s.n_rows, OUTPUT_OWN);
        for (size_t i = 0; i < s.n_rows; i++)
            s.extremes[i] = (struct word_extremes){ .n = 0 };
        for (s.first = 0; s.first < n_words; s.first += OUTPUT_WORDS) {
            s.n_words = size_min(OUTPUT_WORDS, n_words - s.first);
            find_strip(&s, &rows, part);
            if (!progress_tick(progress, row * n_words + s.n_rows * s.first, n * n_words))
                return ct_fail(err, CT_ECANCELED, "logits: stopped");
        }
        for (size_t i = 0; i < s.n_rows; i++)
            s.extremes[i].mean /= (double)n_words;
    }
    return CT_OK;
}
