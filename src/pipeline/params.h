/* Everything a user can set about an analysis; names and defaults are those of the options. */
#ifndef CT_PIPELINE_PARAMS_H
#define CT_PIPELINE_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/table_head.h"
#include "model/tokens/bos.h"
#include "num/null/neuron_space.h"
#include "num/tests/multitest.h"
#include "num/tests/ttest.h"

enum occurrence { OCCURRENCE_ONLY, OCCURRENCE_FIRST, OCCURRENCE_LAST };

enum ward_choice { WARD_NO, WARD_YES };

struct params {         /* owns its strings; params_init() to params_clear() */
    char *model;        /* folder of the model */
    char *tokenizer;    /* folder of the tokenizer; NULL: the model's */
    char *stimuli;      /* CSV of sentences */
    char *activations;  /* CSV or .npy to start the t-test from; NULL: run the model */
    enum header header; /* whether the CSV of a step or of activations begins with names */
    char *groups;       /* one label per line, for activations from .npy; NULL: none */
    char **hooks;       /* [n_hooks] names and globs; none: hooks_default() */
    size_t n_hooks;
    char *contrast[2]; /* the two groups; NULL: the only two, in order of first appearance */
    enum occurrence occurrence;
    enum bos_choice bos; /* a token for the beginning of every sentence */
    double alpha;
    enum correction correction;
    enum ttest_kind test;
    enum neuron_space space; /* in which the significant neurons are embedded and compared */
    double perplexity;
    size_t iterations;
    uint64_t seed;
    double eps;
    size_t min_samples;
    size_t clusters;
    enum ward_choice ward; /* cluster context profiles as well */
    char *cluster_names;   /* of clusters: see cluster_title.h; NULL: none */
    bool answer;           /* ask whether the neurons are clustered */
    size_t draws;          /* of null models */
    size_t resamples;      /* of the sentences */
    size_t pictures;       /* of clouds; 0: none */
    size_t halves;         /* of the sentences; 0: none */
    size_t shuffles;       /* networks with shuffled weights */
    bool swap;             /* edit neurons and ask what the model says then */
    char *edit;            /* how: see effect_edits.h; NULL: DEFAULT_EDIT */
    char *chosen;          /* further sets of neurons: see effect_chosen.h; NULL: none */
    char *words;           /* whose logits are compared: see effect_words.h; NULL: DEFAULT_WORDS */
    bool map;              /* and the residual stream, by layer and token */
    bool lens;             /* and what it would say after each block, and neurons directly */
    bool controls;         /* edit other sets of neurons as well */
    double add;            /* times the difference of the groups' means, is added; 0: not */
    bool matrices;   /* write Gram and cosine matrices whatever the number of significant neurons */
    int threads;     /* results do not depend on it */
    char *temporary; /* folder for activations that are too large for memory */
};

/* Defaults; no model, no stimuli. */
void params_init(struct params *params);
void params_clear(struct params *params);

/* A copy with strings of its own; *to is overwritten, not cleared. CT_ENOMEM: *to is empty. */
enum ct_status params_copy(struct params *to, const struct params *from, struct ct_error *err);

/* Replaces *field by a copy of value (NULL: nothing). CT_ENOMEM. */
enum ct_status params_set(char **field, const char *value, struct ct_error *err);

/* The same for a path: a relative one is resolved against directory (NULL: the current one) if it
 * exists there. */
enum ct_status params_set_path(char **field, const char *directory, const char *path,
                               struct ct_error *err);

/* Removes every name and glob from hooks. */
void params_clear_hooks(struct params *params);

/* Adds a name or glob to hooks. CT_ENOMEM. */
enum ct_status params_add_hook(struct params *params, const char *hook, struct ct_error *err);

#endif
