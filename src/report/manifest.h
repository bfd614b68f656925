/*
 * manifest.json: what was run, on which input, with which results, so that `rerun` can repeat it.
 * figures.json is the same for figures written without result files.
 */
#ifndef CT_REPORT_MANIFEST_H
#define CT_REPORT_MANIFEST_H

#include <jansson.h>

#include "base/status.h"
#include "pipeline/analysis.h"
#include "report/results.h"

#define MANIFEST_FILE "manifest.json"
#define FIGURES_FILE  "figures.json"

/* The member `layout`: the version of the member names. Older manifests lack it: 1. */
enum { MANIFEST_LAYOUT = 1 };

/* Writes manifest.json into the open folder of result files of r, or figures.json into that of
 * figures. command [n_command]: the program's arguments, borrowed. Waits for the SHA-256 of the
 * model's files, or reads them again if a->hash_ahead was not set. CT_EIO, CT_ENOMEM. */
enum ct_status manifest_write(const struct analysis *a, const char *const *command,
                              size_t n_command, const struct results *r, struct ct_error *err);

/*
 * Adds the inputs to root, as in the manifest: `model`, `tokenizer` and `stimuli`, or `activations`
 * and `groups`, if any; with paths, sizes and SHA-256. by_names: the SHA-256 in the name of a blob
 * of the Hugging Face cache is believed; otherwise the file is read. CT_EIO, CT_ENOMEM.
 */
enum ct_status manifest_add_inputs(const struct analysis *a, bool by_names, json_t *root,
                                   struct ct_error *err);

/* Every parameter as set by the user, as in the manifest; a new reference. */
json_t *manifest_params(const struct params *params);

/* The working directory, against which relative paths are resolved; a new reference. */
json_t *manifest_directory(void);

/* The result files that the manifest in the folder lists, as far as it is the user's, root's or the
 * folder's owner's; none if it cannot be read. *out is the caller's: written_clear(). */
void manifest_list_tables(const char *folder, struct written *out);

struct manifest { /* zero-initialise; owns everything until manifest_clear() */
    json_t *root;
    const char *version;            /* borrowed from root */
    struct params params;           /* of the run; paths relative to the current directory */
    const struct setting **missing; /* [n_missing] parameters that an older manifest lacks */
    size_t n_missing;
    unsigned formats;
    struct written tables; /* result files */
    struct written plots;  /* figures */
    char *figures;         /* their folder, relative to the current directory; NULL: no figures */
    bool has_neuron;       /* the plot of one neuron showed this one */
    size_t neuron;
    const char *cairo; /* version used for them, borrowed from root; NULL: unknown */
};

/*
 * Reads an untrusted manifest: every format and result file must be known, every parameter of the
 * right type and within its bounds; a missing parameter gets the value that programs without it
 * used. CT_EIO, CT_EFORMAT (naming the wrong member), CT_ENOMEM; *out is unchanged then.
 */
enum ct_status manifest_read(const char *path, struct manifest *out, struct ct_error *err);

/* Reads the parameters of m->root, whose other members may be missing. CT_EFORMAT, CT_EINVAL,
 * CT_ENOMEM. */
enum ct_status manifest_read_params(struct manifest *m, struct ct_error *err);
void manifest_clear(struct manifest *m);

#endif
