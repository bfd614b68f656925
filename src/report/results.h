/*
 * All that an analysis leaves behind: result files, figures, and the manifest that tells of both.
 * First results_check(), before anything is computed; then results_begin(), results_layer() for
 * each hook point while &stage_layers runs, and results_end().
 */
#ifndef CT_REPORT_RESULTS_H
#define CT_REPORT_RESULTS_H

#include <stdbool.h>

#include "pipeline/stage_layers.h"
#include "report/plots.h"
#include "report/written.h"

struct results {                 /* zero-initialise; results_clear() */
    const char *out;             /* folder of result files, borrowed; NULL: none */
    const char *figures;         /* the same of figures */
    bool may_replace;            /* what is there already */
    unsigned formats;            /* of result files: set of enum result_format */
    struct plot_request request; /* of figures of the whole: which neuron is shown */
    struct written tables;       /* that are in out now */
    struct written plots;        /* that are in figures now */
    int lock;                    /* on out, as lockfile_take_folder() gives it; 0: none yet */
};

/* CT_EINVAL when a file is there that may not be replaced, or figures cannot be made; CT_EIO when a
 * folder cannot be written. */
enum ct_status results_check(const struct results *r, struct ct_error *err);

/* Takes the old manifests away: what they tell of will not be there much longer. CT_EIO,
 * also when another process is writing results to the same folder. */
enum ct_status results_begin(struct results *r, struct ct_error *err);

/* The files of a hook point that is clustered, in a folder of its name. CT_EINVAL: it holds files
 * that may not be replaced; CT_EIO, CT_ENOMEM, and what computing its similarities may give. */
enum ct_status results_layer(struct results *r, struct analysis *layer, struct ct_error *err);

/* The files of the whole, and the manifest, or figures.json when there are figures alone. Waits for
 * another process that writes to the same folder; what that has left is not replaced either.
 * command [n_command]: the program's arguments, borrowed; NULL: without a manifest. Errors of
 * tables_write(), figures_write() and manifest_write(). */
enum ct_status results_end(struct results *r, const struct analysis *a, const char *const *command,
                           size_t n_command, struct ct_error *err);

void results_clear(struct results *r);

#endif
