/* The kinds of settings that are numbers, one of some names, or yes and no. */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "io/number.h"
#include "pipeline/setting_parts.h"

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
        *(double *)setting_field(setting, params) = x;
        return CT_OK;
    }
    return setting_refuse(setting, text,
                          isinf(setting->low)    ? "a number"
                          : isinf(setting->high) ? "a number greater than 0"
                                                 : "a number between 0 and 1",
                          err);
}

static void number_format(const struct setting *setting, const struct params *params, char *out,
                          size_t size)
{
    char number[NUMBER_SIZE];

    number_format_f64(number, *(const double *)setting_value(setting, params)); /* round-trips */
    snprintf(out, size, "%s", number);
}

static void number_key(const struct setting *setting, const struct params *params, struct key *key)
{
    key_bytes(key, setting_value(setting, params), sizeof(double));
}

static json_t *number_to_json(const struct setting *setting, const struct params *params)
{
    return json_real(*(const double *)setting_value(setting, params));
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
        *(size_t *)setting_field(setting, params) = n;
        return CT_OK;
    }
    snprintf(want, sizeof want, "an integer of %.0f or more", setting->low);
    return setting_refuse(setting, text, want, err);
}

static void count_format(const struct setting *setting, const struct params *params, char *out,
                         size_t size)
{
    snprintf(out, size, "%zu", *(const size_t *)setting_value(setting, params));
}

static void count_key(const struct setting *setting, const struct params *params, struct key *key)
{
    key_bytes(key, setting_value(setting, params), sizeof(size_t));
}

static json_t *count_to_json(const struct setting *setting, const struct params *params)
{
    return json_integer((json_int_t) * (const size_t *)setting_value(setting, params));
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
        return setting_refuse(setting, text, "a whole number", err);
    *(uint64_t *)setting_field(setting, params) = n;
    return CT_OK;
}

static void seed_format(const struct setting *setting, const struct params *params, char *out,
                        size_t size)
{
    snprintf(out, size, "%llu",
             (unsigned long long)*(const uint64_t *)setting_value(setting, params));
}

static void seed_key(const struct setting *setting, const struct params *params, struct key *key)
{
    key_bytes(key, setting_value(setting, params), sizeof(uint64_t));
}

/* JSON integers end at INT64_MAX. */
static json_t *seed_to_json(const struct setting *setting, const struct params *params)
{
    const uint64_t seed = *(const uint64_t *)setting_value(setting, params);
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
            memcpy(setting_field(setting, params), &i, sizeof i);
            return CT_OK;
        }
    list_choices(setting, want, sizeof want);
    return setting_refuse(setting, text, want, err);
}

static void choice_format(const struct setting *setting, const struct params *params, char *out,
                          size_t size)
{
    int choice;

    memcpy(&choice, setting_value(setting, params), sizeof choice);
    snprintf(out, size, "%s", setting->choice((size_t)choice));
}

static void choice_key(const struct setting *setting, const struct params *params, struct key *key)
{
    key_bytes(key, setting_value(setting, params), sizeof(int));
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
        return setting_refuse(setting, text, "yes or no", err);
    *(bool *)setting_field(setting, params) = text == NULL || strcmp(text, "yes") == 0;
    return CT_OK;
}

static void flag_format(const struct setting *setting, const struct params *params, char *out,
                        size_t size)
{
    snprintf(out, size, "%s", *(const bool *)setting_value(setting, params) ? "yes" : "no");
}

static void flag_key(const struct setting *setting, const struct params *params, struct key *key)
{
    key_bytes(key, setting_value(setting, params), sizeof(bool));
}

static json_t *flag_to_json(const struct setting *setting, const struct params *params)
{
    return json_boolean(*(const bool *)setting_value(setting, params));
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
    *(bool *)setting_field(setting, params) = json_is_true(value);
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
