/* Sentences and their twins, whose values an interchange intervention takes: sentences of the two
 * groups that have as many tokens up to the target. */
#ifndef CT_PIPELINE_EFFECT_TWINS_H
#define CT_PIPELINE_EFFECT_TWINS_H

#include <stddef.h>

#include "pipeline/analysis.h"

enum twins_by {
    TWINS_BY_TEXT,  /* they differ in the target alone */
    TWINS_BY_ORDER, /* the n-th of each group, whatever their texts */
    TWINS_NONE,
};

struct twins { /* zero-initialise; owns its array until twins_clear() */
    enum twins_by by;
    size_t (*pairs)[2]; /* [n] sentences: of the first group and of the second */
    size_t n;
    size_t n_without; /* sentences of both groups that are in no pair */
};

/* Pairs by text if there are any; else by order, if both groups have as many sentences. Needs the
 * contrast. CT_ENOMEM. */
enum ct_status twins_find(const struct analysis *a, struct twins *out, struct ct_error *err);
void twins_clear(struct twins *t);

#endif
