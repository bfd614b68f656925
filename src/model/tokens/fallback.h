/* The rules of a tokenizer that has no tokenizer.json, by family: see family_rules.h. */
#ifndef CT_MODEL_TOKENS_FALLBACK_H
#define CT_MODEL_TOKENS_FALLBACK_H

enum tokenizer_fallback {
    FALLBACK_GPT2, /* bytes, cut by GPT-2's pattern */
    FALLBACK_QWEN2,
};

#endif
