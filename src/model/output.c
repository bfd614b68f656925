#include "config.h"
#include "model/output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/kernel.h"
#include "base/mem.h"
#include "model/ops/exp_f32.h"
#include "model/ops/linear.h"
#include "model/weights.h"

enum { ROWS = 256, WORDS = 1024, ROWS_PER_BLOCK = 8 };

struct output {
    const struct model_config *config;
    const struct weights *weights;
    struct crew *crew;
    float *scratch;      /* of linear layers, for each thread */
    float *projected[2]; /* [ROWS, width of words] of rows and of their references */
    float *gathered;     /* [ROWS, hidden_size] references */
    float *logits[2];    /* [ROWS, WORDS] */
};

enum { OWN, REFERENCE }; /* of pairs of buffers */

static size_t word_width(const struct model_config *c)
{
    return c->word_size > 0 ? c->word_size : c->hidden_size;
}

enum ct_status output_new(const struct model *model, int n_threads, struct output **out,
                          struct ct_error *err)
{
    const struct model_config *const c = model_config(model);
    enum ct_status st = model_check_output(model, err);
    bool is_complete = true;

    if (st != CT_OK)
        return st;
    struct output *const o = calloc(1, sizeof *o);
    if (o == NULL)
        return ct_fail_nomem(err, "output layer", 0);
    o->config = c;
    o->weights = model_weights(model);
    st = crew_new(n_threads, &o->crew, err);
    o->scratch = ct_aligned_array(crew_size(o->crew), linear_scratch(false) * sizeof(float));
    o->gathered = ct_aligned_array(ROWS, c->hidden_size * sizeof(float));
    for (size_t k = 0; k < 2; k++) {
        if (c->word_size > 0)
            o->projected[k] = ct_aligned_array(ROWS, linear_stride(c->word_size) * sizeof(float));
        o->logits[k] = ct_aligned_array(ROWS, linear_stride(WORDS) * sizeof(float));
        is_complete =
            is_complete && o->logits[k] != NULL && (c->word_size == 0 || o->projected[k] != NULL);
    }
    if (st == CT_OK && (!is_complete || o->scratch == NULL || o->gathered == NULL))
        st = ct_fail_nomem(err, "output layer", (size_t)output_memory(model, n_threads));
    if (st == CT_OK)
        *out = o;
    else
        output_free(o);
    return st;
}

void output_free(struct output *o)
{
    if (o == NULL)
        return;
    crew_free(o->crew);
    free(o->scratch);
    free(o->gathered);
    for (size_t k = 0; k < 2; k++) {
        free(o->projected[k]);
        free(o->logits[k]);
    }
    free(o);
}

double output_memory(const struct model *model, int n_threads)
{
    const struct model_config *const c = model_config(model);
    const double row = (double)c->hidden_size + 2.0 * (double)linear_stride(WORDS) +
                       (c->word_size > 0 ? 2.0 * (double)linear_stride(c->word_size) : 0.0);

    return sizeof(float) * (ROWS * row + (double)n_threads * (double)linear_scratch(false));
}

enum ct_status output_input(const struct model_config *c, struct hook_point *out,
                            struct ct_error *err)
{
    const enum site_place place = c->has_no_final_norm ? PLACE_BLOCK : PLACE_FINAL_NORM;
    struct hook_point *points = NULL;
    size_t n = 0;
    const enum ct_status st = hooks_list(c, &points, &n, err);

    if (st != CT_OK)
        return st;
    for (size_t i = 0; i < n; i++)
        if (points[i].place == place) /* the last one */
            *out = points[i];
    free(points);
    return CT_OK;
}

/* ---- logits ---- */

struct rows { /* as the output layer takes them */
    const float *x;
    size_t ld;
    size_t n;
};

static void apply(struct output *o, const struct linear *linear, const struct rows *x, float *y)
{
    const struct linear_job job = { .linear = linear,
                                    .x = x->x,
                                    .ld_x = x->ld,
                                    .n_rows = x->n,
                                    .y = y,
                                    .ld_y = linear_stride(linear->n_out) };

    linear_apply(&job, o->scratch, o->crew);
}

/* x [n, hidden_size], n at most ROWS. */
static struct rows project(struct output *o, const float *x, size_t n, size_t buffer)
{
    const struct model_config *const c = o->config;
    struct rows rows = { x, c->hidden_size, n };

    if (c->word_size > 0) {
        apply(o, &o->weights->output_projection, &rows, o->projected[buffer]);
        rows = (struct rows){ o->projected[buffer], linear_stride(c->word_size), n };
    }
    return rows;
}

/* Of a layer of at most WORDS words, to its buffer, whose rows are linear_stride(n_out) apart. */
static void find_logits(struct output *o, const struct linear *words, const struct rows *x,
                        size_t buffer)
{
    const float cap = (float)o->config->logit_cap;
    float *const y = o->logits[buffer];

    apply(o, words, x, y);
    for (size_t i = 0; i < x->n && cap > 0.0F; i++)
        for (size_t j = 0; j < words->n_out; j++) {
            float *const logit = y + i * linear_stride(words->n_out) + j;
            *logit = cap * tanhf(*logit / cap);
        }
}

