/* The hook points selected by the names and globs. */
#ifndef CT_PIPELINE_STAGE_HOOK_H
#define CT_PIPELINE_STAGE_HOOK_H

#include <stddef.h>

#include "model/hooks.h"
#include "pipeline/analysis.h"

struct hook_result {
    struct hook_point *hooks; /* [n_hooks] in forward order */
    size_t n_hooks;
};

extern const struct stage stage_hook;

static inline const struct hook_result *hook_of(const struct analysis *a)
{
    return analysis_result(a, &stage_hook);
}

#endif
