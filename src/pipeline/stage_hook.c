#include "config.h"
#include "pipeline/stages.h"

#include <stdlib.h>

enum ct_status stage_hook_compute(const struct analysis *a, const struct stage_run *run,
                                  void **result, struct ct_error *err)
{
    struct hook_result *const hook = calloc(1, sizeof *hook);
    enum ct_status status = CT_OK;

    (void)run;
    if (hook == NULL)
        return ct_fail_nomem(err, "hooks", 0);
    if (a->load->model != NULL) {
        const struct model_config *const config = model_config(a->load->model);

        status = a->params.n_hooks > 0
                     ? hooks_resolve(config, (const char *const *)a->params.hooks,
                                     a->params.n_hooks, &hook->hooks, &hook->n_hooks, err)
                     : hooks_default(config, &hook->hooks, &hook->n_hooks, err);
    }
    if (status != CT_OK) {
        stage_hook_free(hook);
        return status;
    }
    *result = hook;
    return CT_OK;
}

void stage_hook_free(void *result)
{
    struct hook_result *const hook = result;

    if (hook == NULL)
        return;
    free(hook->hooks);
    free(hook);
}
