/*
 * The output of an analysis: result files, figures, and the manifest that describes both. Call
 * results_check() and results_begin() before anything is computed; then results_layer() for each
 * hook point while stage_layers runs, and results_end().
 */
#ifndef CT_REPORT_RESULTS_H
#define CT_REPORT_RESULTS_H

#include <stdbool.h>

#include "io/outfolder.h"
#include "pipeline/stage_layers.h"
#include "report/plots.h"
#include "report/written.h"

struct results {                 /* zero-initialise; results_clear() */
    const char *out;             /* folder of result files, borrowed; NULL: none */
    const char *figures;         /* the same for figures */
    bool may_replace;            /* existing files */
    unsigned formats;            /* of result files: set of enum result_format */
    struct plot_request request; /* for figures of the whole: the neuron shown */
    struct written tables;       /* in out */
    struct written plots;        /* in figures */
    struct outfolder *to;        /* out, open; NULL: none, or not yet */
    struct outfolder *to_plots;  /* figures, open; the same as `to` if it is the same folder */
    bool has_old;                /* out contained results: hook points are named last as well */
};

/* CT_EINVAL when a file exists that must not be replaced, or figures cannot be made; CT_EIO when a
 * folder cannot be written. */
enum ct_status results_check(const struct results *r, struct ct_error *err);

/* Creates, opens and locks the folders. CT_EIO, also when another process is writing results to the
 * same folder. */
enum ct_status results_begin(struct results *r, struct ct_error *err);

/* Writes the files of a clustered hook point into a subfolder with its name. CT_EINVAL: it contains
 * files that must not be replaced; CT_EIO, CT_ENOMEM, and errors of computing its similarities. */
enum ct_status results_layer(struct results *r, struct analysis *layer, struct ct_error *err);

/*
 * Writes the files of the whole, and the manifest, or figures.json when there are only figures.
 * Without results_begin(), waits for another process that writes to the same folder. Files of an
 * earlier run are replaced once all new ones are written; those of it that are left are removed,
 * with those of hook points that its manifest lists.
 *
 * command [n_command]: the program's arguments, borrowed; NULL: no manifest. Errors of
 * tables_write(), figures_write() and manifest_write(): then all of it is written to a new folder
 * below the results' or the temporary folder, which the message names, if that is possible.
 */
enum ct_status results_end(struct results *r, const struct analysis *a, const char *const *command,
                           size_t n_command, struct ct_error *err);

void results_clear(struct results *r);

#endif
