#include "config.h"
#include "model/output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/normalise.h"
#include "model/output_state.h"

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
    o->gathered = ct_aligned_array(OUTPUT_ROWS, c->hidden_size * sizeof(float));
    for (size_t k = 0; k < 2; k++) {
        if (c->word_size > 0)
            o->projected[k] =
                ct_aligned_array(OUTPUT_ROWS, linear_stride(c->word_size) * sizeof(float));
        o->logits[k] = ct_aligned_array(OUTPUT_ROWS, linear_stride(OUTPUT_WORDS) * sizeof(float));
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
    const double row = (double)c->hidden_size + 2.0 * (double)linear_stride(OUTPUT_WORDS) +
                       (c->word_size > 0 ? 2.0 * (double)linear_stride(c->word_size) : 0.0);

    return sizeof(float) * (OUTPUT_ROWS * row + (double)n_threads * (double)linear_scratch(false));
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

enum ct_status output_normalise(const struct output *o, float *x, size_t n, struct ct_error *err)
{
    const size_t width = o->config->hidden_size;

    if (o->config->has_no_final_norm)
        return CT_OK;
    float *const gain = ct_malloc_array(2 * width, sizeof *gain);
    if (gain == NULL)
        return ct_fail_nomem(err, "norm", 2 * width * sizeof *gain);
    norm_read(o->config, &o->weights->final_norm, width, gain, gain + width);
    for (size_t i = 0; i < n; i++)
        norm_apply(o->config, gain, gain + width, x + i * width, width, x + i * width);
    free(gain);
    return CT_OK;
}

/* ---- logits ---- */

static void apply(struct output *o, const struct linear *linear, const struct output_rows *x,
                  float *y)
{
    const struct linear_job job = { .linear = linear,
                                    .x = x->x,
                                    .ld_x = x->ld,
                                    .n_rows = x->n,
                                    .y = y,
                                    .ld_y = linear_stride(linear->n_out) };

    linear_apply(&job, o->scratch, o->crew);
}

struct output_rows output_project(struct output *o, const float *x, size_t n,
                                  enum output_buffer buffer)
{
    const struct model_config *const c = o->config;
    struct output_rows rows = { x, c->hidden_size, n };

    if (c->word_size > 0) {
        apply(o, &o->weights->output_projection, &rows, o->projected[buffer]);
        rows = (struct output_rows){ o->projected[buffer], linear_stride(c->word_size), n };
    }
    return rows;
}

void output_find_linear(struct output *o, const struct linear *words, const struct output_rows *x,
                        enum output_buffer buffer)
{
    apply(o, words, x, o->logits[buffer]);
}

void output_find_logits(struct output *o, const struct linear *words, const struct output_rows *x,
                        enum output_buffer buffer)
{
    const float cap = (float)o->config->logit_cap;
    float *const y = o->logits[buffer];

    output_find_linear(o, words, x, buffer);
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
    for (size_t first = 0; first < n_words; first += OUTPUT_WORDS) {
        const size_t n_here = size_min(OUTPUT_WORDS, n_words - first);
        struct linear some;
        const enum ct_status st = gather_words(o, words + first, n_here, &some, err);
        if (st != CT_OK)
            return st;
        for (size_t i = 0; i < n; i += OUTPUT_ROWS) {
            const struct output_rows rows =
                output_project(o, x + i * o->config->hidden_size, size_min(OUTPUT_ROWS, n - i),
                               OUTPUT_OWN);
            output_find_logits(o, &some, &rows, OUTPUT_OWN);
            for (size_t k = 0; k < rows.n; k++)
                memcpy(logits + (i + k) * n_words + first,
                       o->logits[OUTPUT_OWN] + k * linear_stride(n_here), n_here * sizeof *logits);
        }
        free((void *)(uintptr_t)some.weight.data);
    }
    return CT_OK;
}
