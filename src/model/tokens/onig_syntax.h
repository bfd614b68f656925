/*
 * The regular expressions of tokenizer.json, which Hugging Face's tokenizers give to Oniguruma (its
 * Ruby syntax), rewritten for PCRE2: classes of characters are spelt out where the two disagree,
 * and syntax that means something else there, or is unknown to one, is refused.
 */
#ifndef CT_MODEL_TOKENS_ONIG_SYNTAX_H
#define CT_MODEL_TOKENS_ONIG_SYNTAX_H

#include <stddef.h>

#include "base/status.h"

enum { ONIG_PATTERN_MAX = 4096 }; /* bytes of a pattern; the longest in use has 500 */

/* pattern [size], UTF-8 -> *out [*out_size], owned by the caller: free(). To be compiled with
 * PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE and \n as the newline. CT_ENOTSUP naming the syntax,
 * CT_EFORMAT, CT_ENOMEM. */
enum ct_status onig_syntax_rewrite(const char *pattern, size_t size, char **out, size_t *out_size,
                                   struct ct_error *err);

#endif
