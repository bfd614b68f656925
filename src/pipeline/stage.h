/*
 * A stage: one step of an analysis, as a const row at the end of its stage_NAME.c, with the
 * parameters that decide its result. The list of stages (stages.c) is all that the drivers, the
 * user interface and the reports know of them; what a stage's result looks like is in its
 * stage_NAME.h.
 */
#ifndef CT_PIPELINE_STAGE_H
#define CT_PIPELINE_STAGE_H

#include <stddef.h>

#include "base/progress.h"
#include "base/status.h"
#include "pipeline/setting.h"

struct analysis;
struct analysis_watch;

enum { NOTE_SIZE = 16 };

struct stage_run { /* what a stage that is being computed reports to */
    struct progress progress;
    const struct analysis_watch *watch; /* never NULL */
};

struct stage {
    const char *name;  /* `tsne`, in reports and manifests */
    const char *title; /* `t-SNE`, for people; NULL: it is not shown by itself */
    const char *does;  /* `embeds the significant neurons` */

    const struct setting *settings; /* [n_settings] its own parameters */
    size_t n_settings;

    const struct stage *const *inputs;  /* whose results it is computed from; ends with NULL */
    const struct stage *const *repeats; /* that it runs itself on parts of the data, so that their
                                           parameters are its own, too; NULL: none */
    unsigned effort; /* share of an analysis' time, for a bar over several stages */

    /* What would make it fail, as far as the results that are there can show; asked before anything
     * that it needs is computed, so that nothing fails after hours. NULL: nothing. */
    enum ct_status (*check)(const struct analysis *a, struct ct_error *err);

    /* Bytes that it takes at its peak beyond what is there before, its result included: not less
     * than it does take, and beyond STAGE_MEMORY_LEAST not half as much again. Its inputs are
     * there. Mapped files do not count: their pages are the system's to take back. NULL: it checks
     * as it goes, or takes next to nothing. */
    double (*memory)(const struct analysis *a);
    const char *advice; /* what to ask less of when that is more than there is */

    /* *value goes to free(), which takes NULL. The results of its inputs are there and not stale;
     * *value may borrow from them. CT_ECANCELED, CT_ENOMEM and the stage's own errors. NULL: a
     * goal, which has inputs and no result. */
    enum ct_status (*compute)(const struct analysis *a, const struct stage_run *run, void **value,
                              struct ct_error *err);
    void (*free)(void *value);

    /* CT_EIO when a file that value borrows from has been made shorter since. NULL: it borrows from
     * none. */
    enum ct_status (*verify)(const void *value, struct ct_error *err);

    /* The number that says most about the result. NULL: there is none. */
    void (*note)(const void *value, char out[NOTE_SIZE]);
};

enum { STAGE_MEMORY_LEAST = 16 << 20 }; /* code, small tables, arrays rounded up to whole pages */

#endif