/* The rows of some words as a layer of their own; CT_ENOMEM. */
static enum ct_status gather_words(const struct output *o, const uint32_t *words, size_t n,
                                   struct linear *out, struct ct_error *err)
{
    const struct linear *const whole = &o->weights->output;
    const size_t width = word_width(o->config);
    float *const rows = ct_malloc_array(n, (width + 1) * sizeof *rows);

    if (rows == NULL)
        return ct_fail_nomem(err, "words", n * width * sizeof *rows);
    *out = (struct linear){
        .weight = { rows, TENSOR_F32, n, width }, .layout = LINEAR_OUT_IN, .n_in = width, .n_out = n
    };
    for (size_t i = 0; i < n; i++)
        tensor_read(&whole->weight, words[i], 0, width, rows + i * width);
    if (whole->bias.data != NULL) {
        out->bias = (struct tensor){ rows + n * width, TENSOR_F32, 1, n };
        for (size_t i = 0; i < n; i++)
            tensor_read(&whole->bias, 0, words[i], 1, rows + n * width + i);
    }
    return CT_OK;
}

enum ct_status output_words(struct output *o, const float *x, size_t n, const uint32_t *words,
                            size_t n_words, float *logits, struct ct_error *err)
{
    for (size_t first = 0; first < n_words; first += WORDS) {
        const size_t n_here = size_min(WORDS, n_words - first);
        struct linear some;
        const enum ct_status st = gather_words(o, words + first, n_here, &some, err);
        if (st != CT_OK)
            return st;
        for (size_t i = 0; i < n; i += ROWS) {
            const struct rows rows =
                project(o, x + i * o->config->hidden_size, size_min(ROWS, n - i), OWN);
            find_logits(o, &some, &rows, OWN);
            for (size_t k = 0; k < rows.n; k++)
                memcpy(logits + (i + k) * n_words + first,
                       o->logits[OWN] + k * linear_stride(n_here), n_here * sizeof *logits);
        }
        free((void *)(uintptr_t)some.weight.data);
    }
    return CT_OK;
}

/* ---- distributions ---- */

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
    struct tally *own, *reference; /* [ROWS] */
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
    const float *const x = s->o->logits[OWN] + i * ld;
    const uint32_t *const tokens = s->question->tokens;

    add_words(&s->own[i], x, NULL, s->n_words);
    if (s->question->reference != NULL)
        add_words(&s->reference[i], s->o->logits[REFERENCE] + i * ld, x, s->n_words);
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

    for (size_t i = block * ROWS_PER_BLOCK; i < size_min((block + 1) * ROWS_PER_BLOCK, s->n_rows);
         i++)
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

static struct rows gather_references(struct output *o, const struct output_question *q, size_t row,
                                     size_t n)
{
    const size_t width = o->config->hidden_size;

    for (size_t i = 0; i < n; i++)
        memcpy(o->gathered + i * width, q->references + q->reference[row + i] * width,
               width * sizeof *o->gathered);
    return project(o, o->gathered, n, REFERENCE);
}

static bool predict_rows(struct strip *s, const struct progress *progress)
{
    struct output *const o = s->o;
    const struct linear *const whole = &o->weights->output;
    const struct output_question *const q = s->question;
    struct rows own = project(o, q->x + s->row * o->config->hidden_size, s->n_rows, OWN);
    struct rows reference = { 0 };
    bool goes_on = true;

    if (q->reference != NULL)
        reference = gather_references(o, q, s->row, s->n_rows);
    for (s->first = 0; s->first < whole->n_out && goes_on; s->first += WORDS) {
        s->n_words = size_min(WORDS, whole->n_out - s->first);
        const struct linear some = linear_part(whole, s->first, s->n_words);
        find_logits(o, &some, &own, OWN);
        if (q->reference != NULL)
            find_logits(o, &some, &reference, REFERENCE);
        crew_run(o->crew, (s->n_rows + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK, tally_rows, s);
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
    struct tally own[ROWS];
    struct tally reference[ROWS];
    struct strip s = {
        .o = o, .question = question, .predictions = predictions, .own = own, .reference = reference
    };

    for (s.row = 0; s.row < question->n; s.row += ROWS) {
        s.n_rows = size_min(ROWS, question->n - s.row);
        for (size_t i = 0; i < s.n_rows; i++) {
            own[i] = reference[i] = (struct tally){ .largest = -INFINITY };
            predictions[s.row + i] = (struct prediction){ .loss = NAN };
        }
        if (!predict_rows(&s, progress))
            return ct_fail(err, CT_ECANCELED, "logits: stopped");
    }
    return CT_OK;
}
