/*
 * The output of an analysis: result files, figures, and the manifest that describes both. Call
 * results_check() before anything is computed; then results_begin(), results_layer() for each hook
 * point while stage_layers runs, and results_end().
 */
#ifndef CT_REPORT_RESULTS_H
#define CT_REPORT_RESULTS_H

#include <stdbool.h>

#include "pipeline/stage_layers.h"
#include "report/plots.h"
#include "report/written.h"

struct results {                 /* zero-initialise; results_clear() */
    const char *out;             /* folder of result files, borrowed; NULL: none */
    const char *figures;         /* the same for figures */
    bool may_replace;            /* existing files */
    unsigned formats;            /* of result files: set of enum result_format */
    struct plot_request request; /* for figures of the whole: the neuron shown */
    struct written tables;       /* now in out */
    struct written plots;        /* now in figures */
    int lock;                    /* on out, from lockfile_take_folder(); 0: none yet */
};

/* CT_EINVAL when a file exists that must not be replaced, or figures cannot be made; CT_EIO when a
 * folder cannot be written. */
enum ct_status results_check(const struct results *r, struct ct_error *err);

/* Removes the old manifests, since the files they describe will be replaced. CT_EIO, also when
 * another process is writing results to the same folder. */
enum ct_status results_begin(struct results *r, struct ct_error *err);

/* Writes the files of a clustered hook point into a subfolder with its name. CT_EINVAL: it contains
 * files that must not be replaced; CT_EIO, CT_ENOMEM, and errors of computing its similarities. */
enum ct_status results_layer(struct results *r, struct analysis *layer, struct ct_error *err);

/* Writes the files of the whole, and the manifest, or figures.json when there are only figures.
 * Waits for another process that writes to the same folder; its files are not replaced either.
 * command [n_command]: the program's arguments, borrowed; NULL: no manifest. Errors of
 * tables_write(), figures_write() and manifest_write(). */
enum ct_status results_end(struct results *r, const struct analysis *a, const char *const *command,
                           size_t n_command, struct ct_error *err);

void results_clear(struct results *r);

#endif
