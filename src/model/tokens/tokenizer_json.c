#include "config.h"
#include "model/tokens/tokenizer_json.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/json_parse.h"
#include "model/tokens/added_token_json.h"
#include "model/tokens/json_cut.h"
#include "model/tokens/json_ids.h"
#include "model/tokens/json_merges.h"
#include "model/tokens/text_rules_json.h"

/* An absent setting is NULL in jansson, and counts as off. */
static bool is_off(const json_t *value)
{
    return value == NULL || json_is_null(value) || json_is_false(value) ||
           (json_is_string(value) && json_string_length(value) == 0) ||
           (json_is_number(value) && json_number_value(value) == 0.0);
}

static enum ct_status check_model(const json_t *model, struct ct_error *err)
{
    static const char *const off[] = { "dropout", "continuing_subword_prefix",
                                       "end_of_word_suffix" };
    const json_t *const type = json_object_get(model, "type");
    const char *const name = json_string_value(type);

    if (type != NULL && (name == NULL || strcmp(name, "BPE") != 0))
        return ct_fail(err, CT_ENOTSUP,
                       "model.type is not BPE but %.32s, which is not supported; use a model whose "
                       "tokenizer is BPE",
                       name != NULL ? name : "no name");
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        if (!is_off(json_object_get(model, off[i])))
            return ct_fail(err, CT_ENOTSUP,
                           "model.%s is set, which is not supported; use a tokenizer without it",
                           off[i]);
    return CT_OK;
}

/* ---- vocabulary and merges ---- */

static enum ct_status put_name(void *context, const struct named_id *entry, struct ct_error *err)
{
    struct tokenizer_parts *const parts = context;

    fingerprint_name(&parts->print, entry->name, entry->size, entry->id);
    return vocab_add(&parts->vocab, entry->id, entry->name, entry->size, err);
}

static enum ct_status put_merge(void *context, const struct merge_names *merge,
                                struct ct_error *err)
{
    struct tokenizer_parts *const parts = context;

    fingerprint_merge(&parts->print, merge->left, merge->left_size, merge->right,
                      merge->right_size);
    return tokenizer_parts_add_merge(parts, merge->left, merge->left_size, merge->right,
                                     merge->right_size, err);
}

/* Names of plain text are looked up as they are. */
static void expect_merges(void *context, const struct merge_names *merges, size_t n)
{
    const struct tokenizer_parts *const parts = context;
    struct vocab_name names[2 * JSON_MERGES_AHEAD];

    _Static_assert(2 * JSON_MERGES_AHEAD <= (int)VOCAB_AHEAD, "all fit");
    for (size_t i = 0; i < n; i++) {
        names[2 * i] = (struct vocab_name){ merges[i].left, merges[i].left_size, 0 };
        names[2 * i + 1] = (struct vocab_name){ merges[i].right, merges[i].right_size, 0 };
    }
    if (!parts->vocab.is_plain)
        return;
    vocab_load_ahead(&parts->vocab, names, 2 * n);
    for (size_t i = 0; i < n; i++)
        bpe_load_ahead(&parts->bpe, names[2 * i].probable_id, names[2 * i + 1].probable_id);
}

/* The number of entries in the range, at most: every entry but the first follows a comma. */
static size_t count_commas(const char *text, const struct json_range *range)
{
    size_t n = 0;

    for (size_t at = range->begin; at < range->end; at++)
        n += text[at] == ',';
    return n;
}

/* The number of merges, at most; a pair has a comma of its own. */
static size_t count_merges(const char *text, const struct json_range *range)
{
    size_t at = range->begin + 1;

    while (at < range->end && strchr(" \n\r\t", text[at]) != NULL)
        at++;
    return count_commas(text, range) / (at < range->end && text[at] == '[' ? 2 : 1) + 1;
}

static enum ct_status read_entries(const char *text, const struct json_cut *cut,
                                   struct tokenizer_parts *parts, struct ct_error *err)
{
    enum ct_status st = vocab_expect(&parts->vocab, count_commas(text, &cut->vocab), err);

    if (st == CT_OK)
        st = json_ids_read(text, cut->vocab.begin, cut->vocab.end, put_name, parts, err);
    if (st != CT_OK)
        return ct_error_where(err, st, "model.vocab");
    st = bpe_expect(&parts->bpe, count_merges(text, &cut->merges), err);
    if (st == CT_OK)
        st = json_merges_read(text, cut->merges.begin, cut->merges.end,
                              &(struct merge_reading){ put_merge, expect_merges, parts }, err);
    if (st != CT_OK)
        return ct_error_where(err, st, "model.merges");
    return CT_OK;
}

/* ---- added tokens ---- */

