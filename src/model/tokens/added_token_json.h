/* An added token as an object in JSON: {"content": "<s>", "lstrip": false, ...}. */
#ifndef CT_MODEL_TOKENS_ADDED_TOKEN_JSON_H
#define CT_MODEL_TOKENS_ADDED_TOKEN_JSON_H

#include <jansson.h>

#include "base/status.h"
#include "model/tokens/added_tokens.h"

/* Sets all of *out but the id; the content is borrowed from value. An absent `normalized` is
 * `normalized`. CT_EFORMAT. */
enum ct_status added_token_read(const json_t *value, bool normalized, struct added_token *out,
                                struct ct_error *err);

#endif
