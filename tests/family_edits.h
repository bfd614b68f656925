/* The lists of edits of fixtures/family_edits.py, and runs of the tiny models of all families with
 * them. Failures abort the test. */
#ifndef CT_TESTS_FAMILY_EDITS_H
#define CT_TESTS_FAMILY_EDITS_H

#include "family_models.h"
#include "model/edit.h"

enum { MAX_EDITS = 8, MAX_LISTS = 24, EDITED = 1 /* the sequence that is edited */ };

extern struct family_models families; /* loaded while for_each_edited() runs, as is */
extern json_t *described;             /* edits.json */

struct lists { /* zero-initialised; owns columns and values */
    struct edit edits[MAX_LISTS][MAX_EDITS];
    struct edit_list lists[MAX_LISTS];
    size_t n;
};

struct one { /* a variant */
    const char *name;
    struct model *model;
    struct hook_point *hooks; /* all, the logits last */
    size_t n_hooks;
    size_t width; /* of all */
    struct lists lists;
};

struct setting { /* of a run */
    size_t max_positions;
    int n_threads;
};

/* Calls it with every variant. */
void for_each_edited(void (*check)(const struct one *one));

const struct hook_point *find_hook(const struct hook_point *hooks, size_t n, const char *name);

/* All hook points of seqs [n], sequence i with the list of[i] - 1 or (0) with none:
 * [n, one->width], owned by the caller. */
float *run_lists(const struct one *one, const struct edit_list *lists, size_t n_lists,
                 const struct token_seq *seqs, const uint32_t *of, size_t n,
                 struct setting setting);

/* With the lists of the variant. */
float *run(const struct one *one, const struct token_seq *seqs, const uint32_t *of, size_t n,
           struct setting setting);

/* The sequence EDITED without edits (row 0), and with each list of the variant. */
float *run_each(const struct one *one, struct setting setting);

/* Rows of all hook points; a failure mentions `what`. */
void check_bits(const struct one *one, const float *a, const float *b, const char *what);

#endif
