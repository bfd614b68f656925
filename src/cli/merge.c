#include "config.h"
#include "cli/commands.h"

#include <stdlib.h>

#include "base/path.h"
#include "cli/paths.h"
#include "cli/prepare.h"
#include "cli/run.h"
#include "pipeline/units_folder.h"
#include "report/unit_plan.h"

/* Fills in the options of the run that was shared out. */
static enum ct_status take_request(struct options *options, const char *out, struct unit_plan *plan,
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

/* Computes what says whether the units are of this model and these sentences. */
static enum ct_status check_plan(struct analysis *a, const struct unit_plan *plan,
                                 const char *folder, struct ct_error *err)
{
    struct units units = { 0 };
    enum ct_status status = find_units(a, plan->size, &units, err);

    if (status == CT_OK)
        status = unit_plan_check(plan, a, &units, folder, err);
    units_clear(&units);
    return status;
}

static enum ct_status merge(struct options *options, const char *out, struct unit_plan *plan,
                            const char *folder, struct ct_error *err)
{
    const struct unit_source source = { folder, plan->digest, plan->n };
    struct analysis a;
    enum ct_status status = take_request(options, out, plan, err);

    analysis_init(&a);
    if (status == CT_OK) {
        take_over_params(&a, options);
        a.units = &source;
        status = check_plan(&a, plan, folder, err);
    }
    if (status == CT_OK)
        status = units_check_complete(&source, err);
    if (status == CT_OK)
        status = run_analysis(&a, options, plan->request.command, plan->request.n_command, err);
    analysis_clear(&a);
    return status;
}

enum ct_status run_merge(struct options *options, const char *folder, struct ct_error *err)
{
    struct unit_plan plan = { .root = NULL };
    char *const units = path_join(folder, UNITS_FOLDER);
    enum ct_status status =
        units != NULL ? unit_plan_read(units, &plan, err) : ct_fail_nomem(err, "merge", 0);

    if (status == CT_OK)
        status = merge(options, folder, &plan, units, err);
    unit_plan_clear(&plan);
    free(units);
    return status;
}

enum ct_status command_merge(struct options *options, struct ct_error *err)
{
    return run_merge(options, options->texts[0], err);
}
