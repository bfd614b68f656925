/* The stages' own functions, for the table in analysis.c alone. */
#ifndef CT_PIPELINE_STAGES_H
#define CT_PIPELINE_STAGES_H

#include "base/progress.h"
#include "pipeline/analysis.h"

struct stage_run {
    struct progress progress;
    const struct analysis_watch *watch; /* never NULL */
};

/* *result is owned by the caller: stage_NAME_free, which takes NULL. */
#define DECLARE_STAGE(name)                                                                        \
    enum ct_status stage_##name##_compute(const struct analysis *a, const struct stage_run *run,   \
                                          void **result, struct ct_error *err);                    \
    void stage_##name##_free(void *result)

DECLARE_STAGE(load);
DECLARE_STAGE(hook);
DECLARE_STAGE(extract);
DECLARE_STAGE(ttest);
DECLARE_STAGE(tsne);
DECLARE_STAGE(cluster);
DECLARE_STAGE(similarity);

#endif