static enum ct_status add_token(struct tokenizer_parts *parts, const json_t *value,
                                struct ct_error *err)
{
    const json_t *const id = json_object_get(value, "id");
    const json_int_t number = json_is_integer(id) ? json_integer_value(id) : -1;
    struct added_token token = { .size = 0 };
    const enum ct_status st = added_token_read(value, false, &token, err);

    if (st != CT_OK)
        return st;
    if (number < 0 || number > VOCAB_MAX_ID)
        return ct_fail(err, CT_EFORMAT, "\"%.64s\": its id is not an integer from 0 to %d",
                       token.content, VOCAB_MAX_ID);
    token.id = (uint32_t)number;
    return tokenizer_parts_add_token(parts, &token, true, err);
}

static enum ct_status add_tokens(struct tokenizer_parts *parts, const json_t *tokens,
                                 struct ct_error *err)
{
    size_t i;
    json_t *item;

    if (tokens != NULL && !json_is_null(tokens) && !json_is_array(tokens))
        return ct_fail(err, CT_EFORMAT, "added_tokens is not an array");
    json_array_foreach(tokens, i, item)
    {
        const enum ct_status st = add_token(parts, item, err);
        if (st != CT_OK)
            return ct_error_where(err, st, "added_tokens[%zu]", i);
    }
    return CT_OK;
}

/* ---- the file ---- */

static enum ct_status read_flag(const json_t *model, const char *key, bool *out,
                                struct ct_error *err)
{
    const json_t *const value = json_object_get(model, key);

    if (!is_off(value) && !json_is_true(value))
        return ct_fail(err, CT_EFORMAT, "model.%s is neither true nor false", key);
    *out = json_is_true(value);
    return CT_OK;
}

static enum ct_status read_flags(const json_t *model, struct text_rules *rules,
                                 struct ct_error *err)
{
    enum ct_status st = read_flag(model, "ignore_merges", &rules->ignore_merges, err);

    if (st == CT_OK)
        st = read_flag(model, "byte_fallback", &rules->symbols.byte_fallback, err);
    return st == CT_OK ? read_flag(model, "fuse_unk", &rules->symbols.fuse_unk, err) : st;
}

/* The token of characters that have none; call after the vocabulary is read. */
static enum ct_status read_unk(const json_t *model, struct tokenizer_parts *parts,
                               struct ct_error *err)
{
    const json_t *const unk = json_object_get(model, "unk_token");
    const char *const name = json_string_value(unk);

    if (is_off(unk) || parts->rules.has_bytes)
        return CT_OK;
    const int32_t id =
        name != NULL ? vocab_find_name(&parts->vocab, name, strlen(name)) : VOCAB_NONE;
    if (id == VOCAB_NONE)
        return ct_fail(err, CT_EFORMAT, "model.unk_token is not in the vocabulary");
    parts->rules.symbols.has_unk = true;
    parts->rules.symbols.unk_id = (uint32_t)id;
    return CT_OK;
}

static enum ct_status read_rest(const char *text, const struct json_cut *cut, const json_t *root,
                                struct tokenizer_parts *parts, struct ct_error *err)
{
    const json_t *const model = json_object_get(root, "model");
    const bool has_vocab = json_is_object(json_object_get(model, "vocab"));
    enum ct_status st = check_model(model, err);

    if (st == CT_OK)
        st = text_rules_read(root, &parts->rules, err);
    if (st == CT_OK)
        st = read_flags(model, &parts->rules, err);
    if (st != CT_OK)
        return st;
    parts->vocab.is_plain = !parts->rules.has_bytes;
    if (!has_vocab || !json_is_array(json_object_get(model, "merges")))
        return ct_fail(err, CT_EFORMAT, "model.%s is missing or has the wrong type for BPE",
                       has_vocab ? "merges" : "vocab");
    if (cut->vocab.end == 0 || cut->merges.end == 0)
        return ct_fail(err, CT_EFORMAT, "model: a key is written with escapes; write it plainly");
    st = read_entries(text, cut, parts, err);
    if (st == CT_OK)
        st = read_unk(model, parts, err);
    return st == CT_OK ? add_tokens(parts, json_object_get(root, "added_tokens"), err) : st;
}

enum ct_status tokenizer_json_read(const char *text, size_t size, struct tokenizer_parts *parts,
                                   struct ct_error *err)
{
    struct json_cut cut;
    json_t *root = NULL;
    enum ct_status st = json_cut(text, size, &cut, err);

    if (st != CT_OK)
        return st;
    st = json_parse_python(cut.rest, cut.rest_size, &root, err);
    if (st == CT_OK)
        st = read_rest(text, &cut, root, parts, err);
    json_decref(root);
    free(cut.rest);
    return st;
}
