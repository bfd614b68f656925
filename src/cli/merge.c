#include "config.h"
#include "cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/path.h"
#include "cli/prepare.h"
#include "cli/print.h"
#include "cli/run.h"
#include "pipeline/units_folder.h"
#include "report/unit_plan.h"

/* What comes after the activations is computed here. */
static enum ct_status check_kernels(const struct unit_source *source, struct ct_error *err)
{
    char kernels[KERNELS_SIZE];
    const enum ct_status status = units_kernels(source, kernels, err);

    if (status == CT_OK && strcmp(kernels, kernel_name()) != 0)
        print(stderr,
              "circuittui: caution: merge: the units were computed with kernels for %s, the rest "
              "is with those for %s; last bits may differ from those of one run\n",
              kernels, kernel_name());
    return status;
}

static enum ct_status merge(struct options *options, const char *out, struct unit_plan *plan,
                            const char *folder, struct ct_error *err)
{
    const struct unit_source source = { .folder = folder, .digest = plan->digest, .n = plan->n };
    struct analysis a;
    enum ct_status status = take_plan(options, out, plan, err);

    analysis_init(&a);
    if (status == CT_OK) {
        take_over_params(&a, options);
        a.units = &source;
        status = check_plan(&a, plan, folder, err);
    }
    if (status == CT_OK)
        status = units_check_complete(&source, err);
    if (status == CT_OK)
        status = check_kernels(&source, err);
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
