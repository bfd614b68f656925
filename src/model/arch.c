#include "config.h"
#include "model/arch.h"

#include <stdio.h>
#include <string.h>

static const struct arch *const archs[] = {
    &arch_gpt2,  &arch_llama,   &arch_mistral,     &arch_qwen2,  &arch_qwen3,
    &arch_gemma, &arch_gemma2,  &arch_gemma3_text, &arch_gemma3, &arch_gpt_neox,
    &arch_opt,   &arch_gpt_neo, &arch_gptj,        &arch_phi,    &arch_phi3,
};

enum { N_ARCHS = sizeof archs / sizeof archs[0] };

const struct arch *arch_by_model_type(const char *model_type)
{
    for (size_t i = 0; i < N_ARCHS; i++)
        for (const char *const *type = archs[i]->model_types; *type != NULL; type++)
            if (strcmp(*type, model_type) == 0)
                return archs[i];
    return NULL;
}

const struct arch *arch_default(void)
{
    return &arch_gpt2; /* early config.json files have no model_type */
}

void arch_list_model_types(char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < N_ARCHS; i++)
        for (const char *const *type = archs[i]->model_types; *type != NULL && used < size; type++)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", *type);
}
