#include "config.h"
#include "model/gpt2_config.h"

#include <math.h>
#include <string.h>

#include "io/json_file.h"

/* Bounds that keep every product of sizes small; no GPT-2 comes near them. */
enum {
    MAX_VOCAB = 1 << 24,
    MAX_POSITIONS = 1 << 20,
    MAX_EMBD = 1 << 16,
    MAX_LAYERS = 10000,
    MAX_INNER = 1 << 20
};

struct reader {
    const char *path;
    const json_t *root;
    struct ct_error *err;
};

/* Leaves *out alone when none of the names (a NULL ends them) is there or all are null. */
static enum ct_status read_size(const struct reader *r, const char *const *names, size_t max,
                                size_t *out)
{
    for (; *names != NULL; names++) {
        const json_t *const value = json_object_get(r->root, *names);
        if (value == NULL || json_is_null(value))
            continue;
        const json_int_t n = json_integer_value(value);
        if (!json_is_integer(value) || n < 1 || (unsigned long long)n > max)
            return ct_fail(r->err, CT_EFORMAT, "%s: %s: not a whole number from 1 to %zu", r->path,
                           *names, max);
        *out = (size_t)n;
        return CT_OK;
    }
    return CT_OK;
}

static enum ct_status read_bool(const struct reader *r, const char *name, bool *out)
{
    const json_t *const value = json_object_get(r->root, name);

    if (value == NULL || json_is_null(value))
        return CT_OK;
    if (!json_is_boolean(value))
        return ct_fail(r->err, CT_EFORMAT, "%s: %s: not true or false", r->path, name);
    *out = json_is_true(value);
    return CT_OK;
}

static enum ct_status read_sizes(const struct reader *r, struct gpt2_config *c)
{
    size_t n_inner = 0;
    const struct {
        const char *names[4];
        size_t max;
        size_t *out;
    } sizes[] = {
        { { "vocab_size" }, MAX_VOCAB, &c->vocab_size },
        { { "n_positions", "max_position_embeddings", "n_ctx" }, MAX_POSITIONS, &c->n_positions },
        { { "n_embd", "hidden_size" }, MAX_EMBD, &c->n_embd },
        { { "n_layer", "num_hidden_layers" }, MAX_LAYERS, &c->n_layer },
        { { "n_head", "num_attention_heads" }, MAX_EMBD, &c->n_head },
        { { "n_inner" }, MAX_INNER, &n_inner },
    };

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const enum ct_status st = read_size(r, sizes[i].names, sizes[i].max, sizes[i].out);
        if (st != CT_OK)
            return st;
    }
    c->n_inner = n_inner > 0 ? n_inner : 4 * c->n_embd;
    if (c->n_embd % c->n_head != 0)
        return ct_fail(r->err, CT_EFORMAT, "%s: n_embd %zu is not divisible by n_head %zu", r->path,
                       c->n_embd, c->n_head);
    return CT_OK;
}

static enum ct_status read_activation(const struct reader *r, struct gpt2_config *c)
{
    const json_t *const value = json_object_get(r->root, "activation_function");

    if (value == NULL || json_is_null(value))
        return CT_OK;
    const char *const name = json_string_value(value);
    if (name == NULL)
        return ct_fail(r->err, CT_EFORMAT, "%s: activation_function: not a name", r->path);
    if (activation_by_name(name, &c->activation_function))
        return CT_OK;
    return ct_fail(r->err, CT_ENOTSUP,
                   "%s: activation_function: '%s' is not supported; known are gelu_new, gelu, relu",
                   r->path, name);
}

static enum ct_status read_epsilon(const struct reader *r, struct gpt2_config *c)
{
    const json_t *const value = json_object_get(r->root, "layer_norm_epsilon");

    if (value == NULL || json_is_null(value))
        return CT_OK;
    const double epsilon = json_number_value(value);
    if (!json_is_number(value) || !(epsilon >= 0.0) || !(epsilon < 1.0))
        return ct_fail(r->err, CT_EFORMAT, "%s: layer_norm_epsilon: not a number from 0 to 1",
                       r->path);
    c->layer_norm_epsilon = epsilon;
    return CT_OK;
}

static enum ct_status read_architecture(const struct reader *r)
{
    const json_t *const type = json_object_get(r->root, "model_type");
    bool cross_attention = false;

    if (type != NULL && !json_is_null(type)) {
        const char *const name = json_string_value(type);
        if (name == NULL || strcmp(name, "gpt2") != 0)
            return ct_fail(r->err, CT_ENOTSUP, "%s: model_type: '%s' is not supported, only gpt2",
                           r->path, name != NULL ? name : "(not a name)");
    }
    const enum ct_status st = read_bool(r, "add_cross_attention", &cross_attention);
    if (st == CT_OK && cross_attention)
        return ct_fail(r->err, CT_ENOTSUP, "%s: add_cross_attention: true is not supported",
                       r->path);
    return st;
}

enum ct_status gpt2_config_load(const char *path, struct gpt2_config *out, struct ct_error *err)
{
    struct gpt2_config c = {
        .vocab_size = 50257,
        .n_positions = 1024,
        .n_embd = 768,
        .n_layer = 12,
        .n_head = 12,
        .activation_function = ACTIVATION_GELU_NEW,
        .layer_norm_epsilon = 1e-5,
        .scale_attn_weights = true,
    };
    bool upcast = false; /* reorder_and_upcast_attn: the same values, for float16 machines */
    json_t *root = NULL;
    enum ct_status st = json_file_load(path, &root, err);

    if (st != CT_OK)
        return st;
    const struct reader r = { path, root, err };
    st = read_architecture(&r);
    if (st == CT_OK)
        st = read_sizes(&r, &c);
    if (st == CT_OK)
        st = read_activation(&r, &c);
    if (st == CT_OK)
        st = read_epsilon(&r, &c);
    if (st == CT_OK)
        st = read_bool(&r, "scale_attn_weights", &c.scale_attn_weights);
    if (st == CT_OK)
        st = read_bool(&r, "scale_attn_by_inverse_layer_idx", &c.scale_attn_by_inverse_layer_idx);
    if (st == CT_OK)
        st = read_bool(&r, "reorder_and_upcast_attn", &upcast);
    json_decref(root);
    if (st == CT_OK)
        *out = c;
    return st;
}
