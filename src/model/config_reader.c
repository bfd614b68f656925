#include "config.h"
#include "model/config_reader.h"

#include <stdio.h>

const json_t *config_find(const struct config_reader *r, const char *name)
{
    json_t *const value = json_object_get(r->root, name);

    if (r->asked != NULL && value != NULL)
        json_object_set(r->asked, name, value);
    else if (r->asked != NULL)
        json_object_set_new(r->asked, name, json_null());
    return json_is_null(value) ? NULL : value;
}

static enum ct_status read_size(const struct config_reader *r, const struct config_size *size)
{
    for (size_t i = 0; i < sizeof size->names / sizeof size->names[0]; i++) {
        const char *const name = size->names[i];
        const json_t *const value = name != NULL ? config_find(r, name) : NULL;
        if (value == NULL)
            continue;
        const json_int_t n = json_integer_value(value);
        if (!json_is_integer(value) || n < 1 || (unsigned long long)n > size->max)
            return ct_fail(r->err, CT_EFORMAT, "%s: %s: not an integer from 1 to %zu", r->path,
                           name, size->max);
        *size->out = (size_t)n;
        *r->n_sizes += 1;
        return CT_OK;
    }
    return CT_OK;
}

enum ct_status config_read_sizes(const struct config_reader *r, const struct config_size *sizes,
                                 size_t n)
{
    enum ct_status st = CT_OK;

    for (size_t i = 0; i < n && st == CT_OK; i++)
        st = read_size(r, &sizes[i]);
    return st;
}

enum ct_status config_read_bool(const struct config_reader *r, const char *name, bool *out)
{
    const json_t *const value = config_find(r, name);

    if (value == NULL)
        return CT_OK;
    if (!json_is_boolean(value))
        return ct_fail(r->err, CT_EFORMAT, "%s: %s: not true or false", r->path, name);
    *out = json_is_true(value);
    return CT_OK;
}

enum ct_status config_read_fraction(const struct config_reader *r, const char *name, double *out)
{
    const json_t *const value = config_find(r, name);

    if (value == NULL)
        return CT_OK;
    const double number = json_number_value(value);
    if (!json_is_number(value) || !(number >= 0.0) || !(number < 1.0))
        return ct_fail(r->err, CT_EFORMAT, "%s: %s: not a number from 0 to 1", r->path, name);
    *out = number;
    return CT_OK;
}

enum ct_status config_read_activation(const struct config_reader *r, const char *name,
                                      struct model_config *out)
{
    const json_t *const value = config_find(r, name);

    if (value == NULL)
        return CT_OK;
    const char *const asked = json_string_value(value);
    if (asked == NULL)
        return ct_fail(r->err, CT_EFORMAT, "%s: %s: not a name", r->path, name);
    if (!activation_by_name(asked, &out->activation)) {
        out->activation = ACTIVATION_UNKNOWN;
        snprintf(out->activation_name, sizeof out->activation_name, "%s", asked);
    }
    return CT_OK;
}
