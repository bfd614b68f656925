#include "config.h"
#include "model/config_derive.h"

#include <math.h>
#include <string.h>

#include "model/arch.h"

/* Not by config_find(): these decide only whether a model opens, not what is computed. */
static bool is_set(const struct config_reader *r, const char *name)
{
    const json_t *const value = json_object_get(r->root, name);

    return value != NULL && !json_is_null(value) && !json_is_false(value) &&
           !(json_is_integer(value) && json_integer_value(value) == 0);
}

static enum ct_status refuse_classes(const struct config_reader *r)
{
    const json_t *const classes = json_object_get(r->root, "architectures");

    for (size_t i = 0; i < json_array_size(classes); i++) {
        const char *const name = json_string_value(json_array_get(classes, i));
        if (name != NULL && strstr(name, "Bidirectional") != NULL)
            return ct_fail(r->err, CT_ENOTSUP,
                           "%s: architectures: %.60s: attention in both directions is not "
                           "supported; use a causal model",
                           r->path, name);
    }
    return CT_OK;
}

enum ct_status config_refuse(const struct config_reader *r)
{
    static const struct {
        const char *name;
        const char *why;
    } refused[] = {
        { "quantization_config",
          "quantised weights are not supported; use the model in F32, F16 or BF16" },
        { "num_experts", "mixtures of experts are not supported; use a dense model" },
        { "num_local_experts", "mixtures of experts are not supported; use a dense model" },
        { "use_bidirectional_attention",
          "attention in both directions is not supported; use a causal model" },
    };

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (is_set(r, refused[i].name))
            return ct_fail(r->err, CT_ENOTSUP, "%s: %s: %s", r->path, refused[i].name,
                           refused[i].why);
    if (json_is_true(json_object_get(r->root, "add_cross_attention")))
        return ct_fail(r->err, CT_ENOTSUP,
                       "%s: add_cross_attention: a decoder that follows an encoder is not "
                       "supported; use a decoder alone",
                       r->path);
    return refuse_classes(r);
}

/* The name by which the family has a field. */
static const char *name_of(const struct arch *arch, size_t offset)
{
    for (size_t i = 0; i < arch->n_keys; i++)
        if (arch->keys[i].offset == offset)
            return arch->keys[i].names[0];
    return "?";
}

#define NAME_OF(field) name_of(c->arch, offsetof(struct model_config, field))

static enum ct_status derive_heads(const struct config_reader *r, struct model_config *c)
{
    if (c->n_kv_heads == 0)
        c->n_kv_heads = c->n_heads;
    if (c->head_dim == 0 && c->hidden_size % c->n_heads != 0)
        return ct_fail(
            r->err, CT_EFORMAT,
            "%s: %s %zu is not divisible by %s %zu; is config.json damaged? Download it again",
            r->path, NAME_OF(hidden_size), c->hidden_size, NAME_OF(n_heads), c->n_heads);
    if (c->n_heads % c->n_kv_heads != 0)
        return ct_fail(
            r->err, CT_EFORMAT,
            "%s: %s %zu is not divisible by %s %zu; is config.json damaged? Download it again",
            r->path, NAME_OF(n_heads), c->n_heads, NAME_OF(n_kv_heads), c->n_kv_heads);
    if (c->head_dim == 0)
        c->head_dim = c->hidden_size / c->n_heads;
    if (c->n_heads * c->head_dim > CONFIG_MAX_INTERMEDIATE)
        return ct_fail(r->err, CT_EFORMAT, "%s: %zu heads of width %zu are more than %d together",
                       r->path, c->n_heads, c->head_dim, CONFIG_MAX_INTERMEDIATE);
    return CT_OK;
}

static enum ct_status derive_rotary(const struct config_reader *r, struct model_config *c)
{
    if (c->rotary_width == 0)
        c->rotary_width = (size_t)fmin((double)c->head_dim * c->rotary_part, 1e9);
    if (c->rotary_width > c->head_dim)
        return ct_fail(r->err, CT_EFORMAT,
                       "%s: rotary width %zu is above the width of a head, %zu; is config.json "
                       "damaged? Download it again",
                       r->path, c->rotary_width, c->head_dim);
    if (c->rotary_width % 2 != 0)
        return ct_fail(r->err, CT_EFORMAT,
                       "%s: rotary width %zu is odd; is config.json damaged? Download it again",
                       r->path, c->rotary_width);
    return CT_OK;
}

enum ct_status config_derive(const struct config_reader *r, struct model_config *c)
{
    enum ct_status st = derive_heads(r, c);

    if (st == CT_OK)
        st = derive_rotary(r, c);
    if (c->intermediate_size == 0)
        c->intermediate_size = 4 * c->hidden_size;
    if (c->score_scale == 0.0)
        c->score_scale = 1.0 / sqrt((double)c->head_dim);
    if (c->word_size == c->hidden_size)
        c->word_size = 0;
    return st;
}
