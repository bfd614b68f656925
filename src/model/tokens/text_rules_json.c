#include "config.h"
#include "model/tokens/text_rules_json.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/tokens/vocab.h"

struct reading {
    struct text_rules rules;
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

/* A string of a step, of 1 to STRING_MAX bytes unless it may be empty. */
static enum ct_status read_string(struct reading *r, const json_t *step, const char *key,
                                  bool may_be_empty, const char **out, size_t *size)
{
    enum { STRING_MAX = 256 };
    const json_t *const value = json_object_get(step, key);

    if (!json_is_string(value))
        return ct_fail(r->err, CT_EFORMAT, "%s is missing, or not a string", key);
    *size = json_string_length(value);
    if (*size > STRING_MAX || (*size == 0 && !may_be_empty))
        return ct_fail(r->err, CT_ENOTSUP, "%s has %zu bytes; from 1 to %d are supported", key,
                       *size, STRING_MAX);
    *out = json_string_value(value);
    return CT_OK;
}

/* {"String": "x"} or {"Regex": "x+"}; *is_blank: the string is one blank. */
static enum ct_status read_pattern(struct reading *r, const json_t *step, struct file_pattern **out,
                                   bool *is_blank)
{
    const json_t *const pattern = json_object_get(step, "pattern");
    const json_t *const string = json_object_get(pattern, "String");
    const json_t *const regex = json_object_get(pattern, "Regex");
    const json_t *const text = regex != NULL ? regex : string;

    if (!json_is_string(text) || (string != NULL && regex != NULL))
        return ct_fail(r->err, CT_EFORMAT, "pattern is neither a String nor a Regex");
    *is_blank = regex == NULL && strcmp(json_string_value(text), " ") == 0;
    return file_pattern_new(json_string_value(text), json_string_length(text), regex != NULL, out,
                            r->err);
}

/* ---- normalizers ---- */

/* Hands the step over. */
static enum ct_status add_normalizer(struct reading *r, struct normalizer *step)
{
    if (r->rules.n_normalizers == TEXT_RULES_STEPS) {
        normalizer_clear(step);
        return ct_fail(r->err, CT_ENOTSUP, "more than %d steps", TEXT_RULES_STEPS);
    }
    r->rules.normalizers[r->rules.n_normalizers++] = *step;
    return CT_OK;
}

static enum ct_status read_nfc(struct reading *r, const json_t *step)
{
    (void)step;
    return add_normalizer(r, &(struct normalizer){ .kind = NORMALIZER_NFC });
}

static enum ct_status read_content(struct reading *r, const json_t *step, const char *key,
                                   struct normalizer *out)
{
    const char *text = NULL;
    const enum ct_status st = read_string(r, step, key, true, &text, &out->size);

    if (st != CT_OK)
        return st;
    out->content = ct_strndup(text, out->size);
    return out->content != NULL ? CT_OK : ct_fail_nomem(r->err, key, out->size);
}

static enum ct_status read_prepend(struct reading *r, const json_t *step)
{
    struct normalizer prepend = { .kind = NORMALIZER_PREPEND };
    const enum ct_status st = read_content(r, step, "prepend", &prepend);

    return st == CT_OK ? add_normalizer(r, &prepend) : st;
}

static enum ct_status read_replace(struct reading *r, const json_t *step)
{
    struct normalizer replace = { .kind = NORMALIZER_REPLACE };
    enum ct_status st = read_content(r, step, "content", &replace);

    if (st == CT_OK)
        st = read_pattern(r, step, &replace.pattern, &replace.replaces_blanks);
    if (st == CT_OK)
        return add_normalizer(r, &replace);
    normalizer_clear(&replace);
    return st;
}

static const struct step normalizers[] = { { "NFC", read_nfc },
                                           { "Prepend", read_prepend },
                                           { "Replace", read_replace } };

/* ---- pre-tokenizers ---- */

/* Hands the step over. Behind ByteLevel the library sees letters that stand for bytes. */
static enum ct_status add_cut(struct reading *r, struct cut *step)
{
    const bool is_full = r->rules.n_cuts == TEXT_RULES_STEPS;

    if (!is_full && !r->rules.has_bytes) {
        r->rules.cuts[r->rules.n_cuts++] = *step;
        return CT_OK;
    }
    const bool is_bytes = step->kind == CUT_GPT2;
    cut_clear(step);
    return is_full ? ct_fail(r->err, CT_ENOTSUP, "more than %d steps", TEXT_RULES_STEPS)
                   : refuse(r, is_bytes ? "a second ByteLevel" : "a step behind ByteLevel");
}

static enum ct_status read_byte_level(struct reading *r, const json_t *step)
{
    struct cut cut = { .kind = CUT_GPT2, .cuts = true, .blank = " " };
    bool prefix = false;
    enum ct_status st = read_bool(r, step, "add_prefix_space", &prefix);

