/*
 * Reads a JSON object (RFC 8259) whose values are all ids: {"a": 0, "b": 1}. vocab.json holds 50257
 * of them.
 */
#ifndef CT_MODEL_TOKENS_JSON_IDS_H
#define CT_MODEL_TOKENS_JSON_IDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct named_id {
    const char *name; /* UTF-8, not terminated, without zero bytes */
    size_t size;
    uint32_t id; /* at most VOCAB_MAX_ID */
};

/*
 * Reads text[begin .. end), of which nothing else may be left, and calls put for every entry, in
 * order; the name is borrowed until put returns. Stops if put fails. Names may be repeated.
 * CT_EFORMAT naming byte or entry.
 */
enum ct_status json_ids_read(const char *text, size_t begin, size_t end,
                             enum ct_status (*put)(void *context, const struct named_id *entry,
                                                   struct ct_error *err),
                             void *context, struct ct_error *err);

#endif
