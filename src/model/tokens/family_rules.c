#include "config.h"
#include "model/tokens/family_rules.h"

#include <string.h>

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

static const struct family {
    const char *class;      /* with which tokenizer_class begins */
    const char *model_type; /* with which model_type begins; counts without a class */
    enum ct_status (*set)(struct text_rules *rules, struct ct_error *err);
} families[] = {
    { "Qwen", "qwen", set_qwen2 }, { "", "", set_gpt2 }, /* gpt2, gpt_neo, opt, gptj, phi */
};

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

enum ct_status family_rules_set(const json_t *tokenizer, const json_t *model,
                                struct text_rules *out, struct ct_error *err)
{
    const char *const class = json_string_value(json_object_get(tokenizer, "tokenizer_class"));
    const char *const type = json_string_value(json_object_get(model, "model_type"));

    for (size_t i = 0; i + 1 < sizeof families / sizeof *families; i++) {
        const struct family *const f = &families[i];
        if (class != NULL ? begins_with(class, f->class)
                          : type != NULL && begins_with(type, f->model_type))
            return f->set(out, err);
    }
    return set_gpt2(out, err);
}
