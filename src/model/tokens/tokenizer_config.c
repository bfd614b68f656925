#include "config.h"
#include "model/tokens/tokenizer_config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/number.h"
#include "model/tokens/added_token_json.h"
#include "model/tokens/tokenizer_bos.h"

static const char NAME[] = "tokenizer_config.json";

/* ---- tokens with ids ---- */

static int by_id(const void *a, const void *b)
{
    const struct added_token *const x = a;
    const struct added_token *const y = b;

    return (x->id > y->id) - (x->id < y->id);
}

static enum ct_status read_entry(const char *key, const json_t *value, struct added_token *out,
                                 struct ct_error *err)
{
    size_t id = 0;
    enum ct_status st = CT_OK;

    if (!number_parse_size(key, strlen(key), &id) || id > VOCAB_MAX_ID)
        st = ct_fail(err, CT_EFORMAT, "not an id from 0 to %d", VOCAB_MAX_ID);
    if (st == CT_OK)
        st = added_token_read(value, !json_is_true(json_object_get(value, "special")), out, err);
    if (st != CT_OK)
        return ct_error_where(err, st, "added_tokens_decoder: \"%.32s\"", key);
    out->id = (uint32_t)id;
    return CT_OK;
}

enum ct_status tokenizer_config_add_tokens(const json_t *root, struct tokenizer_parts *parts,
                                           struct ct_error *err)
{
    json_t *const decoder = json_object_get(root, "added_tokens_decoder");
    const size_t n = json_object_size(decoder);
    enum ct_status st = CT_OK;
    const char *key;
    json_t *value;
    size_t i = 0;

    if (decoder != NULL && !json_is_null(decoder) && !json_is_object(decoder))
        return ct_fail(err, CT_EFORMAT, "added_tokens_decoder is not an object");
    if (n == 0)
        return CT_OK;
    struct added_token *const tokens = ct_calloc_array(n, sizeof *tokens);
    if (tokens == NULL)
        return ct_fail_nomem(err, "added tokens", n * sizeof *tokens);
    json_object_foreach(decoder, key, value)
    {
        if (st == CT_OK)
            st = read_entry(key, value, &tokens[i++], err);
    }
    qsort(tokens, n, sizeof *tokens, by_id);
    for (i = 0; i < n && st == CT_OK; i++)
        st = tokenizer_parts_offer_token(parts, &tokens[i], NAME, err);
    free(tokens);
    return st;
}

/* ---- special tokens ---- */

/* A special token is written as its content or as an object. */
static enum ct_status add_special(const json_t *value, const char *file,
                                  struct tokenizer_parts *parts, struct ct_error *err)
{
    struct added_token token = { .id = TOKEN_WITHOUT_ID };

    if (json_is_string(value)) {
        token.content = json_string_value(value);
        token.size = strlen(token.content);
    } else if (json_is_object(value)) {
        const enum ct_status st = added_token_read(value, false, &token, err);
        if (st != CT_OK)
            return st;
        token.id = TOKEN_WITHOUT_ID;
    } else {
        return CT_OK; /* null or false: there is none */
    }
    return token.size > 0 ? tokenizer_parts_offer_token(parts, &token, file, err) : CT_OK;
}

/* One, a list of them, or an object of names and them. */
static enum ct_status add_all(const char *key, const json_t *value, const char *file,
                              struct tokenizer_parts *parts, struct ct_error *err)
{
    const bool has_names = json_is_object(value) && json_object_get(value, "content") == NULL;
    enum ct_status st = CT_OK;
    const char *name;
    json_t *item;
    size_t i;

    if (json_is_array(value)) {
        json_array_foreach(value, i, item)
        {
            if (st == CT_OK)
                st = add_special(item, file, parts, err);
        }
    } else if (has_names) {
        json_object_foreach((json_t *)value, name, item)
        {
            if (st == CT_OK)
                st = add_special(item, file, parts, err);
        }
    } else {
        st = add_special(value, file, parts, err);
    }
    return st == CT_OK ? CT_OK : ct_error_where(err, st, "%s", key);
}

enum ct_status tokenizer_config_add_special(const json_t *root, const char *file,
                                            struct tokenizer_parts *parts, struct ct_error *err)
{
    /* In the order in which transformers numbers those that are new. */
    static const char *const keys[] = { "bos_token",           "eos_token",
                                        "unk_token",           "sep_token",
                                        "pad_token",           "cls_token",
                                        "mask_token",          "additional_special_tokens",
                                        "extra_special_tokens" };
    enum ct_status st = CT_OK;

    for (size_t i = 0; i < sizeof keys / sizeof *keys && st == CT_OK; i++)
        st = add_all(keys[i], json_object_get(root, keys[i]), file, parts, err);
    return st;
}

/* ---- settings ---- */

enum ct_status tokenizer_config_apply(const json_t *root, const json_t *special, bool has_json,
                                      struct tokenizer_parts *parts, struct ct_error *err)
{
    struct cut *const cut = text_rules_gpt2_cut(&parts->rules);
    bool is_set = false;
    bool value = false;
    enum ct_status st = tokenizer_setting_read(root, "add_prefix_space", &is_set, &value, err);

    if (st != CT_OK)
        return st;
    if (is_set && has_json && cut != NULL && value != (cut->prefix != CUT_PREFIX_NEVER))
        tokenizer_parts_note(parts,
                             "add_prefix_space is %s in tokenizer.json and %s in %s; %s was "
                             "used",
                             value ? "false" : "true", value ? "true" : "false", NAME,
                             value ? "true" : "false");
    if (is_set && cut != NULL)
        cut->prefix = value ? CUT_PREFIX_ALWAYS : CUT_PREFIX_NEVER;
    st = tokenizer_setting_read(root, "split_special_tokens", &is_set, &value, err);
    if (st == CT_OK && value)
        st = ct_fail(err, CT_ENOTSUP, "split_special_tokens: true is not supported");
    if (st != CT_OK)
        return st;
    return tokenizer_bos_read(root, special, has_json, parts, err);
}
