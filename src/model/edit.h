/*
 * Edits: the outputs of modules set, scaled or added to during the forward pass, at chosen neurons
 * and positions of a sequence (interchange interventions: Vig et al. 2020; Geiger et al. 2021).
 * What a pass computes after them follows from the edited values. Hook points of one place, as a
 * module and the last layer in it (`h.5.mlp`, `h.5.mlp.c_proj`), are edited and read as one.
 */
#ifndef CT_MODEL_EDIT_H
#define CT_MODEL_EDIT_H

#include <stddef.h>
#include <stdint.h>

#include "model/hooks.h"

enum edit_op {
    EDIT_SET,   /* x = value */
    EDIT_SCALE, /* x = factor * x */
    EDIT_ADD,   /* x = x + factor * value */
};

enum { EDIT_TO_THE_END = SIZE_MAX };

struct edit {                      /* borrows everything */
    const struct hook_point *hook; /* any but the logits */
    size_t first, last;            /* positions in the sequence, both included */
    enum edit_op op;
    float factor;
    const uint32_t *columns; /* [n_columns] neurons of the hook point; NULL: all */
    size_t n_columns;
    const float *values; /* [hook->width] by neuron; unused by EDIT_SCALE */
};

struct edit_list { /* the edits of one sequence, in this order where they meet */
    const struct edit *edits;
    size_t n;
};

/* Sequences are run with none or one of some lists; those of the same list must be edited at the
 * same positions. */
struct edits {
    const struct edit_list *lists; /* [n_lists], each with at least one edit */
    size_t n_lists;
    const uint32_t *of; /* [n_seqs] of each sequence, 1 + the index of its list; 0: none */
};

/* The first position that a list edits. */
size_t edit_list_first(const struct edit_list *list);

#endif
