#include "config.h"
#include "cli/commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/gpt2.h"
#include "model/hooks.h"

static const char *site_help(enum hook_site site)
{
    static const char *const help[HOOK_N_SITES] = {
        [HOOK_WTE] = "token embedding",
        [HOOK_WPE] = "position embedding",
        [HOOK_LN_1] = "layer norm before attention",
        [HOOK_ATTN_C_ATTN] = "queries, keys, values",
        [HOOK_ATTN_C_PROJ] = "attention output",
        [HOOK_ATTN] = "attention output",
        [HOOK_LN_2] = "layer norm before the MLP",
        [HOOK_MLP_C_FC] = "MLP before the activation function",
        [HOOK_MLP_ACT] = "MLP after the activation function",
        [HOOK_MLP_C_PROJ] = "MLP output",
        [HOOK_MLP] = "MLP output",
        [HOOK_BLOCK] = "residual stream after the block",
        [HOOK_LN_F] = "last layer norm",
    };
    return help[site];
}

static bool is_in_block(enum hook_site site)
{
    return site != HOOK_WTE && site != HOOK_WPE && site != HOOK_LN_F;
}

static void print_hooks(const struct hook_point *hooks, size_t n)
{
    printf("%-18s %-14s %5s  %s\n", "name", "output", "layer", "what");
    for (size_t i = 0; i < n; i++) {
        char shape[32];
        char layer[24] = "-";

        snprintf(shape, sizeof shape, "[token, %zu]", hooks[i].width);
        if (is_in_block(hooks[i].site))
            snprintf(layer, sizeof layer, "%zu", hooks[i].layer);
        printf("%-18s %-14s %5s  %s\n", hooks[i].name, shape, layer, site_help(hooks[i].site));
    }
}

enum ct_status command_hooks(struct options *options, struct ct_error *err)
{
    struct gpt2 *model = NULL;
    struct hook_point *hooks = NULL;
    size_t n = 0;
    enum ct_status status = commands_defaults(options, err);

    if (status == CT_OK)
        status = gpt2_open(options->params.model, &model, err);
    if (status == CT_OK)
        status = hooks_list(gpt2_config(model), &hooks, &n, err);
    if (status == CT_OK)
        print_hooks(hooks, n);
    free(hooks);
    gpt2_free(model);
    return status;
}
