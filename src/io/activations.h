/*
 * Activations as files: activations.csv (`sentence`, `group`, `token`, then a column a neuron,
 * named HOOK:INDEX) in and out, and .npy of shape [sentences, neurons] in, with a file of groups.
 * A CSV in which no column is named HOOK:INDEX is any table of numbers with a header: a column
 * `name` counts as name:0, one whose name is a number N as csv:N.
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

struct activations {       /* zero-initialise; owns everything until activations_clear() */
    char *name;            /* the path as given, or `standard input`: for messages */
    struct matview values; /* [n_sentences, n_neurons], in the dtype of the .npy; from CSV float32
                              when every number is %.9g of one, as `run` writes them, so that they
                              come back exactly, else float64 */
    struct labels groups;  /* of the sentences */
    struct labels hooks;   /* of the neurons; an .npy names none, there it is `npy` */
    size_t *neurons;       /* [n_neurons], the INDEX of each column */
    size_t *sentences;     /* [n_sentences], the column `sentence`; counted from 0 without it */
    size_t *tokens;        /* [n_sentences], or NULL when the file does not tell */
    struct input_digest digest; /* of a CSV; not known of an .npy, which is not read as a whole */
    void *numbers;              /* what lies behind values, or npy does */
    struct npy npy;
};

struct activations_options { /* zeroed: the plainest */
    const char *groups;      /* NULL, or a file with one label a line */
    bool groups_optional;    /* groups do not matter: without any, all are one group, `all` */
    bool no_digest;          /* nobody will ask for out->digest, which takes time */
    int n_threads;
};

/*
 * Reads path ("-": standard input), CSV or .npy as its first bytes tell. options->groups must be
 * given when the file has no groups (.npy, or CSV without the column `group`), and only then.
 * `sentence` and `token` may be missing, columns come in any order. `nan` and infinities are read
 * as such. CT_EIO, CT_EFORMAT (with row and column), CT_EINVAL (groups missing, given twice, or not
 * one for each row), CT_ENOTSUP, CT_ENOMEM, CT_ECANCELED; *out is untouched then.
 */
enum ct_status activations_read(const char *path, const struct activations_options *options,
                                const struct progress *progress, struct activations *out,
                                struct ct_error *err);
void activations_clear(struct activations *a);

/* CT_EIO when values are those of a file that was made shorter since: ask when they were read. */
enum ct_status activations_check(const struct activations *a, struct ct_error *err);

#endif
