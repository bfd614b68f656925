#include "config.h"
#include "cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/confined.h"
#include "model/hooks.h"
#include "model/model.h"

static void print_hooks(const struct hook_point *hooks, size_t n)
{
    int longest = 18; /* minimum width, also for short names */

    for (size_t i = 0; i < n; i++)
        longest = (int)strlen(hooks[i].name) > longest ? (int)strlen(hooks[i].name) : longest;
    printf("%-*s %-14s %5s  %s\n", longest, "name", "output", "layer", "what");
    for (size_t i = 0; i < n; i++) {
        char shape[32];
        char layer[24] = "-";

        snprintf(shape, sizeof shape, "[token, %zu]", hooks[i].width);
        if (hooks[i].is_in_block)
            snprintf(layer, sizeof layer, "%zu", hooks[i].layer);
        printf("%-*s %-14s %5s  %s\n", longest, hooks[i].name, shape, layer, hooks[i].what);
    }
}

enum ct_status command_hooks(struct options *options, struct ct_error *err)
{
    struct model *model = NULL;
    struct hook_point *hooks = NULL;
    size_t n = 0;
    enum ct_status status = commands_defaults(options, err);

    confined_to_file("-");
    if (status == CT_OK)
        status = model_open(options->params.model, &model, err);
    if (status == CT_OK)
        status = hooks_list(model_config(model), &hooks, &n, err);
    if (status == CT_OK)
        print_hooks(hooks, n);
    free(hooks);
    model_free(model);
    return status;
}
