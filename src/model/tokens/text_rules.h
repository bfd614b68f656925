/*
 * What a tokenizer does around its merges, in the order of Hugging Face's tokenizers: normalizers,
 * pre-tokenizers, merges, post-processors. Every kind of step that the files can name is a row in
 * text_rules_json.c, which sets the fields here.
 */
#ifndef CT_MODEL_TOKENS_TEXT_RULES_H
#define CT_MODEL_TOKENS_TEXT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_RULES_PREFIX = 8 };

struct text_rules { /* zero: text is encoded as it is, cut by GPT-2's pattern */
    /* Before the pieces: */
    bool nfc;              /* only text in normalization form C is encoded */
    bool add_prefix_space; /* a blank before text that does not begin with one */

    /* The pieces: */
    bool uncut; /* the text is one piece */

    /* In a piece: */
    bool ignore_merges; /* one that is a token as a whole is not merged */

    /* Around the tokens of a text: */
    uint32_t prefix[TEXT_RULES_PREFIX]; /* [n_prefix], such as `<s>` */
    size_t n_prefix;
    bool has_suffix; /* a token follows that only training needs; it is left out */
};

#endif
