#include "config.h"
#include "cli/watch.h"

#include <stdlib.h>

#include "base/path.h"
#include "cli/prepare.h"
#include "pipeline/stage_extract.h"

enum ct_status watched_find(struct options *options, struct watched *out, struct ct_error *err)
{
    const char *const folder = options->texts[0];
    struct analysis a;
    enum ct_status status;

    out->folder = path_join(folder, UNITS_FOLDER);
    status = out->folder != NULL ? unit_plan_read(out->folder, &out->plan, err)
                                 : ct_fail_nomem(err, "watch", 0);
    if (status == CT_OK)
        status = take_plan(options, folder, &out->plan, err);
    if (status != CT_OK)
        return status;
    analysis_init(&a);
    take_over_params(&a, options);
    status = check_plan(&a, &out->plan, out->folder, err);
    out->source = (struct unit_source){ .folder = out->folder,
                                        .digest = out->plan.digest,
                                        .n = out->plan.n,
                                        .key = analysis_key(&a, &stage_extract),
                                        .may_wait = true };
    options->params = a.params; /* handed over */
    a.params = (struct params){ 0 };
    analysis_clear(&a);
    return status;
}

void watched_clear(struct watched *watched)
{
    unit_plan_clear(&watched->plan);
    free(watched->folder);
    *watched = (struct watched){ 0 };
}
