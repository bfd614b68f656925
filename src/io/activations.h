/*
 * Activation files: reads and writes activations.csv (`sentence`, `group`, `token`, then one column
 * per neuron, named HOOK:INDEX), and reads .npy of shape [sentences, neurons] with a separate file
 * of groups. A CSV without a column named HOOK:INDEX is read as a plain table of numbers: a column
 * `name` becomes name:0, one whose name is a number N becomes csv:N, and without a header they are
 * csv:0, csv:1 ... Blanks around names and numbers are ignored; missing numbers are NaN. A file
 * NAME.safetensors has a tensor [sentences, width] for each hook point, and perhaps groups: see
 * activations_tensors.h.
 */
#ifndef CT_IO_ACTIVATIONS_H
#define CT_IO_ACTIVATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"
#include "io/labels.h"
#include "io/npy.h"
#include "io/table_head.h"

enum { ACTIVATIONS_MAX_HOOKS = 4096 }; /* more than any model has */

struct activations {       /* zero-initialise; owns everything until activations_clear() */
    char *name;            /* the path as given, or `standard input`: for messages */
    struct matview values; /* [n_sentences, n_neurons], in the dtype of the .npy; from CSV float32
                              if every number is the %.9g of a float32, as `run` writes them (they
                              are then read back exactly), else float64 */
    struct labels groups;  /* of the sentences */
    struct labels hooks;   /* of the neurons; `npy` for an .npy, which has no names */
    size_t *neurons;       /* [n_neurons], the INDEX of each column */
    size_t *sentences;     /* [n_sentences], the column `sentence`; without it, counted from 0 */
    size_t *tokens;        /* [n_sentences], or NULL if the file has no such column */
    struct input_digest digest;   /* of a CSV; unknown for an .npy, which is not read as a whole */
    struct table_remarks remarks; /* on a CSV */
    void *numbers;                /* the memory behind values, unless npy holds it */
    struct npy npy;
};

struct activations_options { /* zeroed: the defaults */
    const char *groups;      /* NULL, or a file with one label per line */
    bool groups_optional;    /* without groups, put all sentences into one group, `all` */
    enum header header;      /* of a CSV */
    bool no_digest;          /* do not compute out->digest, which takes time */
    int n_threads;
};

/*
 * Reads path ("-": standard input), CSV or .npy, recognized by its first bytes. options->groups
 * must be given when the file has no groups (.npy, or CSV without the column `group`), and only
 * then. `sentence` and `token` are optional, columns may come in any order. `nan` and infinities
 * are accepted. CT_EIO, CT_EFORMAT (with row and column), CT_EINVAL (groups missing, given twice,
 * or not one for each row), CT_ENOTSUP, CT_ENOMEM, CT_ECANCELED; *out is then untouched.
 */
enum ct_status activations_read(const char *path, const struct activations_options *options,
                                const struct progress *progress, struct activations *out,
                                struct ct_error *err);
void activations_clear(struct activations *a);

/* CT_EIO if values are mapped from a file that has been truncated since it was opened: call this
 * after reading them. */
enum ct_status activations_check(const struct activations *a, struct ct_error *err);

#endif
