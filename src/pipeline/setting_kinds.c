#include "config.h"
#include "pipeline/setting.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/json_text.h"
#include "io/number.h"

bool setting_decides(const struct setting *setting, const struct params *params)
{
    switch (setting->scope) {
    case OF_ANY:
        return true;
    case OF_MODEL:
        return params->activations == NULL;
    case OF_ACTIVATIONS:
        return params->activations != NULL;
    case OF_NONE:
        break;
    }
    return false;
}

static void *field_of(const struct setting *setting, struct params *params)
{
    return (char *)params + setting->field;
}

static const void *value_of(const struct setting *setting, const struct params *params)
{
    return (const char *)params + setting->field;
}

static enum ct_status refuse(const struct setting *setting, const char *text, const char *want,
                             struct ct_error *err)
{
    return ct_fail(err, CT_EINVAL, "--%s: invalid value '%.80s'; expected %s", setting->name, text,
                   want);
}

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
    return params_set(field_of(setting, params), text, err);
}

static void path_format(const struct setting *setting, const struct params *params, char *out,
                        size_t size)
{
    const char *const *const text = value_of(setting, params);

    snprintf(out, size, "%s", *text != NULL ? *text : "");
}

static void path_key(const struct setting *setting, const struct params *params, struct key *key)
{
    key_text(key, *(const char *const *)value_of(setting, params));
}

static json_t *path_to_json(const struct setting *setting, const struct params *params)
{
    return json_text(*(const char *const *)value_of(setting, params));
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

    return path != NULL ? params_set_path(field_of(setting, params), directory, path, err) : CT_OK;
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
        return refuse(setting, text, setting->expected, err);
    return params_set(field_of(setting, params), text, err);
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
    const char *const *const value = value_of(setting, params);
    const char *const text = *value != NULL ? *value : setting->initial;

    snprintf(out, size, text[0] == ' ' ? "'%s'" : "%s", text);
}

static void text_key(const struct setting *setting, const struct params *params, struct key *key)
{
    const char *const *const text = value_of(setting, params);

    key_text(key, *text != NULL ? *text : setting->initial);
}

static json_t *text_to_json(const struct setting *setting, const struct params *params)
{
    const char *const *const text = value_of(setting, params);

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
    char **const field = field_of(setting, params);

    text += strspn(text, " \t");
    const size_t size = (*field != NULL ? strlen(*field) + 1 : 0) + strlen(text) + 1;

    if (*text == '\0' || !setting->accepts(text))
        return refuse(setting, text, setting->expected, err);
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
    char **const pair = field_of(setting, params);
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
            status = refuse(setting, text, "two group names separated by a comma", err);
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
    char *const *const pair = value_of(setting, params);

    out[0] = '\0';
    if (pair[0] == NULL || pair[1] == NULL)
        return;
    const size_t used = format_name(pair[0], ',', out, size);
    format_name(pair[1], '\0', out + used, size - used);
}

static void pair_key(const struct setting *setting, const struct params *params, struct key *key)
{
    char *const *const pair = value_of(setting, params);

    key_text(key, pair[0]);
    key_text(key, pair[1]);
}

static json_t *pair_to_json(const struct setting *setting, const struct params *params)
{
    char *const *const pair = value_of(setting, params);

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
    char **const pair = field_of(setting, params);
    enum ct_status status = CT_OK;

    (void)directory;
    for (size_t i = 0; status == CT_OK && i < json_array_size(value); i++)
        status = params_set(&pair[i], json_string_value(json_array_get(value, i)), err);
    return status;
}

const struct setting_kind kind_pair = { pair_parse,   pair_format, pair_key,       pair_to_json,
                                        pair_is_json, "two names", pair_from_json, NULL };

/* ---- numbers ---- */

/* As the option would be given. */
static enum ct_status figure_from_json(const struct setting *setting, struct params *params,
                                       const json_t *value, const char *directory,
                                       struct ct_error *err)
{
    char text[40];

    (void)directory;
    if (json_is_string(value))
        return setting->kind->parse(setting, params, json_string_value(value), err);
    if (json_is_integer(value))
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
    else
        snprintf(text, sizeof text, "%.17g", json_real_value(value));
    return setting->kind->parse(setting, params, text, err);
}

