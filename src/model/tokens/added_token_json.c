#include "config.h"
#include "model/tokens/added_token_json.h"

#include <string.h>

static enum ct_status read_flag(const json_t *value, const char *content, const char *key,
                                bool *out, struct ct_error *err)
{
    const json_t *const flag = json_object_get(value, key);

    if (flag != NULL && !json_is_null(flag) && !json_is_boolean(flag))
        return ct_fail(err, CT_EFORMAT, "\"%.64s\": %s is neither true nor false", content, key);
    if (json_is_boolean(flag))
        *out = json_is_true(flag);
    return CT_OK;
}

enum ct_status added_token_read(const json_t *value, bool normalized, struct added_token *out,
                                struct ct_error *err)
{
    struct added_token token = { .normalized = normalized };
    const char *const content = json_string_value(json_object_get(value, "content"));
    const struct {
        const char *key;
        bool *out;
    } flags[] = { { "normalized", &token.normalized },
                  { "lstrip", &token.lstrip },
                  { "rstrip", &token.rstrip },
                  { "single_word", &token.single_word } };

    if (content == NULL)
        return ct_fail(err, CT_EFORMAT, "no \"content\" that is a string");
    token.content = content;
    token.size = strlen(content);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        const enum ct_status st = read_flag(value, content, flags[i].key, flags[i].out, err);
        if (st != CT_OK)
            return st;
    }
    *out = token;
    return CT_OK;
}
