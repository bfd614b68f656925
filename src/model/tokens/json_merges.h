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

enum { JSON_MERGES_AHEAD = 64 };

struct merge_reading {
    /* Called for every merge, in order; stops if it fails. */
    enum ct_status (*put)(void *context, const struct merge_names *merge, struct ct_error *err);
    /* Called before put for the next n, at most JSON_MERGES_AHEAD; may be NULL. */
    void (*expect)(void *context, const struct merge_names *merges, size_t n);
    void *context;
};

/* Reads text[begin .. end), of which nothing else may be left; the names are borrowed until the
 * call returns. CT_EFORMAT `[N]: ...`, CT_ENOMEM. */
enum ct_status json_merges_read(const char *text, size_t begin, size_t end,
                                const struct merge_reading *reading, struct ct_error *err);

/* `a b`, with one blank, as in older files and in merges.txt. False if it is something else. */
bool merge_names_split(const char *text, size_t size, struct merge_names *out);

#endif
