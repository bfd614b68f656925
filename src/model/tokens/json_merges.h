/* Reads the merges of a tokenizer.json: ["a b", "c d"] in older files, [["a", "b"], ["c", "d"]] in
 * newer ones, where tokens may contain blanks. */
#ifndef CT_MODEL_TOKENS_JSON_MERGES_H
#define CT_MODEL_TOKENS_JSON_MERGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct merge_names { /* two tokens, UTF-8, not terminated, not empty in the older form */
    const char *left;
    size_t left_size;
    const char *right;
    size_t right_size;
};

/* Reads text[begin .. end), of which nothing else may be left, and calls put for every merge, in
 * order; the names are borrowed until put returns. Stops if put fails. CT_EFORMAT `[N]: ...`. */
enum ct_status json_merges_read(const char *text, size_t begin, size_t end,
                                enum ct_status (*put)(void *context,
                                                      const struct merge_names *merge,
                                                      struct ct_error *err),
                                void *context, struct ct_error *err);

/* `a b`, with one blank, as in older files and in merges.txt. False if it is something else. */
bool merge_names_split(const char *text, size_t size, struct merge_names *out);

#endif
