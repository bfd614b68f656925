/*
 * The token that begins every text (BOS), `<s>`: by the files of a tokenizer, as in transformers
 * with its default add_special_tokens=True, or as the user wants.
 */
#ifndef CT_MODEL_TOKENS_BOS_H
#define CT_MODEL_TOKENS_BOS_H

#include <stdbool.h>
#include <stdint.h>

enum bos_choice { BOS_AUTO, BOS_YES, BOS_NO };

struct bos {
    bool has_token; /* the files name a token for it, whether it is used or not */
    uint32_t token;
    bool is_expected; /* models with this kind of tokenizer are useless without it */
    const char *by;   /* what decided: the name of a file or an option; NULL: nothing */
};

#endif
