/*
 * A stage: one step of an analysis, as a const row at the end of its stage_NAME.c, with the
 * parameters that decide its result. Drivers, user interface and reports know stages only through
 * the list in stages.c; the result of a stage is described in its stage_NAME.h.
 */
#ifndef CT_PIPELINE_STAGE_H
#define CT_PIPELINE_STAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/progress.h"
#include "base/status.h"
#include "pipeline/setting.h"

struct analysis;
struct analysis_watch;

enum { NOTE_SIZE = 16, REMARK_SIZE = 160 };

struct stage_run { /* where a stage reports to while it is computed */
    struct progress progress;
    const struct analysis_watch *watch; /* never NULL */
    const void *earlier; /* partial value of the same parameters and inputs, to be continued; NULL:
                            none */
};

struct stage {
    const char *name;             /* `tsne`, in reports and manifests */
    const char *title;            /* `t-SNE`, for people; NULL: not shown separately */
    const struct stage *shown_at; /* without a title: the stage that it is shown at and computed
                                     with, as a part of it; NULL: the next one with a title */
    const char *does;             /* `embeds the significant neurons` */

    const struct setting *settings; /* [n_settings] its own parameters */
    size_t n_settings;

    const struct setting *const *also; /* parameters of other stages that its result depends on as
                                          well; ends with NULL; NULL: none */
    bool (*has_also)(const struct params *params); /* whether it does; NULL: always */

    const struct stage *const *parameters_of; /* stages all of whose parameters its result depends
                                                 on as well; ends with NULL; NULL: none */

    const struct stage *const *inputs;  /* stages whose results it needs; ends with NULL */
    const struct stage *const *repeats; /* stages that it runs itself on parts of the data, so that
                                           their parameters are its own too; NULL: none */
    unsigned effort; /* share of an analysis' time, for a progress bar over several stages */

    /* Reports why it would fail, as far as existing results can show; called before anything it
     * needs is computed, so that nothing fails after hours. NULL: no check. */
    enum ct_status (*check)(const struct analysis *a, struct ct_error *err);

    /* Peak bytes beyond what is allocated before, its result included: at least what it takes and,
     * beyond STAGE_MEMORY_LEAST, less than 1.5 times that. Its inputs exist. Mapped files do not
     * count: the system can reclaim their pages. NULL: it checks while running, or takes next to
     * nothing. */
    double (*memory)(const struct analysis *a);
    const char *advice; /* what to reduce when memory does not suffice */

    /* Seconds it will take, as expected from its inputs, which exist. NULL: not long. */
    double (*expect)(const struct analysis *a);

    /* What one should know before it is computed, from its inputs, which exist: a line, without the
     * stage's name. False: nothing. NULL: never anything. */
    bool (*remark)(const struct analysis *a, char *out, size_t size);

    /* *value is freed with free() of this row, which accepts NULL. Its inputs' results exist and
     * are not stale; *value may borrow from them. CT_ECANCELED, CT_ENOMEM and the stage's own
     * errors. NULL: a goal, which has inputs and no result. */
    enum ct_status (*compute)(const struct analysis *a, const struct stage_run *run, void **value,
                              struct ct_error *err);
    void (*free)(void *value);

    /* Whether value, the result for the present parameters, lacks what was cancelled, so that
     * computing again completes it. NULL: never. */
    bool (*is_partial)(const struct analysis *a, const void *value);

    /* CT_EIO when a file that value borrows from has been truncated. NULL: it borrows from none. */
    enum ct_status (*verify)(const void *value, struct ct_error *err);

    /* The most informative number of the result. NULL: none. */
    void (*note)(const void *value, char out[NOTE_SIZE]);
};

enum { STAGE_MEMORY_LEAST = 16 << 20 }; /* code, small tables, arrays rounded up to whole pages */

#endif
