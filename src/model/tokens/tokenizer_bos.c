#include "config.h"
#include "model/tokens/tokenizer_bos.h"

#include <string.h>

static const char NAME[] = "tokenizer_config.json";

/* ---- classes of transformers ---- */

static const struct bos_class {
    const char *prefix; /* of tokenizer_class */
    const char *token;  /* bos_token if no file has one */
    bool decides;       /* add_bos_token goes over tokenizer.json */
    bool is_expected;   /* see struct bos */
} classes[] = {
    { "Llama", "<s>", true, true },        { "CodeLlama", "<s>", true, true },
    { "Gemma", "<bos>", true, true },      { "GPTNeoX", "<|endoftext|>", true, false },
    { "", "<|endoftext|>", false, false },
};

static const struct bos_class *find_class(const json_t *config)
{
    const char *const name = json_string_value(json_object_get(config, "tokenizer_class"));
    const struct bos_class *class = classes;

    while (strncmp(name != NULL ? name : "", class->prefix, strlen(class->prefix)) != 0)
        class ++;
    return class;
}

/* ---- the token ---- */

/* The content of bos_token; NULL: null, there is none. */
static const char *bos_of(const json_t *config, const json_t *special, const char *by_default)
{
    const json_t *const roots[] = { config, special };
    bool is_null = false;

    for (size_t i = 0; i < 2; i++) {
        const json_t *const value = json_object_get(roots[i], "bos_token");
        const char *const content = json_is_object(value)
                                        ? json_string_value(json_object_get(value, "content"))
                                        : json_string_value(value);
        if (content != NULL)
            return content;
        is_null = is_null || json_is_null(value);
    }
    return is_null ? NULL : by_default;
}

static void find_token(const char *name, struct tokenizer_parts *parts)
{
    const size_t size = name != NULL ? strlen(name) : 0;
    const struct added_token *const added = added_tokens_get(&parts->added, name, size);
    const int32_t known =
        added != NULL ? (int32_t)added->id : vocab_find_name(&parts->vocab, name, size);

    parts->bos.has_token = name != NULL && known != VOCAB_NONE;
    parts->bos.token = parts->bos.has_token ? (uint32_t)known : 0;
}

/* ---- whether it is used ---- */

enum ct_status tokenizer_setting_read(const json_t *config, const char *key, bool *is_set,
                                      bool *value, struct ct_error *err)
{
    const json_t *const setting = json_object_get(config, key);

    if (setting != NULL && !json_is_null(setting) && !json_is_boolean(setting))
        return ct_fail(err, CT_EFORMAT, "%s is neither true nor false", key);
    *is_set = json_is_boolean(setting);
    *value = json_is_true(setting);
    return CT_OK;
}

/* add_bos_token decides. */
static enum ct_status apply(const json_t *config, const char *name, struct tokenizer_parts *parts,
                            struct ct_error *err)
{
    struct text_rules *const rules = &parts->rules;
    bool has_bos = false;
    bool adds_bos = false;
    bool has_eos = false;
    bool adds_eos = false;
    enum ct_status st = tokenizer_setting_read(config, "add_bos_token", &has_bos, &adds_bos, err);

    if (st == CT_OK)
        st = tokenizer_setting_read(config, "add_eos_token", &has_eos, &adds_eos, err);
    if (st != CT_OK)
        return st;
    if (has_eos)
        rules->has_suffix = adds_eos;
    if (!has_bos)
        return CT_OK;
    if (adds_bos && name == NULL)
        return ct_fail(err, CT_EFORMAT, "add_bos_token is true, but bos_token is null");
    if (adds_bos && !parts->bos.has_token)
        return ct_fail(err, CT_EFORMAT,
                       "add_bos_token is true, but bos_token \"%.64s\" is not a token", name);
    parts->bos.by = NAME;
    rules->n_prefix = adds_bos;
    rules->prefix[0] = parts->bos.token;
    return CT_OK;
}

/* tokenizer.json counts: says so if the other file has something else in mind. */
static void note(const json_t *config, struct tokenizer_parts *parts)
{
    const json_t *const bos = json_object_get(config, "add_bos_token");

    if (json_is_boolean(bos) && json_is_true(bos) != (parts->rules.n_prefix > 0))
        tokenizer_parts_note(parts,
                             "add_bos_token is %s in %s, but tokenizer.json says otherwise; "
                             "tokenizer.json was used",
                             json_is_true(bos) ? "true" : "false", NAME);
}

enum ct_status tokenizer_bos_read(const json_t *config, const json_t *special, bool has_json,
                                  struct tokenizer_parts *parts, struct ct_error *err)
{
    const struct bos_class *const class = find_class(config);
    const char *const name = bos_of(config, special, class->token);

    find_token(name, parts);
    parts->bos.is_expected = class->is_expected;
    if (parts->rules.n_prefix > 0)
        parts->bos.by = "tokenizer.json";
    if (!has_json || class->decides)
        return apply(config, name, parts, err);
    note(config, parts);
    return CT_OK;
}
