#include "config.h"
#include "model/tokens/family_rules.h"

#include <string.h>

#include "model/arch.h"

/* As in Qwen2's tokenizer.json. */
static const char QWEN2[] = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| "
                            "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                            "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

static enum ct_status set_gpt2(struct text_rules *rules, struct ct_error *err)
{
    (void)err;
    text_rules_set_gpt2(rules);
    return CT_OK;
}

static enum ct_status set_qwen2(struct text_rules *rules, struct ct_error *err)
{
    struct cut cut = { .kind = CUT_SPLIT, .behavior = CUT_ISOLATED, .cuts = true };
    const enum ct_status st = file_pattern_new(QWEN2, sizeof QWEN2 - 1, true, &cut.pattern, err);

    if (st != CT_OK)
        return st;
    text_rules_clear(rules);
    rules->normalizers[rules->n_normalizers++] = (struct normalizer){ .kind = NORMALIZER_NFC };
    rules->cuts[rules->n_cuts++] = cut;
    rules->has_bytes = true;
    return CT_OK;
}

static enum ct_status (*const setters[])(struct text_rules *rules, struct ct_error *err) = {
    [FALLBACK_GPT2] = set_gpt2,
    [FALLBACK_QWEN2] = set_qwen2,
};

/* Classes of transformers with rules of their own: what their names begin with. */
static const struct class_rules {
    const char *class;
    enum tokenizer_fallback fallback;
} classes[] = { { "Qwen", FALLBACK_QWEN2 }, { "", FALLBACK_GPT2 } };

static enum tokenizer_fallback by_class(const char *class)
{
    const struct class_rules *row = classes;

    while (strncmp(class, row->class, strlen(row->class)) != 0)
        row++;
    return row->fallback;
}

enum ct_status family_rules_set(const json_t *tokenizer, const json_t *model,
                                struct text_rules *out, struct ct_error *err)
{
    const char *const class = json_string_value(json_object_get(tokenizer, "tokenizer_class"));
    const char *const type = json_string_value(json_object_get(model, "model_type"));
    const struct arch *const arch = type != NULL ? arch_by_model_type(type) : NULL;
    const enum tokenizer_fallback fallback = class != NULL  ? by_class(class)
                                             : arch != NULL ? arch->fallback
                                                            : FALLBACK_GPT2;

    return setters[fallback](out, err);
}
