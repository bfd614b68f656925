/*
 * manifest.json: what was run, on what, with what outcome, so that `rerun` can run it again.
 * figures.json is the same for figures that no result files were written with.
 */
#ifndef CT_REPORT_MANIFEST_H
#define CT_REPORT_MANIFEST_H

#include <jansson.h>

#include "base/status.h"
#include "pipeline/analysis.h"
#include "report/results.h"

#define MANIFEST_FILE "manifest.json"
#define FIGURES_FILE  "figures.json"

/* The member `layout`: which members there are. Older manifests have no such member: 1. */
enum { MANIFEST_LAYOUT = 1 };

/* Writes manifest.json into the folder of r, where its result files are, or figures.json to its
 * figures. command [n_command]: the program's arguments, borrowed. Waits for the SHA-256 of the
 * model's files, or reads them once more when a->hash_ahead was not set. CT_EIO, CT_ENOMEM. */
enum ct_status manifest_write(const struct analysis *a, const char *const *command,
                              size_t n_command, const struct results *r, struct ct_error *err);

/*
 * Adds to root what was read, as the manifest tells it: `model`, `tokenizer` and `stimuli`, or
 * `activations` and, if there are any, `groups`; with paths, sizes and SHA-256. CT_EIO, CT_ENOMEM.
 */
enum ct_status manifest_add_inputs(const struct analysis *a, json_t *root, struct ct_error *err);

struct manifest { /* zero-initialise; owns everything until manifest_clear() */
    json_t *root;
    const char *version;            /* borrowed from root */
    struct params params;           /* of the run; paths as they are found from here */
    const struct setting **missing; /* [n_missing] parameters that it lacks, for it is older */
    size_t n_missing;
    unsigned formats;
    struct written tables; /* result files */
    struct written plots;  /* figures */
    char *figures;         /* their folder, as it is found from here; NULL: there were none */
    bool has_neuron;       /* in the plot of one neuron, this one was shown */
    size_t neuron;
    const char *cairo; /* that they were made with, borrowed from root; NULL: not known */
};

/*
 * Reads a manifest that anybody may have written: every format and result file must be there,
 * every parameter of its type and within its bounds; one that is missing gets the value that
 * programs went by which did not have it yet. CT_EIO, CT_EFORMAT (with the member that is wrong),
 * CT_ENOMEM; *out is untouched then.
 */
enum ct_status manifest_read(const char *path, struct manifest *out, struct ct_error *err);
void manifest_clear(struct manifest *m);

#endif