    if (st == CT_OK && json_object_get(step, "use_regex") != NULL)
        st = read_bool(r, step, "use_regex", &cut.cuts);
    if (st != CT_OK)
        return st;
    cut.prefix = prefix ? CUT_PREFIX_ALWAYS : CUT_PREFIX_NEVER;
    st = add_cut(r, &cut);
    r->rules.has_bytes = true;
    return st;
}

/* The index of the name that is the value of key, or n. */
static size_t find_name(const json_t *step, const char *key, const char *const *names, size_t n)
{
    const char *const name = json_string_value(json_object_get(step, key));
    size_t i = 0;

    while (i < n && (name == NULL || strcmp(name, names[i]) != 0))
        i++;
    return i;
}

static enum ct_status read_split(struct reading *r, const json_t *step)
{
    static const char *const names[] = { [CUT_REMOVED] = "Removed",
                                         [CUT_ISOLATED] = "Isolated",
                                         [CUT_MERGED_WITH_PREVIOUS] = "MergedWithPrevious",
                                         [CUT_MERGED_WITH_NEXT] = "MergedWithNext",
                                         [CUT_CONTIGUOUS] = "Contiguous" };
    const size_t n_names = sizeof names / sizeof *names;
    const size_t behavior = find_name(step, "behavior", names, n_names);
    struct cut cut = { .kind = CUT_SPLIT, .cuts = true, .behavior = (enum cut_behavior)behavior };
    bool is_blank = false;
    enum ct_status st = CT_OK;

    if (behavior == n_names)
        return ct_fail(r->err, CT_ENOTSUP, "behavior is missing, or not supported");
    if (json_object_get(step, "invert") != NULL)
        st = read_bool(r, step, "invert", &cut.invert);
    if (st == CT_OK)
        st = read_pattern(r, step, &cut.pattern, &is_blank);
    return st == CT_OK ? add_cut(r, &cut) : st;
}

static enum ct_status read_digits(struct reading *r, const json_t *step)
{
    struct cut cut = { .kind = CUT_DIGITS, .cuts = true };
    bool each = false;
    const enum ct_status st = read_bool(r, step, "individual_digits", &each);

    cut.behavior = each ? CUT_ISOLATED : CUT_CONTIGUOUS;
    return st == CT_OK ? add_cut(r, &cut) : st;
}

/* Older files have add_prefix_space in place of prepend_scheme. */
static enum ct_status read_scheme(struct reading *r, const json_t *step, enum cut_prefix *out)
{
    static const char *const names[] = {
        [CUT_PREFIX_NEVER] = "never", [CUT_PREFIX_FIRST] = "first", [CUT_PREFIX_ALWAYS] = "always"
    };
    const size_t n_names = sizeof names / sizeof *names;
    const size_t scheme = find_name(step, "prepend_scheme", names, n_names);
    bool prefix = true;

    if (json_object_get(step, "add_prefix_space") != NULL) {
        const enum ct_status st = read_bool(r, step, "add_prefix_space", &prefix);
        if (st != CT_OK)
            return st;
    }
    if (json_object_get(step, "prepend_scheme") == NULL)
        *out = CUT_PREFIX_ALWAYS;
    else if (scheme < n_names)
        *out = (enum cut_prefix)scheme;
    else
        return ct_fail(r->err, CT_ENOTSUP, "prepend_scheme is not always, first or never");
    *out = prefix ? *out : CUT_PREFIX_NEVER;
    return CT_OK;
}

static enum ct_status read_metaspace(struct reading *r, const json_t *step)
{
    struct cut cut = { .kind = CUT_METASPACE, .cuts = true, .behavior = CUT_MERGED_WITH_NEXT };
    const char *blank = NULL;
    size_t size = 0;
    uint32_t c = 0;
    enum ct_status st = read_string(r, step, "replacement", false, &blank, &size);

    if (st == CT_OK && utf8_decode(blank, size, &c) != size)
        st = ct_fail(r->err, CT_EFORMAT, "replacement is not one character");
    if (st == CT_OK)
        st = read_scheme(r, step, &cut.prefix);
    if (st == CT_OK && json_object_get(step, "split") != NULL)
        st = read_bool(r, step, "split", &cut.cuts);
    if (st == CT_OK)
        st = file_pattern_new(blank, size, false, &cut.pattern, r->err);
    if (st != CT_OK)
        return st;
    memcpy(cut.blank, blank, size);
    return add_cut(r, &cut);
}

static const struct step pre_tokenizers[] = { { "ByteLevel", read_byte_level },
                                              { "Split", read_split },
                                              { "Digits", read_digits },
                                              { "Metaspace", read_metaspace } };

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

static bool is_named_id(const json_t *pair)
{
    return json_array_size(pair) == 2 && json_is_string(json_array_get(pair, 0)) &&
           json_is_integer(json_array_get(pair, 1));
}

/* A token before the text and one behind it. The other settings are about offsets. */
static enum ct_status read_around(struct reading *r, const json_t *step)
{
    const json_t *const before = json_object_get(step, "cls");

    if (!is_named_id(before) || !is_named_id(json_object_get(step, "sep")))
        return ct_fail(r->err, CT_EFORMAT, "cls and sep are not [name, id]");
    r->rules.has_suffix = true;
    return add_prefix(r, json_array_get(before, 1));
}

static const struct step post_processors[] = {
    { "ByteLevel", read_nothing }, /* offsets only */
    { "TemplateProcessing", read_template },
    { "RobertaProcessing", read_around },
    { "BertProcessing", read_around },
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
        if (st != CT_OK) {
            text_rules_clear(&r.rules);
            return ct_error_where(err, st, "%s", section->name);
        }
    }
    *out = r.rules;
    return CT_OK;
}
