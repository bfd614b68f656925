/*
 * Reads the parts of JSON (RFC 8259) that are large in tokenizers, vocabularies and merges, from
 * memory and in one pass; building a tree of JSON values for them would cost several times as much
 * as the rest of opening a tokenizer.
 */
#ifndef CT_MODEL_TOKENS_JSON_READER_H
#define CT_MODEL_TOKENS_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { JSON_READER_NAME = 16384 }; /* bytes of the longest string */

struct json_reader {
    const char *text; /* [size], borrowed */
    size_t size;
    size_t at;        /* of the next byte */
    size_t name_size; /* of the last string read */
    char name[JSON_READER_NAME + 8];
};

/* The next byte, or -1 at the end. */
static inline int json_reader_next(const struct json_reader *r)
{
    return r->at < r->size ? (unsigned char)r->text[r->at] : -1;
}

/* Takes blanks, the character, blanks; false, with only blanks taken, if it is another one. */
bool json_reader_take(struct json_reader *r, char character);

/* Takes a string of at most `most` bytes -> name [name_size], UTF-8 without zero bytes. CT_EFORMAT
 * naming the byte; `what` describes the string. */
enum ct_status json_reader_string(struct json_reader *r, size_t most, const char *what,
                                  struct ct_error *err);

/* Fails with `byte N: WHAT expected`. */
enum ct_status json_reader_expected(const struct json_reader *r, const char *what,
                                    struct ct_error *err);

#endif
