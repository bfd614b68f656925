/* The stages' own functions, for this room alone. */
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

/* Bytes of an array; a larger one lies in a temporary file. The manual tells it. */
enum { MOST_IN_MEMORY = 1 << 30 };

DECLARE_STAGE(load);
DECLARE_STAGE(hook);
DECLARE_STAGE(extract);
DECLARE_STAGE(ttest);
DECLARE_STAGE(tsne);
DECLARE_STAGE(cluster);
DECLARE_STAGE(similarity);
DECLARE_STAGE(layers);

/* The columns of one layer as an extraction of their own, which borrows from whole or lies, where
 * it must be copied, in memory or in the folder temporary. *out is owned by the caller:
 * stage_extract_free(). CT_ENOMEM, CT_EIO. */
enum ct_status extract_layer(const struct extract_result *whole, size_t layer,
                             const char *temporary, struct extract_result **out,
                             struct ct_error *err);

/* Whether activations of that size lie in memory, and not in the folder temporary. */
bool extract_in_memory(double bytes, const char *temporary);

/* The two groups that params name and their sentences. CT_EINVAL: not two, or no such group. */
enum ct_status ttest_choose_groups(const struct load_result *load, const struct params *params,
                                   struct contrast *c, struct ct_error *err);

/* rows [n_a + n_b]: the sentences of both groups in file order. */
void ttest_merge_rows(const struct contrast *c, size_t *rows);

/* Fills t->selected: of the columns t->significant, what a's activations hold in rows [n_rows].
 * CT_ENOMEM, CT_EIO: too much for memory, and for the temporary file. */
enum ct_status ttest_select(const struct analysis *a, const size_t *rows, size_t n_rows,
                            struct ttest_stage *t, struct ct_error *err);

#endif
