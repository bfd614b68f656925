#include "config.h"
#include "model/output.h"

#include <math.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "model/ops/exp_f32.h"
#include "model/output_state.h"

/* Distributions over the next token. */

struct tally { /* of the words so far: sums relative to exp(largest) */
    float largest;
    double total;
    double difference; /* of p (log p - log q), apart from their totals */
};

struct strip { /* some words of the vocabulary for some rows */
    struct output *o;
    const struct output_question *question;
    struct prediction *predictions; /* of all rows, from this row on: */
    size_t row;
    size_t n_rows;
    size_t first, n_words;
    struct tally *own, *reference; /* [OUTPUT_ROWS] */
};

CT_KERNEL
static float largest_of(const float *x, size_t n, float largest)
{
    for (size_t j = 0; j < n; j++)
        largest = x[j] > largest ? x[j] : largest;
    return largest;
}

CT_KERNEL
static float total_of(const float *x, size_t n, float largest)
{
    float sum = 0.0F;

#pragma omp simd reduction(+ : sum)
    for (size_t j = 0; j < n; j++)
        sum += exp_f32(x[j] - largest);
    return sum;
}

CT_KERNEL
static float difference_of(const float *p, const float *q, size_t n, float largest)
{
    float sum = 0.0F;

#pragma omp simd reduction(+ : sum)
    for (size_t j = 0; j < n; j++)
        sum += exp_f32(p[j] - largest) * (p[j] - q[j]);
    return sum;
}

/* q NULL: without a difference. */
static void add_words(struct tally *t, const float *x, const float *q, size_t n)
{
    const float largest = largest_of(x, n, t->largest);
    const double shrink = exp((double)t->largest - (double)largest);

    t->total = t->total * shrink + (double)total_of(x, n, largest);
    if (q != NULL)
        t->difference = t->difference * shrink + (double)difference_of(x, q, n, largest);
    t->largest = largest;
}

static void insert(struct prediction *p, uint32_t word, float logit)
{
    size_t at = p->n_likeliest < OUTPUT_TOP ? p->n_likeliest++ : OUTPUT_TOP - 1;

    for (; at > 0 && p->logits[at - 1] < logit; at--) {
        p->likeliest[at] = p->likeliest[at - 1];
        p->logits[at] = p->logits[at - 1];
    }
    p->likeliest[at] = word;
    p->logits[at] = logit;
}

static void tally_row(const struct strip *s, size_t i)
{
    struct prediction *const p = &s->predictions[s->row + i];
    const size_t ld = linear_stride(s->n_words);
    const float *const x = s->o->logits[OUTPUT_OWN] + i * ld;
    const uint32_t *const tokens = s->question->tokens;

    add_words(&s->own[i], x, NULL, s->n_words);
    if (s->question->reference != NULL)
        add_words(&s->reference[i], s->o->logits[OUTPUT_REFERENCE] + i * ld, x, s->n_words);
    for (size_t j = 0; j < s->n_words; j++)
        if (p->n_likeliest < OUTPUT_TOP || x[j] > p->logits[OUTPUT_TOP - 1])
            insert(p, (uint32_t)(s->first + j), x[j]);
    if (tokens != NULL && tokens[s->row + i] >= s->first &&
        tokens[s->row + i] < s->first + s->n_words)
        p->loss = -(double)x[tokens[s->row + i] - s->first];
}

static void tally_rows(void *context, size_t block)
{
    const struct strip *const s = context;

    for (size_t i = block * OUTPUT_ROWS_PER_BLOCK;
         i < size_min((block + 1) * OUTPUT_ROWS_PER_BLOCK, s->n_rows); i++)
        tally_row(s, i);
}

static void finish_row(const struct strip *s, size_t i)
{
    struct prediction *const p = &s->predictions[s->row + i];
    const struct tally *const r = &s->reference[i];

    p->log_total = log(s->own[i].total) + (double)s->own[i].largest;
    p->loss += p->log_total;
    p->divergence = NAN;
    if (s->question->reference != NULL)
        p->divergence =
            fmax(r->difference / r->total - (log(r->total) + (double)r->largest - p->log_total),
                 0.0); /* rounding */
}

static struct output_rows gather_references(struct output *o, const struct output_question *q,
                                            size_t row, size_t n)
{
    const size_t width = o->config->hidden_size;

    for (size_t i = 0; i < n; i++)
        memcpy(o->gathered + i * width, q->references + q->reference[row + i] * width,
               width * sizeof *o->gathered);
    return output_project(o, o->gathered, n, OUTPUT_REFERENCE);
}

static bool predict_rows(struct strip *s, const struct progress *progress)
{
    struct output *const o = s->o;
    const struct linear *const whole = &o->weights->output;
    const struct output_question *const q = s->question;
    struct output_rows own =
        output_project(o, q->x + s->row * o->config->hidden_size, s->n_rows, OUTPUT_OWN);
    struct output_rows reference = { 0 };
    bool goes_on = true;

    if (q->reference != NULL)
        reference = gather_references(o, q, s->row, s->n_rows);
    for (s->first = 0; s->first < whole->n_out && goes_on; s->first += OUTPUT_WORDS) {
        s->n_words = size_min(OUTPUT_WORDS, whole->n_out - s->first);
        const struct linear some = linear_part(whole, s->first, s->n_words);
        output_find_logits(o, &some, &own, OUTPUT_OWN);
        if (q->reference != NULL)
            output_find_logits(o, &some, &reference, OUTPUT_REFERENCE);
        crew_run(o->crew, (s->n_rows + OUTPUT_ROWS_PER_BLOCK - 1) / OUTPUT_ROWS_PER_BLOCK,
                 tally_rows, s);
        goes_on = progress_tick(progress, s->row * whole->n_out + s->n_rows * s->first,
                                q->n * whole->n_out);
    }
    for (size_t i = 0; i < s->n_rows; i++)
        finish_row(s, i);
    return goes_on;
}

enum ct_status output_predict(struct output *o, const struct output_question *question,
                              const struct progress *progress, struct prediction *predictions,
                              struct ct_error *err)
{
    struct tally own[OUTPUT_ROWS];
    struct tally reference[OUTPUT_ROWS];
    struct strip s = {
        .o = o, .question = question, .predictions = predictions, .own = own, .reference = reference
    };

    for (s.row = 0; s.row < question->n; s.row += OUTPUT_ROWS) {
        s.n_rows = size_min(OUTPUT_ROWS, question->n - s.row);
        for (size_t i = 0; i < s.n_rows; i++) {
            own[i] = reference[i] = (struct tally){ .largest = -INFINITY };
            predictions[s.row + i] = (struct prediction){ .loss = NAN };
        }
        if (!predict_rows(&s, progress))
            return ct_fail(err, CT_ECANCELED, "logits: stopped");
    }
    return CT_OK;
}
