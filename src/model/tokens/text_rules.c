#include "config.h"
#include "model/tokens/text_rules.h"

void text_rules_clear(struct text_rules *rules)
{
    for (size_t i = 0; i < rules->n_normalizers; i++)
        normalizer_clear(&rules->normalizers[i]);
    for (size_t i = 0; i < rules->n_cuts; i++)
        cut_clear(&rules->cuts[i]);
    *rules = (struct text_rules){ 0 };
}

void text_rules_set_gpt2(struct text_rules *rules)
{
    text_rules_clear(rules);
    rules->has_bytes = true;
    rules->cuts[rules->n_cuts++] = (struct cut){ .kind = CUT_GPT2, .cuts = true, .blank = " " };
}

struct cut *text_rules_gpt2_cut(struct text_rules *rules)
{
    for (size_t i = 0; i < rules->n_cuts; i++)
        if (rules->cuts[i].kind == CUT_GPT2)
            return &rules->cuts[i];
    return NULL;
}

const char *text_rules_blank(const struct text_rules *rules)
{
    for (size_t i = 0; i < rules->n_normalizers; i++)
        if (rules->normalizers[i].replaces_blanks)
            return rules->normalizers[i].content;
    for (size_t i = 0; i < rules->n_cuts; i++)
        if (rules->cuts[i].kind == CUT_METASPACE)
            return rules->cuts[i].blank;
    return NULL;
}
