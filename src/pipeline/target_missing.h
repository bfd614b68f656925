/* Why a target is not among the tokens of a sentence. */
#ifndef CT_PIPELINE_TARGET_MISSING_H
#define CT_PIPELINE_TARGET_MISSING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "model/tokens/tokenizer.h"

struct encoded {      /* a text and its tokens, borrowed */
    const char *text; /* [size], UTF-8 */
    size_t size;
    const struct token *tokens; /* [n_tokens] */
    size_t n_tokens;
};

/* Whether token `at` is behind a word whose token has the one blank between them. */
bool target_follows_word(const struct encoded *sentence, size_t at);

/* CT_EINVAL: says that the target is not among the tokens and, if the text contains word [size],
 * the target with the blank before it, which token it shares with what is around it. */
enum ct_status target_missing(const struct tokenizer *tokenizer, const struct encoded *sentence,
                              const char *target, const char *word, size_t size,
                              struct ct_error *err);

#endif
