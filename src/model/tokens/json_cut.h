/*
 * Takes the vocabulary and the merges out of the text of a tokenizer.json, so that what remains is
 * small enough for a tree of JSON values; json_ids.h and json_merges.h read what was taken out.
 */
#ifndef CT_MODEL_TOKENS_JSON_CUT_H
#define CT_MODEL_TOKENS_JSON_CUT_H

#include <stddef.h>

#include "base/status.h"

struct json_range { /* text[begin .. end); zero: not found */
    size_t begin;
    size_t end;
};

struct json_cut {
    struct json_range vocab;  /* the object model.vocab, with its braces */
    struct json_range merges; /* the array model.merges, with its brackets */
    char *rest;               /* [rest_size], owned: free(); {} and [] in place of both, and as many
                                 lines as before */
    size_t rest_size;
};

/* text [size] need not be valid JSON: whoever parses rest, vocab and merges finds that out.
 * CT_ENOMEM. */
enum ct_status json_cut(const char *text, size_t size, struct json_cut *out, struct ct_error *err);

#endif
