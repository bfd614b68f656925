#include "config.h"
#include "pipeline/stage_hook.h"

#include <stdlib.h>

#include "pipeline/stage_load.h"

static void release(void *result)
{
    struct hook_result *const hook = result;

    if (hook == NULL)
        return;
    free(hook->hooks);
    free(hook);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct hook_result *const hook = calloc(1, sizeof *hook);
    enum ct_status status = CT_OK;

    (void)run;
    if (hook == NULL)
        return ct_fail_nomem(err, "hooks", 0);
    if (load_of(a)->model != NULL) {
        const struct model_config *const config = model_config(load_of(a)->model);

        status = a->params.n_hooks > 0
                     ? hooks_resolve(config, (const char *const *)a->params.hooks,
                                     a->params.n_hooks, &hook->hooks, &hook->n_hooks, err)
                     : hooks_default(config, &hook->hooks, &hook->n_hooks, err);
    }
    if (status != CT_OK) {
        release(hook);
        return status;
    }
    *result = hook;
    return CT_OK;
}

static const struct setting hook_settings[] = {
    { .name = "hook",
      .letter = 'H',
      .kind = &kind_names,
      .scope = OF_MODEL,
      .field = offsetof(struct params, hooks),
      .commands = FOR_RUN,
      .argument = "NAME",
      .help = "hook point or glob, such as h.5.mlp.c_fc; repeatable" },
};

const struct stage stage_hook = {
    .name = "hook",
    .title = "Hook",
    .does = "selects the hook points",
    .settings = hook_settings,
    .n_settings = sizeof hook_settings / sizeof *hook_settings,
    .inputs = (const struct stage *const[]){ &stage_load, NULL },
    .compute = compute,
    .free = release,
};
