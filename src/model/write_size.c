#include "config.h"
#include "model/write_size.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/weights.h"

/* The hook point at another place of the same block. */
static enum ct_status find_beside(const struct model *model, const struct hook_point *hook,
                                  enum site_place place, struct hook_point *out, bool *is_found,
                                  struct ct_error *err)
{
    struct hook_point *points = NULL;
    size_t n = 0;
    const enum ct_status st = hooks_list(model_config(model), &points, &n, err);

    *is_found = false;
    for (size_t i = 0; st == CT_OK && i < n; i++)
        if (points[i].place == place && points[i].layer == hook->layer &&
            points[i].width == hook->width) {
            *out = points[i];
            *is_found = true;
        }
    free(points);
    return st;
}

enum ct_status neuron_write_find(const struct model *model, const struct hook_point *hook,
                                 struct neuron_write *out, bool *is_known, struct ct_error *err)
{
    const struct model_config *const c = model_config(model);
    const struct block_weights *const block =
        hook->is_in_block ? &model_weights(model)->blocks[hook->layer] : NULL;

    *out = (struct neuron_write){ .is_activated = false };
    *is_known = true;
    switch (hook->place) {
    case PLACE_MLP_PRE:
    case PLACE_MLP_GATE:
        out->is_activated = hook->place == PLACE_MLP_PRE;
        out->layer = &block->mlp_out;
        return c->is_gated
                   ? find_beside(model, hook, PLACE_MLP_UP, &out->partner, &out->has_partner, err)
                   : CT_OK;
    case PLACE_MLP_UP:
        out->layer = &block->mlp_out;
        return find_beside(model, hook, PLACE_MLP_GATE, &out->partner, &out->has_partner, err);
    case PLACE_MLP_POST:
        out->layer = &block->mlp_out;
        return CT_OK;
    case PLACE_MIX:
        out->layer = &block->attention_out;
        return CT_OK;
    case PLACE_ATTENTION:
    case PLACE_MLP:
        *is_known = c->residual != RESIDUAL_SANDWICH;
        return CT_OK;
    case PLACE_ATTENTION_POST:
    case PLACE_MLP_POST_NORM:
    case PLACE_BLOCK:
        return CT_OK;
    case PLACE_TOKEN_EMBEDDING:
        *is_known = c->word_size == 0;
        return CT_OK;
    case PLACE_POSITION_EMBEDDING:
        return CT_OK;
    case PLACE_ATTENTION_NORM:
    case PLACE_QKV:
    case PLACE_Q:
    case PLACE_K:
    case PLACE_V:
    case PLACE_Q_NORM:
    case PLACE_K_NORM:
    case PLACE_MLP_NORM:
    case PLACE_GATE_UP:
    case PLACE_FINAL_NORM:
    case PLACE_LOGITS:
        break;
    }
    *is_known = false;
    return CT_OK;
}

void neuron_write_activate(const struct model *model, const struct neuron_write *write,
                           float *values, size_t n)
{
    if (write->is_activated)
        activation_apply(model_config(model)->activation, values, n);
}

enum ct_status neuron_write_norms(const struct neuron_write *write, double *norms,
                                  struct ct_error *err)
{
    const struct linear *const layer = write->layer;
    const struct tensor *const w = &layer->weight;
    float *const row = ct_malloc_array(w->cols, sizeof *row);

    if (row == NULL)
        return ct_fail_nomem(err, "norms", w->cols * sizeof *row);
    for (size_t j = 0; j < layer->n_in; j++)
        norms[j] = 0.0;
    for (size_t i = 0; i < w->rows; i++) {
        tensor_read(w, i, 0, w->cols, row);
        for (size_t j = 0; j < w->cols; j++)
            norms[layer->layout == LINEAR_IN_OUT ? i : j] += (double)row[j] * (double)row[j];
    }
    for (size_t j = 0; j < layer->n_in; j++)
        norms[j] = sqrt(norms[j]);
    free(row);
    return CT_OK;
}
