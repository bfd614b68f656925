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

#include "model/tokens/cut.h"
#include "model/tokens/normalize.h"
#include "model/tokens/symbols.h"

enum { TEXT_RULES_PREFIX = 8, TEXT_RULES_STEPS = 16 };

struct text_rules { /* zero-initialise; owns its steps until text_rules_clear() */
    struct normalizer normalizers[TEXT_RULES_STEPS];
    size_t n_normalizers;
    struct cut cuts[TEXT_RULES_STEPS];
    size_t n_cuts;

    bool has_bytes;              /* the vocabulary is of bytes; else of plain text */
    struct symbol_rules symbols; /* of plain text */
    bool ignore_merges;          /* a piece that is a token as a whole is not merged */

    /* Around the tokens of a text: */
    uint32_t prefix[TEXT_RULES_PREFIX]; /* [n_prefix], such as `<s>` */
    size_t n_prefix;
    bool has_suffix; /* a token follows that only training needs; it is left out */
};

void text_rules_clear(struct text_rules *rules);

/* The rules of GPT-2: bytes, cut by its pattern. */
void text_rules_set_gpt2(struct text_rules *rules);

/* The cut of GPT-2's pattern, in which add_prefix_space is `prefix`; NULL if there is none. */
struct cut *text_rules_gpt2_cut(struct text_rules *rules);

/* What stands for a blank in the vocabulary, `▁`; NULL if blanks are themselves. */
const char *text_rules_blank(const struct text_rules *rules);

#endif
