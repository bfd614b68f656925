/* The kinds of settings that are texts. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/json_text.h"
#include "pipeline/setting_parts.h"

static json_t *texts_to_json(char *const *texts, size_t n)
{
    json_t *const array = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, json_text(texts[i]));
    return array;
}

static bool are_texts(const json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        if (!json_is_string(json_array_get(array, i)))
            return false;
    return json_is_array(array);
}

/* ---- paths ---- */

static enum ct_status path_parse(const struct setting *setting, struct params *params,
                                 const char *text, struct ct_error *err)
{
    if (*text == '\0')
        return ct_fail(err, CT_EINVAL, "--%s: the value is empty; expected a path", setting->name);
    return params_set(setting_field(setting, params), text, err);
}

static void path_format(const struct setting *setting, const struct params *params, char *out,
                        size_t size)
{
    const char *const *const text = setting_value(setting, params);

    snprintf(out, size, "%s", *text != NULL ? *text : "");
}

static void path_key(const struct setting *setting, const struct params *params, struct key *key)
{
    key_text(key, *(const char *const *)setting_value(setting, params));
}

static json_t *path_to_json(const struct setting *setting, const struct params *params)
{
    return json_text(*(const char *const *)setting_value(setting, params));
}

static bool path_is_json(const json_t *value)
{
    return json_is_null(value) || json_string_length(value) > 0;
}

static enum ct_status path_from_json(const struct setting *setting, struct params *params,
                                     const json_t *value, const char *directory,
                                     struct ct_error *err)
{
    const char *const path = json_string_value(value);

    return path != NULL ? params_set_path(setting_field(setting, params), directory, path, err)
                        : CT_OK;
}

const struct setting_kind kind_path = { path_parse,     path_format,  path_key,
                                        path_to_json,   path_is_json, "a path or null",
                                        path_from_json, NULL };

/* ---- texts ---- */

/* As it is: from a manifest. */
static enum ct_status text_set(const struct setting *setting, struct params *params,
                               const char *text, struct ct_error *err)
{
    if (!setting->accepts(text))
        return setting_refuse(setting, text, setting->expected, err);
    return params_set(setting_field(setting, params), text, err);
}

/* Blanks at the beginning count, but not in a file of settings: it may be in quotes. */
static enum ct_status text_parse(const struct setting *setting, struct params *params,
                                 const char *text, struct ct_error *err)
{
    const size_t n = strlen(text);
    char inner[1024];

    if (n < 2 || n >= sizeof inner || text[0] != '\'' || text[n - 1] != '\'')
        return text_set(setting, params, text, err);
    snprintf(inner, sizeof inner, "%.*s", (int)(n - 2), text + 1);
    return text_set(setting, params, inner, err);
}

static void text_format(const struct setting *setting, const struct params *params, char *out,
                        size_t size)
{
    const char *const *const value = setting_value(setting, params);
    const char *const text = *value != NULL ? *value : setting->initial;

    snprintf(out, size, text[0] == ' ' ? "'%s'" : "%s", text);
}

static void text_key(const struct setting *setting, const struct params *params, struct key *key)
{
    const char *const *const text = setting_value(setting, params);

    key_text(key, *text != NULL ? *text : setting->initial);
}

static json_t *text_to_json(const struct setting *setting, const struct params *params)
{
    const char *const *const text = setting_value(setting, params);

    return json_text(*text != NULL ? *text : setting->initial);
}

static bool text_is_json(const json_t *value)
{
    return json_is_string(value);
}

static enum ct_status text_from_json(const struct setting *setting, struct params *params,
                                     const json_t *value, const char *directory,
                                     struct ct_error *err)
{
    (void)directory;
    return text_set(setting, params, json_string_value(value), err);
}

const struct setting_kind kind_text = { text_parse,   text_format, text_key,       text_to_json,
                                        text_is_json, "a text",    text_from_json, NULL };

/* ---- lists ---- */

static enum ct_status list_parse(const struct setting *setting, struct params *params,
                                 const char *text, struct ct_error *err)
{
    char **const field = setting_field(setting, params);

    text += strspn(text, " \t");
    const size_t size = (*field != NULL ? strlen(*field) + 1 : 0) + strlen(text) + 1;

    if (*text == '\0' || !setting->accepts(text))
        return setting_refuse(setting, text, setting->expected, err);
    char *const whole = ct_malloc_array(size, 1);
    if (whole == NULL)
        return ct_fail_nomem(err, "parameters", size);
    snprintf(whole, size, "%s%s%s", *field != NULL ? *field : "", *field != NULL ? " " : "", text);
    free(*field);
    *field = whole;
    return CT_OK;
}

const struct setting_kind kind_list = { list_parse,   text_format, text_key,       text_to_json,
                                        text_is_json, "a text",    text_from_json, NULL };

/* ---- names ---- */

static enum ct_status names_parse(const struct setting *setting, struct params *params,
                                  const char *text, struct ct_error *err)
{
    if (*text == '\0')
        return ct_fail(err, CT_EINVAL, "--%s: the value is empty; expected a name", setting->name);
    return params_add_hook(params, text, err);
}

