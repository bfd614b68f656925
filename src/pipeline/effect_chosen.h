/*
 * Sets of neurons that people choose, from the parameter --chosen: numbers and ranges separated by
 * commas, sets separated by blanks. What stands before a number holds for those that follow it in
 * its set: an edit, which is then the set's own, and a hook point, without which a number is in the
 * first one that has it.
 *
 *     12,15,100-110   zero:12,mean:40-49   swap:h.0.mlp.c_fc:3,h.1.mlp.c_fc:4,5
 */
#ifndef CT_PIPELINE_EFFECT_CHOSEN_H
#define CT_PIPELINE_EFFECT_CHOSEN_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/effect_run.h"

#define CHOSEN_SOURCE "chosen" /* source of these sets; their group is their number, from 1 */

struct chosen_set {            /* owns its parts */
    struct effect_part *parts; /* [n_parts], no neuron in two of them */
    size_t n_parts;            /* 0: no neuron of this analysis */
    bool has_edits;            /* of its own; else a single part, for any edit */
};

struct chosen_sets { /* zero-initialise; owns everything until chosen_sets_clear() */
    struct chosen_set *sets;
    size_t n;
};

/* Whether text is as above; empty: no sets. */
bool chosen_sets_are(const char *text);
size_t chosen_sets_count(const char *text);

/*
 * Whether the hook points of an analysis, which are selected, have all neurons of the text. Those
 * of a single hook point of several need not: there is nothing else to be edited then. CT_EINVAL (a
 * neuron or a hook point that there is not), CT_ENOMEM.
 */
enum ct_status chosen_sets_check(const struct analysis *a, const char *text, struct ct_error *err);

/* The sets of the text in an analysis with activations of a model. A neuron that is in a set twice
 * has the last edit. Errors as above. */
enum ct_status chosen_sets_find(const struct analysis *a, const char *text, struct chosen_sets *out,
                                struct ct_error *err);
void chosen_sets_clear(struct chosen_sets *s);

/* A set as text, in the shortest form: `zero:12,15-19`, or with the names of its hook points. *out
 * is owned by the caller: free(). CT_ENOMEM. */
enum ct_status chosen_set_text(const struct analysis *a, const struct chosen_set *set,
                               bool has_hooks, char **out, struct ct_error *err);

#endif