static enum ct_status number_parse_setting(const struct setting *setting, struct params *params,
                                           const char *text, struct ct_error *err)
{
    double x;

    if (number_parse(text, strlen(text), &x) && x > setting->low && x < setting->high) {
        *(double *)field_of(setting, params) = x;
        return CT_OK;
    }
    return refuse(setting, text,
                  isinf(setting->low)    ? "a number"
                  : isinf(setting->high) ? "a number greater than 0"
                                         : "a number between 0 and 1",
                  err);
}

static void number_format(const struct setting *setting, const struct params *params, char *out,
                          size_t size)
{
    char number[NUMBER_SIZE];

    number_format_f64(number, *(const double *)value_of(setting, params)); /* round-trips */
    snprintf(out, size, "%s", number);
}

static void number_key(const struct setting *setting, const struct params *params, struct key *key)
{
    key_bytes(key, value_of(setting, params), sizeof(double));
}

static json_t *number_to_json(const struct setting *setting, const struct params *params)
{
    return json_real(*(const double *)value_of(setting, params));
}

static bool number_is_json(const json_t *value)
{
    return json_is_number(value);
}

/* One tenth of the place value of the leading digit. */
static void number_step(const struct setting *setting, const char *value, int step, char *out,
                        size_t size)
{
    double x = 0.0;

    (void)setting;
    number_parse(value, strlen(value), &x);
    snprintf(out, size, "%.6g", x + step * pow(10, floor(log10(x) + 1e-9) - 1));
}

const struct setting_kind kind_number = { number_parse_setting, number_format,  number_key,
                                          number_to_json,       number_is_json, "a number",
                                          figure_from_json,     number_step };

static enum ct_status count_parse(const struct setting *setting, struct params *params,
                                  const char *text, struct ct_error *err)
{
    char want[60];
    size_t n;

    if (number_parse_size(text, strlen(text), &n) && n >= (size_t)setting->low && n <= INT32_MAX) {
        *(size_t *)field_of(setting, params) = n;
        return CT_OK;
    }
    snprintf(want, sizeof want, "an integer of %.0f or more", setting->low);
    return refuse(setting, text, want, err);
}

static void count_format(const struct setting *setting, const struct params *params, char *out,
                         size_t size)
{
    snprintf(out, size, "%zu", *(const size_t *)value_of(setting, params));
}

static void count_key(const struct setting *setting, const struct params *params, struct key *key)
{
    key_bytes(key, value_of(setting, params), sizeof(size_t));
}

static json_t *count_to_json(const struct setting *setting, const struct params *params)
{
    return json_integer((json_int_t) * (const size_t *)value_of(setting, params));
}

static bool count_is_json(const json_t *value)
{
    return json_is_integer(value);
}

static void count_step(const struct setting *setting, const char *value, int step, char *out,
                       size_t size)
{
    double x = 0.0;

    (void)setting;
    number_parse(value, strlen(value), &x);
    snprintf(out, size, "%.0f", x + step);
}

const struct setting_kind kind_count = { count_parse,      count_format,  count_key,
                                         count_to_json,    count_is_json, "a whole number",
                                         figure_from_json, count_step };

static enum ct_status seed_parse(const struct setting *setting, struct params *params,
                                 const char *text, struct ct_error *err)
{
    size_t n;

    if (!number_parse_size(text, strlen(text), &n))
        return refuse(setting, text, "a whole number", err);
    *(uint64_t *)field_of(setting, params) = n;
    return CT_OK;
}

static void seed_format(const struct setting *setting, const struct params *params, char *out,
                        size_t size)
{
    snprintf(out, size, "%llu", (unsigned long long)*(const uint64_t *)value_of(setting, params));
}

static void seed_key(const struct setting *setting, const struct params *params, struct key *key)
{
    key_bytes(key, value_of(setting, params), sizeof(uint64_t));
}

/* JSON integers end at INT64_MAX. */
static json_t *seed_to_json(const struct setting *setting, const struct params *params)
{
    const uint64_t seed = *(const uint64_t *)value_of(setting, params);
    char digits[24];

    if (seed <= INT64_MAX)
        return json_integer((json_int_t)seed);
    seed_format(setting, params, digits, sizeof digits);
    return json_string(digits);
}

