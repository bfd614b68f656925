#include "config.h"
#include "model/tokens/text_rules_json.h"

#include <stdio.h>
#include <string.h>

#include "model/tokens/vocab.h"

struct reading {
    struct text_rules rules;
    bool has_bytes; /* a ByteLevel pre-tokenizer */
    struct ct_error *err;
};

struct step {
    const char *type;
    enum ct_status (*read)(struct reading *r, const json_t *step);
};

struct section {
    const char *name;
    const char *list;         /* key of the steps of a Sequence */
    const struct step *steps; /* [n_steps] */
    size_t n_steps;
};

static enum ct_status refuse(struct reading *r, const char *what)
{
    return ct_fail(r->err, CT_ENOTSUP, "%s is not supported", what);
}

/* A setting that must be true or false. */
static enum ct_status read_bool(struct reading *r, const json_t *step, const char *key, bool *out)
{
    const json_t *const value = json_object_get(step, key);

    if (!json_is_boolean(value))
        return ct_fail(r->err, CT_EFORMAT, "%s is missing, or neither true nor false", key);
    *out = json_is_true(value);
    return CT_OK;
}

static enum ct_status read_nothing(struct reading *r, const json_t *step)
{
    (void)r;
    (void)step;
    return CT_OK;
}

/* ---- normalizers ---- */

static enum ct_status read_nfc(struct reading *r, const json_t *step)
{
    (void)step;
    r->rules.nfc = true;
    return CT_OK;
}

static const struct step normalizers[] = { { "NFC", read_nfc } };

/* ---- pre-tokenizers ---- */

static enum ct_status read_byte_level(struct reading *r, const json_t *step)
{
    bool use_regex = true;
    enum ct_status st = read_bool(r, step, "add_prefix_space", &r->rules.add_prefix_space);

    if (st == CT_OK && json_object_get(step, "use_regex") != NULL)
        st = read_bool(r, step, "use_regex", &use_regex);
    if (st != CT_OK)
        return st;
    if (r->has_bytes)
        return refuse(r, "a second ByteLevel");
    r->has_bytes = true;
    r->rules.uncut = !use_regex;
    return CT_OK;
}

static const struct step pre_tokenizers[] = { { "ByteLevel", read_byte_level } };

/* ---- post-processors ---- */

static enum ct_status add_prefix(struct reading *r, const json_t *id)
{
    const json_int_t value = json_is_integer(id) ? json_integer_value(id) : -1;

    if (value < 0 || value > VOCAB_MAX_ID)
        return ct_fail(r->err, CT_EFORMAT, "a special token has no id from 0 to %d", VOCAB_MAX_ID);
    if (r->rules.n_prefix == TEXT_RULES_PREFIX)
        return ct_fail(r->err, CT_ENOTSUP, "more than %d tokens before the text",
                       TEXT_RULES_PREFIX);
    r->rules.prefix[r->rules.n_prefix++] = (uint32_t)value;
    return CT_OK;
}

/* The ids of a special token of a template. */
static enum ct_status add_special(struct reading *r, const json_t *step, const json_t *item)
{
    const char *const name = json_string_value(json_object_get(item, "id"));
    const json_t *const token =
        name != NULL ? json_object_get(json_object_get(step, "special_tokens"), name) : NULL;
    const json_t *const ids = json_object_get(token, "ids");
    enum ct_status st = CT_OK;
    size_t i;
    json_t *id;

    if (!json_is_array(ids))
        return ct_fail(r->err, CT_EFORMAT, "a special token has no ids");
    json_array_foreach(ids, i, id)
    {
        if (st == CT_OK)
            st = add_prefix(r, id);
    }
    return st;
}

static enum ct_status read_template(struct reading *r, const json_t *step)
{
    const json_t *const single = json_object_get(step, "single");
    enum ct_status st = CT_OK;
    size_t n_texts = 0;
    size_t i;
    json_t *item;

    if (!json_is_array(single))
        return ct_fail(r->err, CT_EFORMAT, "single is not an array");
    json_array_foreach(single, i, item)
    {
        const json_t *const special = json_object_get(item, "SpecialToken");
        if (json_object_get(item, "Sequence") != NULL)
            n_texts++;
        else if (special == NULL)
            st = ct_fail(r->err, CT_EFORMAT, "single[%zu]: neither SpecialToken nor Sequence", i);
        else if (n_texts > 0)
            r->rules.has_suffix = true;
        else
            st = add_special(r, step, special);
        if (st != CT_OK)
            return st;
    }
    return n_texts == 1 ? CT_OK
                        : ct_fail(r->err, CT_ENOTSUP,
                                  "single: the text is there %zu times, not "
                                  "once",
                                  n_texts);
}

/* ["<s>", 0] */
static enum ct_status read_cls_sep(struct reading *r, const json_t *step)
{
    r->rules.has_suffix = true;
    return add_prefix(r, json_array_get(json_object_get(step, "cls"), 1));
}

static const struct step post_processors[] = {
    { "ByteLevel", read_nothing }, /* offsets only */
    { "TemplateProcessing", read_template },
    { "RobertaProcessing", read_cls_sep },
    { "BertProcessing", read_cls_sep },
};

/* ---- sections ---- */

#define SECTION(name, list, steps)                                                                 \
    {                                                                                              \
        name, list, steps, sizeof(steps) / sizeof *(steps)                                         \
    }

static const struct section sections[] = {
    SECTION("normalizer", "normalizers", normalizers),
    SECTION("pre_tokenizer", "pretokenizers", pre_tokenizers),
    SECTION("post_processor", "processors", post_processors),
};

static enum ct_status fail_type(const struct section *section, const char *type,
                                struct ct_error *err)
{
    char known[160] = "";
    size_t used = 0;

    for (size_t i = 0; i < section->n_steps && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "",
                                 section->steps[i].type);
    return ct_fail(err, CT_ENOTSUP, "%.64s is not supported, only %s", type, known);
}

/* Recursion is limited by the parser's limit of nesting. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static enum ct_status read_step(struct reading *r, const struct section *section,
                                const json_t *step)
{
    const char *const type = json_string_value(json_object_get(step, "type"));
    const json_t *const list = json_object_get(step, section->list);
    enum ct_status st = CT_OK;
    size_t i;
    json_t *item;

    if (step == NULL || json_is_null(step))
        return CT_OK;
    if (type == NULL)
        return ct_fail(r->err, CT_EFORMAT, "no \"type\" that is a string");
    for (i = 0; i < section->n_steps; i++)
        if (strcmp(type, section->steps[i].type) == 0)
            return section->steps[i].read(r, step);
    if (strcmp(type, "Sequence") != 0)
        return fail_type(section, type, r->err);
    if (!json_is_array(list))
        return ct_fail(r->err, CT_EFORMAT, "%s is not an array", section->list);
    json_array_foreach(list, i, item)
    {
        st = read_step(r, section, item);
        if (st != CT_OK)
            return ct_error_where(r->err, st, "[%zu]", i);
    }
    return CT_OK;
}

enum ct_status text_rules_read(const json_t *root, struct text_rules *out, struct ct_error *err)
{
    struct reading r = { .err = err };

    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        const struct section *const section = &sections[i];
        const enum ct_status st = read_step(&r, section, json_object_get(root, section->name));
        if (st != CT_OK)
            return ct_error_where(err, st, "%s", section->name);
    }
    if (!r.has_bytes)
        return ct_fail(err, CT_ENOTSUP,
                       "pre_tokenizer is not ByteLevel; only byte-level vocabularies are "
                       "supported");
    *out = r.rules;
    return CT_OK;
}
