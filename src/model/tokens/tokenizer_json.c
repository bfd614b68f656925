#include "config.h"
#include "model/tokens/tokenizer_json.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "io/json_parse.h"

static enum ct_status parse(FILE *file, size_t flags, json_t **out, struct ct_error *err)
{
    json_error_t error;

    *out = json_parse_file(file, flags, &error);
    if (*out != NULL)
        return CT_OK;
    return json_error_code(&error) == json_error_out_of_memory
               ? ct_fail_nomem(err, "JSON", 0)
               : ct_fail(err, CT_EFORMAT, "line %d, column %d: %s", error.line, error.column,
                         error.text);
}

static enum ct_status refuse(struct ct_error *err, const char *what)
{
    return ct_fail(err, CT_ENOTSUP, "%s; only GPT-2's encoding is supported", what);
}

/* An absent setting is NULL in jansson, and counts as off. */
static bool is_off(const json_t *value)
{
    return value == NULL || json_is_null(value) || json_is_false(value) ||
           (json_is_string(value) && json_string_length(value) == 0) ||
           (json_is_number(value) && json_number_value(value) == 0.0);
}

static bool is_byte_level(const json_t *value)
{
    const char *const type = json_string_value(json_object_get(value, "type"));

    return type != NULL && strcmp(type, "ByteLevel") == 0;
}

static enum ct_status check_settings(const json_t *root, const json_t *model, struct ct_error *err)
{
    static const char *const off[] = { "dropout", "continuing_subword_prefix", "end_of_word_suffix",
                                       "ignore_merges" };
    const json_t *const pre = json_object_get(root, "pre_tokenizer");
    const json_t *const post = json_object_get(root, "post_processor");
    const json_t *const use_regex = json_object_get(pre, "use_regex");
    const json_t *const type = json_object_get(model, "type");

    if (type != NULL && (!json_is_string(type) || strcmp(json_string_value(type), "BPE") != 0))
        return refuse(err, "model.type is not BPE");
    if (!is_off(json_object_get(root, "normalizer")))
        return refuse(err, "normalizer is not null");
    if (!is_byte_level(pre))
        return refuse(err, "pre_tokenizer is not ByteLevel");
    if (!json_is_false(json_object_get(pre, "add_prefix_space")))
        return refuse(err, "pre_tokenizer.add_prefix_space is not false");
    if (use_regex != NULL && !json_is_true(use_regex))
        return refuse(err, "pre_tokenizer.use_regex is not true");
    if (!is_off(post) && !is_byte_level(post))
        return refuse(err, "post_processor is not ByteLevel");
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        if (!is_off(json_object_get(model, off[i])))
            return ct_fail(err, CT_ENOTSUP, "model.%s is set; only GPT-2's encoding is supported",
                           off[i]);
    return CT_OK;
}

/* name is borrowed from the JSON tree. */
static enum ct_status read_id(const char *name, const json_t *value, struct named_id *out,
                              struct ct_error *err)
{
    const json_int_t id = json_is_integer(value) ? json_integer_value(value) : -1;
    const size_t size = strlen(name);

    if (id < 0 || id > VOCAB_MAX_ID)
        return ct_fail(err, CT_EFORMAT, "\"%.64s\": its id is not an integer from 0 to %d", name,
                       VOCAB_MAX_ID);
    *out = (struct named_id){ name, (uint32_t)size, (uint32_t)id };
    return CT_OK;
}

static enum ct_status add_vocab(struct tokenizer_parts *parts, json_t *vocab, struct ct_error *err)
{
    enum ct_status st = vocab_expect(&parts->vocab, json_object_size(vocab), err);
    const char *name;
    json_t *value;
    struct named_id entry = { 0 };

    json_object_foreach(vocab, name, value)
    {
        if (st == CT_OK)
            st = read_id(name, value, &entry, err);
        if (st == CT_OK)
            st = vocab_add(&parts->vocab, entry.id, entry.name, entry.size, err);
        if (st != CT_OK)
            break;
    }
    return st == CT_OK ? CT_OK : ct_error_where(err, st, "model.vocab");
}

static enum ct_status add_token(struct tokenizer_parts *parts, const json_t *token,
                                struct ct_error *err)
{
    static const char *const off[] = { "lstrip", "rstrip", "single_word" };
    const json_t *const content = json_object_get(token, "content");
    struct named_id entry;

