#include "config.h"
#include "model/direct_path.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/normalise.h"
#include "model/weights.h"

struct path_norm {
    const struct norm *norm;
    size_t first;    /* column of its input among the inputs of the path, */
    size_t n_inputs; /* that many, whose sum it is; 0: its input is no hook point */
};

struct finder { /* what a path is made of */
    const struct model_config *config;
    const struct weights *weights;
    struct hook_point *points; /* [n_points] of the model */
    size_t n_points;
    struct direct_path *path;
};

/* ---- norms ---- */

static const struct hook_point *find_point(const struct finder *f, enum site_place place,
                                           size_t layer)
{
    for (size_t i = 0; i < f->n_points; i++)
        if (f->points[i].place == place &&
            (!f->points[i].is_in_block || f->points[i].layer == layer))
            return &f->points[i];
    return NULL;
}

/* Its input is the sum of the points; NULL: not a hook point. */
static void add_norm(struct finder *f, const struct norm *norm, const struct hook_point *a,
                     const struct hook_point *b, size_t n)
{
    struct direct_path *const path = f->path;
    const struct hook_point *const points[] = { a, b };
    struct path_norm *const out = &path->norms[path->n_norms++];

    *out = (struct path_norm){ .norm = norm, .first = path->width };
    for (size_t i = 0; i < n; i++) {
        if (points[i] == NULL) {
            path->has_scale = false;
            continue;
        }
        path->inputs[path->n_inputs++] = *points[i];
        path->width += points[i]->width;
        out->n_inputs++;
    }
}

/* Of models with norms after the addition. */
static void add_attention_norm(struct finder *f, size_t layer)
{
    add_norm(f, &f->weights->blocks[layer].attention_norm,
             layer > 0 ? find_point(f, PLACE_BLOCK, layer - 1) : NULL,
             find_point(f, PLACE_ATTENTION, layer), 2);
}

static void add_mlp_norm(struct finder *f, size_t layer)
{
    add_norm(f, &f->weights->blocks[layer].mlp_norm, find_point(f, PLACE_ATTENTION_NORM, layer),
             find_point(f, PLACE_MLP, layer), 2);
}

/* Those from a block on, and the last one. */
static void add_later(struct finder *f, size_t layer)
{
    for (; f->config->residual == RESIDUAL_POST && layer < f->config->n_layers; layer++) {
        add_attention_norm(f, layer);
        add_mlp_norm(f, layer);
    }
    if (!f->config->has_no_final_norm)
        add_norm(f, &f->weights->final_norm, find_point(f, PLACE_BLOCK, f->config->n_layers - 1),
                 NULL, 1);
}

static void add_after_attention(struct finder *f, size_t layer)
{
    if (f->config->residual == RESIDUAL_SANDWICH)
        add_norm(f, &f->weights->blocks[layer].attention_post_norm,
                 find_point(f, PLACE_ATTENTION, layer), NULL, 1);
    if (f->config->residual == RESIDUAL_POST) {
        add_attention_norm(f, layer);
        add_mlp_norm(f, layer);
    }
    add_later(f, layer + 1);
}

static void add_after_mlp(struct finder *f, size_t layer)
{
    if (f->config->residual == RESIDUAL_SANDWICH)
        add_norm(f, &f->weights->blocks[layer].mlp_post_norm, find_point(f, PLACE_MLP, layer), NULL,
                 1);
    if (f->config->residual == RESIDUAL_POST)
        add_mlp_norm(f, layer);
    add_later(f, layer + 1);
}

/* False: the neurons do not add anything by themselves. */
static bool add_norms(struct finder *f, const struct hook_point *hook)
{
    switch (hook->place) {
    case PLACE_MIX:
    case PLACE_ATTENTION:
        add_after_attention(f, hook->layer);
        return true;
    case PLACE_MLP_PRE:
    case PLACE_MLP_GATE:
    case PLACE_MLP_UP:
    case PLACE_MLP_POST:
    case PLACE_MLP:
        add_after_mlp(f, hook->layer);
        return true;
    case PLACE_ATTENTION_POST:
    case PLACE_MLP_POST_NORM:
    case PLACE_BLOCK:
        add_later(f, hook->layer + 1);
        return true;
    case PLACE_TOKEN_EMBEDDING:
        f->path->write.layer = f->config->word_size > 0 ? &f->weights->word_projection : NULL;
        if (f->config->embedding_scale > 0.0 && !f->config->embedding_scales_itself)
            f->path->factor = (double)(float)f->config->embedding_scale;
        add_later(f, 0);
        return true;
    case PLACE_POSITION_EMBEDDING:
        add_later(f, 0);
        return true;
    case PLACE_FINAL_NORM:
        return true;
    case PLACE_ATTENTION_NORM:
    case PLACE_QKV:
    case PLACE_Q:
    case PLACE_K:
    case PLACE_V:
    case PLACE_Q_NORM:
    case PLACE_K_NORM:
    case PLACE_MLP_NORM:
    case PLACE_GATE_UP:
    case PLACE_LOGITS:
        break;
    }
    return false;
}

enum ct_status direct_path_find(const struct model *model, const struct hook_point *hook,
                                struct direct_path *out, bool *is_known, struct ct_error *err)
{
    struct finder f = { .config = model_config(model),
                        .weights = model_weights(model),
                        .path = out };
    const size_t most = 2 * f.config->n_layers + 2; /* norms */
    bool is_write_known = false;

