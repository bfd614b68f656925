#include "config.h"
#include "cli/prepare.h"

#include "cli/meter.h"
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