    if (!json_is_string(content))
        return ct_fail(err, CT_EFORMAT, "no \"content\" that is a string");
    const enum ct_status st =
        read_id(json_string_value(content), json_object_get(token, "id"), &entry, err);
    if (st != CT_OK)
        return st;
    for (size_t k = 0; k < sizeof off / sizeof *off; k++)
        if (!is_off(json_object_get(token, off[k])))
            return ct_fail(err, CT_ENOTSUP, "\"%.64s\": %s is set, which is not supported",
                           entry.name, off[k]);
    return tokenizer_parts_add_token(parts, &entry,
                                     json_is_true(json_object_get(token, "normalized")), err);
}

/* "a b" in older files, ["a", "b"] in newer ones. */
static enum ct_status add_merge(struct tokenizer_parts *parts, const json_t *merge,
                                struct ct_error *err)
{
    const json_t *const left = json_array_get(merge, 0);
    const json_t *const right = json_array_get(merge, 1);

    if (json_is_string(merge)) {
        const char *const text = json_string_value(merge);
        const char *const blank = strchr(text, ' ');
        if (blank != NULL && blank != text && blank[1] != '\0' && strchr(blank + 1, ' ') == NULL)
            return tokenizer_parts_add_merge(parts, text, (size_t)(blank - text), blank + 1,
                                             strlen(blank + 1), err);
    } else if (json_array_size(merge) == 2 && json_is_string(left) && json_is_string(right)) {
        return tokenizer_parts_add_merge(parts, json_string_value(left), json_string_length(left),
                                         json_string_value(right), json_string_length(right), err);
    }
    return ct_fail(err, CT_EFORMAT, "\"a b\" or [\"a\", \"b\"] expected");
}

static enum ct_status add_arrays(struct tokenizer_parts *parts, const json_t *merges,
                                 const json_t *tokens, struct ct_error *err)
{
    enum ct_status st = bpe_expect(&parts->bpe, json_array_size(merges), err);
    size_t i;
    json_t *item;

    json_array_foreach(merges, i, item)
    {
        if (st == CT_OK)
            st = add_merge(parts, item, err);
        if (st != CT_OK)
            return ct_error_where(err, st, "model.merges[%zu]", i);
    }
    json_array_foreach(tokens, i, item)
    {
        st = add_token(parts, item, err);
        if (st != CT_OK)
            return ct_error_where(err, st, "added_tokens[%zu]", i);
    }
    return st;
}

static enum ct_status put_together(const json_t *root, struct tokenizer_parts *parts,
                                   struct ct_error *err)
{
    const json_t *const model = json_object_get(root, "model");
    json_t *const vocab = json_object_get(model, "vocab");
    const json_t *const merges = json_object_get(model, "merges");
    const json_t *const tokens = json_object_get(root, "added_tokens");
    enum ct_status st = check_settings(root, model, err);

    if (st != CT_OK)
        return st;
    if (!json_is_object(vocab) || !json_is_array(merges))
        return ct_fail(err, CT_EFORMAT, "model.%s is missing or has the wrong type for BPE",
                       json_is_object(vocab) ? "merges" : "vocab");
    if (tokens != NULL && !json_is_array(tokens))
        return ct_fail(err, CT_EFORMAT, "added_tokens is not an array");
    st = add_vocab(parts, vocab, err);
    if (st == CT_OK)
        st = add_arrays(parts, merges, tokens, err);
    return st == CT_OK ? tokenizer_parts_finish(parts, err) : st;
}

enum ct_status tokenizer_json_read(FILE *file, struct tokenizer_parts *parts, struct ct_error *err)
{
    json_t *root;
    enum ct_status st = parse(file, 0, &root, err);

    if (st != CT_OK)
        return st;
    st = put_together(root, parts, err);
    json_decref(root);
    return st;
}

enum ct_status tokenizer_config_check(FILE *file, struct ct_error *err)
{
    static const char *const off[] = { "add_prefix_space", "add_bos_token", "add_eos_token" };
    json_t *root = NULL;
    /* model_max_length may be 10^30, which jansson cannot read as an integer. */
    enum ct_status st = parse(file, JSON_DECODE_INT_AS_REAL, &root, err);

    for (size_t i = 0; st == CT_OK && i < sizeof off / sizeof *off; i++)
        if (json_is_true(json_object_get(root, off[i])))
            st = ct_fail(err, CT_ENOTSUP, "%s is true; only GPT-2's encoding is supported", off[i]);
    json_decref(root);
    return st;
}
