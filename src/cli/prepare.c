#include "config.h"
#include "cli/prepare.h"

#include "cli/commands.h"
#include "cli/meter.h"
#include "cli/paths.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_hook.h"

void take_over_params(struct analysis *a, struct options *options)
{
    params_clear(&a->params);
    a->params = options->params; /* handed over */
    options->params = (struct params){ 0 };
}

enum ct_status find_units(struct analysis *a, size_t size, struct units *out, struct ct_error *err)
{
    enum ct_status status = meter_run(a, &stage_contrast, NULL, NULL, err);

    if (status == CT_OK)
        status = meter_run(a, &stage_hook, NULL, NULL, err);
    return status == CT_OK ? units_init(a, size, out, err) : status;
}

enum ct_status take_plan(struct options *options, const char *out, struct unit_plan *plan,
                         struct ct_error *err)
{
    struct params *const p = &options->params;
    enum ct_status status;

    plan->params.threads = p->threads;
    params_clear(p);
    *p = plan->params; /* handed over */
    plan->params = (struct params){ 0 };
    options->per_layer = plan->request.per_layer;
    options->formats = plan->request.formats;
    status = params_set(&options->out, out, err);
    if (status == CT_OK && options->figures == NULL && plan->request.figures != NULL)
        status = params_set(&options->figures, plan->request.figures, err);
    commands_default_threads(options);
    return status == CT_OK ? params_set(&p->temporary, paths_temporary(), err) : status;
}

enum ct_status check_plan(struct analysis *a, const struct unit_plan *plan, const char *folder,
                          struct ct_error *err)
{
    struct units units = { 0 };
    enum ct_status status = find_units(a, plan->size, &units, err);

    if (status == CT_OK)
        status = unit_plan_check(plan, a, &units, folder, err);
    units_clear(&units);
    return status;
}