    *is_known = false;
    *out = (struct direct_path){ .model = model, .factor = 1.0, .has_scale = true };
    enum ct_status st = hooks_list(f.config, &f.points, &f.n_points, err);
    if (st == CT_OK)
        st = neuron_write_find(model, hook, &out->write, &is_write_known, err);
    out->norms = ct_calloc_array(most, sizeof *out->norms);
    out->inputs = ct_calloc_array(most, 2 * sizeof *out->inputs);
    if (st == CT_OK && (out->norms == NULL || out->inputs == NULL))
        st = ct_fail_nomem(err, "norms", most * sizeof *out->inputs);
    if (st == CT_OK)
        *is_known = add_norms(&f, hook);
    if (!*is_known)
        direct_path_clear(out);
    free(f.points);
    return st;
}

void direct_path_clear(struct direct_path *path)
{
    free(path->norms);
    free(path->inputs);
    *path = (struct direct_path){ 0 };
}

/* ---- directions ---- */

/* What each neuron adds before any norm: rows [n, hidden_size], zero. */
static void read_rows(const struct direct_path *path, const uint32_t *neurons, size_t n,
                      size_t width, double *rows)
{
    const struct linear *const layer = path->write.layer;
    float x;

    for (size_t k = 0; k < n; k++) {
        double *const row = rows + k * width;
        for (size_t i = 0; layer != NULL && i < width; i++) {
            if (layer->layout == LINEAR_IN_OUT)
                tensor_read(&layer->weight, neurons[k], i, 1, &x);
            else
                tensor_read(&layer->weight, i, neurons[k], 1, &x);
            row[i] = path->factor * (double)x;
        }
        if (layer == NULL)
            row[neurons[k]] = path->factor;
    }
}

/* Centred for LayerNorm, times the gain. */
static void apply_norm(const struct model_config *config, const float *gain, double *row)
{
    const size_t n = config->hidden_size;
    double mean = 0.0;

    for (size_t i = 0; config->norm == NORM_LAYER && i < n; i++)
        mean += row[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        row[i] = (row[i] - mean) * (double)gain[i];
}

enum ct_status direct_path_rows(const struct direct_path *path, const uint32_t *neurons, size_t n,
                                double *rows, struct ct_error *err)
{
    const struct model_config *const c = model_config(path->model);
    const size_t width = c->hidden_size;
    float *const gain = ct_malloc_array(2 * width, sizeof *gain);

    if (gain == NULL)
        return ct_fail_nomem(err, "norms", 2 * width * sizeof *gain);
    memset(rows, 0, n * width * sizeof *rows);
    read_rows(path, neurons, n, width, rows);
    for (size_t m = 0; m < path->n_norms; m++) {
        norm_read(c, path->norms[m].norm, width, gain, gain + width);
        for (size_t k = 0; k < n; k++)
            apply_norm(c, gain, rows + k * width);
    }
    free(gain);
    return CT_OK;
}

/* ---- divisors ---- */

/* Entry i of the input of a norm: the sum of its hook points. */
static double input_at(const struct path_norm *norm, const float *inputs, size_t width, size_t i)
{
    double sum = 0.0;

    for (size_t k = 0; k < norm->n_inputs; k++)
        sum += (double)inputs[norm->first + k * width + i];
    return sum;
}

static double divisor_of(const struct path_norm *norm, const struct model_config *config,
                         const float *inputs)
{
    const size_t n = config->hidden_size;
    double mean = 0.0;
    double squares = 0.0;

    for (size_t i = 0; config->norm == NORM_LAYER && i < n; i++)
        mean += input_at(norm, inputs, n, i) / (double)n;
    for (size_t i = 0; i < n; i++) {
        const double x = input_at(norm, inputs, n, i) - mean;
        squares += x * x;
    }
    return sqrt(squares / (double)n + config->norm_epsilon);
}

double direct_path_scale(const struct direct_path *path, const float *inputs)
{
    double product = 1.0;

    if (!path->has_scale)
        return NAN;
    for (size_t m = 0; m < path->n_norms; m++)
        product *= divisor_of(&path->norms[m], model_config(path->model), inputs);
    return 1.0 / product;
}

/* ---- words ---- */

/* direction [hidden_size] = that of the words, which is before the projection. */
static void project_back(const struct linear *projection, const double *words, double *direction)
{
    float x;

    for (size_t i = 0; i < projection->n_in; i++) {
        direction[i] = 0.0;
        for (size_t k = 0; k < projection->n_out; k++) {
            if (projection->layout == LINEAR_IN_OUT)
                tensor_read(&projection->weight, i, k, 1, &x);
            else
                tensor_read(&projection->weight, k, i, 1, &x);
            direction[i] += (double)x * words[k];
        }
    }
}

enum ct_status direct_path_words(const struct model *model, const uint32_t *words, size_t n_pairs,
                                 double *direction, struct ct_error *err)
{
    const struct weights *const w = model_weights(model);
    const enum ct_status st = model_check_output(model, err);

    if (st != CT_OK)
        return st;
    const size_t width = w->output.n_in;
    float *const row = ct_malloc_array(width, sizeof *row);
    double *const sum = ct_calloc_array(width, sizeof *sum);
    if (row == NULL || sum == NULL) {
        free(row);
        free(sum);
        return ct_fail_nomem(err, "words", width * sizeof *sum);
    }
    for (size_t k = 0; k < 2 * n_pairs; k++) {
        tensor_read(&w->output.weight, words[k], 0, width, row);
        for (size_t i = 0; i < width; i++)
            sum[i] += (k % 2 == 0 ? 1.0 : -1.0) * (double)row[i] / (double)n_pairs;
    }
    if (model_config(model)->word_size > 0)
        project_back(&w->output_projection, sum, direction);
    else
        memcpy(direction, sum, width * sizeof *sum);
    free(row);
    free(sum);
    return CT_OK;
}