static bool seed_is_json(const json_t *value)
{
    return json_is_integer(value) || json_is_string(value);
}

const struct setting_kind kind_seed = { seed_parse,       seed_format,  seed_key,
                                        seed_to_json,     seed_is_json, "a whole number",
                                        figure_from_json, count_step };

/* ---- choices ---- */

/* The valid values as `a/b/c`, truncated to size. */
static void list_choices(const struct setting *setting, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; setting->choice(i) != NULL && used < size; i++)
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? "/" : "", setting->choice(i));
}

static enum ct_status choice_parse(const struct setting *setting, struct params *params,
                                   const char *text, struct ct_error *err)
{
    char want[80];

    for (int i = 0; setting->choice((size_t)i) != NULL; i++)
        if (strcmp(setting->choice((size_t)i), text) == 0) {
            memcpy(field_of(setting, params), &i, sizeof i);
            return CT_OK;
        }
    list_choices(setting, want, sizeof want);
    return refuse(setting, text, want, err);
}

static void choice_format(const struct setting *setting, const struct params *params, char *out,
                          size_t size)
{
    int choice;

    memcpy(&choice, value_of(setting, params), sizeof choice);
    snprintf(out, size, "%s", setting->choice((size_t)choice));
}

static void choice_key(const struct setting *setting, const struct params *params, struct key *key)
{
    key_bytes(key, value_of(setting, params), sizeof(int));
}

static json_t *choice_to_json(const struct setting *setting, const struct params *params)
{
    char text[64];

    choice_format(setting, params, text, sizeof text);
    return json_string(text);
}

static bool choice_is_json(const json_t *value)
{
    return json_is_string(value);
}

/* Wraps around at both ends. */
static void choice_step(const struct setting *setting, const char *value, int step, char *out,
                        size_t size)
{
    size_t at = 0;
    size_t n = 0;

    for (; setting->choice(n) != NULL; n++)
        if (strcmp(setting->choice(n), value) == 0)
            at = n;
    assert(n > 0);
    snprintf(out, size, "%s", setting->choice((at + (step > 0 ? 1 : n - 1)) % n));
}

const struct setting_kind kind_choice = { choice_parse,     choice_format,  choice_key,
                                          choice_to_json,   choice_is_json, "a word",
                                          figure_from_json, choice_step };

/* ---- flags ---- */

static enum ct_status flag_parse(const struct setting *setting, struct params *params,
                                 const char *text, struct ct_error *err)
{
    if (text != NULL && strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
        return refuse(setting, text, "yes or no", err);
    *(bool *)field_of(setting, params) = text == NULL || strcmp(text, "yes") == 0;
    return CT_OK;
}

static void flag_format(const struct setting *setting, const struct params *params, char *out,
                        size_t size)
{
    snprintf(out, size, "%s", *(const bool *)value_of(setting, params) ? "yes" : "no");
}

static void flag_key(const struct setting *setting, const struct params *params, struct key *key)
{
    key_bytes(key, value_of(setting, params), sizeof(bool));
}

static json_t *flag_to_json(const struct setting *setting, const struct params *params)
{
    return json_boolean(*(const bool *)value_of(setting, params));
}

static bool flag_is_json(const json_t *value)
{
    return json_is_boolean(value);
}

static enum ct_status flag_from_json(const struct setting *setting, struct params *params,
                                     const json_t *value, const char *directory,
                                     struct ct_error *err)
{
    (void)directory;
    (void)err;
    *(bool *)field_of(setting, params) = json_is_true(value);
    return CT_OK;
}

static void flag_step(const struct setting *setting, const char *value, int step, char *out,
                      size_t size)
{
    (void)setting;
    (void)step;
    snprintf(out, size, "%s", strcmp(value, "yes") == 0 ? "no" : "yes");
}

const struct setting_kind kind_flag = { flag_parse,   flag_format,     flag_key,       flag_to_json,
                                        flag_is_json, "true or false", flag_from_json, flag_step };