static void names_format(const struct setting *setting, const struct params *params, char *out,
                         size_t size)
{
    size_t used = 0;

    (void)setting;
    out[0] = '\0';
    for (size_t i = 0; i < params->n_hooks && used < size; i++)
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? " " : "", params->hooks[i]);
}

static void names_key(const struct setting *setting, const struct params *params, struct key *key)
{
    (void)setting;
    for (size_t i = 0; i < params->n_hooks; i++)
        key_text(key, params->hooks[i]);
}

static json_t *names_to_json(const struct setting *setting, const struct params *params)
{
    (void)setting;
    return texts_to_json(params->hooks, params->n_hooks);
}

static enum ct_status names_from_json(const struct setting *setting, struct params *params,
                                      const json_t *value, const char *directory,
                                      struct ct_error *err)
{
    enum ct_status status = CT_OK;

    (void)directory;
    for (size_t i = 0; status == CT_OK && i < json_array_size(value); i++)
        status = names_parse(setting, params, json_string_value(json_array_get(value, i)), err);
    return status;
}

const struct setting_kind kind_names = { names_parse, names_format, names_key,       names_to_json,
                                         are_texts,   "names",      names_from_json, NULL };

/* ---- pairs ---- */

/* Parses one name of a pair, up to a comma or the end: quoted as in CSV when it contains a comma or
 * begins with a quote. Returns what follows, or NULL when it is not a name. */
static const char *parse_name(const char *text, char *name)
{
    bool is_open = *text == '"';
    size_t n = 0;

    for (text += is_open; *text != '\0' && (is_open || *text != ','); text++) {
        if (is_open && *text == '"' && *++text != '"') {
            is_open = false;
            break;
        }
        name[n++] = *text;
    }
    name[n] = '\0';
    return n > 0 && !is_open && (*text == '\0' || *text == ',') ? text : NULL;
}

static enum ct_status pair_parse(const struct setting *setting, struct params *params,
                                 const char *text, struct ct_error *err)
{
    char **const pair = setting_field(setting, params);
    const size_t size = strlen(text) + 1;
    char *const a = ct_malloc_array(size, 1);
    char *const b = ct_malloc_array(size, 1);
    enum ct_status status = CT_OK;

    if (a == NULL || b == NULL) {
        status = ct_fail_nomem(err, "parameters", 0);
    } else {
        const char *end = parse_name(text, a);
        if (end != NULL)
            end = *end == ',' ? parse_name(end + 1, b) : NULL;
        if (end == NULL || *end != '\0')
            status = setting_refuse(setting, text, "two group names separated by a comma", err);
    }
    if (status == CT_OK)
        status = params_set(&pair[0], a, err);
    if (status == CT_OK)
        status = params_set(&pair[1], b, err);
    free(a);
    free(b);
    return status;
}

static size_t put(char c, char *out, size_t size, size_t used)
{
    if (used + 1 < size)
        out[used++] = c;
    return used;
}

/* Writes a name as parse_name() reads it, then `next`. Returns the bytes written. */
static size_t format_name(const char *name, char next, char *out, size_t size)
{
    const bool is_quoted = name[0] == '"' || strchr(name, ',') != NULL;
    size_t used = 0;

    if (is_quoted)
        used = put('"', out, size, used);
    for (; *name != '\0'; name++) {
        if (is_quoted && *name == '"')
            used = put('"', out, size, used);
        used = put(*name, out, size, used);
    }
    if (is_quoted)
        used = put('"', out, size, used);
    if (next != '\0')
        used = put(next, out, size, used);
    out[used] = '\0';
    return used;
}

static void pair_format(const struct setting *setting, const struct params *params, char *out,
                        size_t size)
{
    char *const *const pair = setting_value(setting, params);

    out[0] = '\0';
    if (pair[0] == NULL || pair[1] == NULL)
        return;
    const size_t used = format_name(pair[0], ',', out, size);
    format_name(pair[1], '\0', out + used, size - used);
}

static void pair_key(const struct setting *setting, const struct params *params, struct key *key)
{
    char *const *const pair = setting_value(setting, params);

    key_text(key, pair[0]);
    key_text(key, pair[1]);
}

static json_t *pair_to_json(const struct setting *setting, const struct params *params)
{
    char *const *const pair = setting_value(setting, params);

    return pair[0] != NULL ? texts_to_json(pair, 2) : json_null();
}

static bool pair_is_json(const json_t *value)
{
    return json_is_null(value) || (json_array_size(value) == 2 && are_texts(value));
}

static enum ct_status pair_from_json(const struct setting *setting, struct params *params,
                                     const json_t *value, const char *directory,
                                     struct ct_error *err)
{
    char **const pair = setting_field(setting, params);
    enum ct_status status = CT_OK;

    (void)directory;
    for (size_t i = 0; status == CT_OK && i < json_array_size(value); i++)
        status = params_set(&pair[i], json_string_value(json_array_get(value, i)), err);
    return status;
}

const struct setting_kind kind_pair = { pair_parse,   pair_format, pair_key,       pair_to_json,
                                        pair_is_json, "two names", pair_from_json, NULL };
