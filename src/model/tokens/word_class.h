/* Which characters belong to words and which are white space, for added tokens with `single_word`,
 * `lstrip` or `rstrip`: those of Rust's regular expressions, \w and \s (Unicode Technical Standard
 * 18, annex C). */
#ifndef CT_MODEL_TOKENS_WORD_CLASS_H
#define CT_MODEL_TOKENS_WORD_CLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct word_class; /* immutable; threads may share it */

/* *out is owned by the caller: word_class_free(). CT_ENOMEM, CT_ENOTSUP (a PCRE2 without Unicode).
 */
enum ct_status word_class_new(struct word_class **out, struct ct_error *err);
void word_class_free(struct word_class *words);

/* Whether text [size], valid UTF-8, begins or ends with a character of words. */
bool word_class_begins(const struct word_class *words, const char *text, size_t size);
bool word_class_ends(const struct word_class *words, const char *text, size_t size);

/* The bytes of white space at the beginning or end of text [size]. */
size_t white_space_begins(const char *text, size_t size);
size_t white_space_ends(const char *text, size_t size);

#endif
