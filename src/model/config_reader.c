#include "config.h"
#include "model/config_reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const json_t *config_find(const struct config_reader *r, const char *name)
{
    json_t *const value = json_object_get(r->root, name);

    if (r->asked != NULL && value != NULL)
        json_object_set(r->asked, name, value);
    else if (r->asked != NULL)
        json_object_set_new(r->asked, name, json_null());
    return json_is_null(value) ? NULL : value;
}

static enum ct_status read_size(const struct config_reader *r, const struct config_key *key,
                                const char *name, const json_t *value, size_t *out)
{
    const json_int_t n = json_integer_value(value);

    if (!json_is_integer(value) || n < 1 || (unsigned long long)n > key->max)
        return ct_fail(r->err, CT_EFORMAT, "%s: %s: not an integer from 1 to %zu", r->path, name,
                       key->max);
    *out = (size_t)n;
    *r->n_sizes += 1;
    return CT_OK;
}

static enum ct_status read_bool(const struct config_reader *r, const char *name,
                                const json_t *value, bool *out)
{
    if (!json_is_boolean(value))
        return ct_fail(r->err, CT_EFORMAT, "%s: %s: not true or false", r->path, name);
    *out = json_is_true(value);
    return CT_OK;
}

static enum ct_status read_fraction(const struct config_reader *r, const char *name,
                                    const json_t *value, double *out)
{
    const double number = json_number_value(value);

    if (!json_is_number(value) || !(number >= 0.0) || !(number < 1.0))
        return ct_fail(r->err, CT_EFORMAT, "%s: %s: not a number from 0 to 1", r->path, name);
    *out = number;
    return CT_OK;
}

static enum ct_status read_positive(const struct config_reader *r, const char *name,
                                    const json_t *value, double *out)
{
    const double number = json_number_value(value);

    if (!json_is_number(value) || !(number > 0.0) || !isfinite(number))
        return ct_fail(r->err, CT_EFORMAT, "%s: %s: not a number above 0", r->path, name);
    *out = number;
    return CT_OK;
}

static enum ct_status read_activation(const struct config_reader *r, const char *name,
                                      const json_t *value, struct model_config *out)
{
    const char *const asked = json_string_value(value);

    if (asked == NULL)
        return ct_fail(r->err, CT_EFORMAT, "%s: %s: not a name", r->path, name);
    out->activation_name[0] = '\0';
    if (!activation_by_name(asked, &out->activation)) {
        out->activation = ACTIVATION_UNKNOWN;
        snprintf(out->activation_name, sizeof out->activation_name, "%s", asked);
    }
    return CT_OK;
}

static enum ct_status read_value(const struct config_reader *r, const struct config_key *key,
                                 const char *name, const json_t *value, struct model_config *out)
{
    void *const field = (char *)out + key->offset;

    switch (key->kind) {
    case CONFIG_SIZE:
        return read_size(r, key, name, value, field);
    case CONFIG_BOOL:
        return read_bool(r, name, value, field);
    case CONFIG_FRACTION:
        return read_fraction(r, name, value, field);
    case CONFIG_POSITIVE:
        return read_positive(r, name, value, field);
    case CONFIG_ACTIVATION:
        return read_activation(r, name, value, out);
    }
    return CT_OK;
}

static void set_zero(const struct config_key *key, struct model_config *out)
{
    static const double zero = 0.0;
    void *const field = (char *)out + key->offset;

    if (key->kind == CONFIG_SIZE)
        memset(field, 0, sizeof(size_t));
    else
        memcpy(field, &zero, sizeof zero);
}

static enum ct_status read_key(const struct config_reader *r, const struct config_key *key,
                               struct model_config *out)
{
    const size_t most = sizeof key->names / sizeof key->names[0];

    for (size_t i = 0; i < most && key->names[i] != NULL; i++) {
        const json_t *const value = config_find(r, key->names[i]);
        if (value != NULL)
            return read_value(r, key, key->names[i], value, out);
        if (key->null_is_zero && json_object_get(r->root, key->names[i]) != NULL)
            set_zero(key, out);
    }
    return CT_OK;
}

enum ct_status config_read_keys(const struct config_reader *r, const struct config_key *keys,
                                size_t n, struct model_config *out)
{
    enum ct_status st = CT_OK;

    for (size_t i = 0; i < n && st == CT_OK; i++)
        st = read_key(r, &keys[i], out);
    return st;
}

enum ct_status config_read_bool(const struct config_reader *r, const char *name, bool *out)
{
    const json_t *const value = config_find(r, name);

    return value != NULL ? read_bool(r, name, value, out) : CT_OK;
}

enum ct_status config_read_positive(const struct config_reader *r, const json_t *object,
                                    const char *where, const char *name, double *out)
{
    const json_t *const value =
        object != NULL ? json_object_get(object, name) : config_find(r, name);
    char whole[96];

    if (value == NULL || json_is_null(value))
        return CT_OK;
    snprintf(whole, sizeof whole, "%s%s%s", object != NULL ? where : "", object != NULL ? "." : "",
             name);
    return read_positive(r, whole, value, out);
}

enum ct_status config_read_layer_types(const struct config_reader *r, struct model_config *out,
                                       bool *is_there)
{
    const json_t *const types = config_find(r, "layer_types");

    *is_there = types != NULL;
    if (types == NULL)
        return CT_OK;
    if (!json_is_array(types) || json_array_size(types) != out->n_layers)
        return ct_fail(r->err, CT_EFORMAT, "%s: layer_types: not a list of %zu, one per layer",
                       r->path, out->n_layers);
    for (size_t l = 0; l < out->n_layers; l++) {
        const char *const type = json_string_value(json_array_get(types, l));
        if (type != NULL && strcmp(type, "sliding_attention") == 0)
            config_set_slides(out, l);
        else if (type == NULL || strcmp(type, "full_attention") != 0)
            return ct_fail(r->err, CT_ENOTSUP,
                           "%s: layer_types: '%s' is not supported, only full_attention and "
                           "sliding_attention; use a model with these",
                           r->path, type != NULL ? type : "(not a name)");
    }
    return CT_OK;
}

enum ct_status config_all_slide(const struct config_reader *r, struct model_config *out)
{
    (void)r;
    for (size_t l = 0; l < out->n_layers; l++)
        config_set_slides(out, l);
    return CT_OK;
}
