/*
 * Do groups of features (neurons) come back with other samples? The selected features are grouped
 * by Ward's tree of their context profiles; samples are drawn again with replacement, and each
 * group is looked for among the branches of the new tree (Hennig 2007, Comput. Stat. Data Anal.
 * 52:258; samples are drawn, not features: these are all there are). Between a group and the group
 * most like it there is a gap if their profiles, on the line through both means, are not unimodal
 * (Hartigan's dip test). The consensus is the share of draws in which two features are in one group
 * (Monti et al. 2003, Mach. Learn. 52:91).
 */
#ifndef CT_NUM_NULL_RECOVERY_H
#define CT_NUM_NULL_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/progress.h"
#include "base/status.h"
#include "num/null/profiles.h"

enum {
    GAP_LEAST = 5,   /* features of a group that may have a gap */
    DIP_DRAWS = 199, /* uniform samples that a dip is compared with */
};

struct recovery_question {
    const struct profiles *profiles;
    const size_t *selected; /* [n_selected] indices into the profiles */
    size_t n_selected;      /* more than GROUPS_FROM of num/cluster/ward_groups.h */
    bool has_pairs; /* sample i of one group belongs to sample i of the other: both are drawn */
    size_t n_draws;
    uint64_t seed;
};

struct group {
    size_t size;
    double recovery; /* mean over draws of the best Jaccard similarity with a branch */
    size_t nearest;  /* the group most like it by mean profile, if possible of GAP_LEAST features */
    double similarity; /* the cosine of the two */
    double gap_p;      /* NaN if either has fewer than GAP_LEAST features */
};

struct recovery { /* zero-initialise; owns its arrays until recovery_clear() */
    size_t n_groups;
    double silhouette;    /* of the groups in the space of profiles */
    int32_t *labels;      /* [n_selected] 0 .. n_groups - 1, numbered by their first features */
    struct group *groups; /* [n_groups] */
    double *cosines;      /* [n_groups, n_groups] of their mean profiles */
    size_t n_draws;       /* done: fewer than asked for if cancelled */
    float *consensus;     /* [n_selected, n_selected] */
    double *stability;    /* [n_selected] mean consensus with the own group less that with others */
    double pac;           /* share of pairs whose consensus is above 0.1 and below 0.9 */
    double agreement;     /* mean adjusted Rand index of the groups of a draw and the groups */
};

/*
 * *out is filled after cancelling as well, if at least one draw was made. crew may be NULL; results
 * do not depend on it. OpenBLAS must be loaded for its threads. CT_EINVAL (too few features),
 * CT_ENOMEM, CT_ECANCELED (no draw was made).
 */
enum ct_status recovery_new(const struct recovery_question *question, struct crew *crew,
                            const struct progress *progress, struct recovery *out,
                            struct ct_error *err);
void recovery_clear(struct recovery *r);

/* Peak bytes, the result included. */
double recovery_memory(size_t n_selected, size_t n_samples, size_t n_threads);

/* Whether a group comes back and has a gap: recovery of 0.75, gap_p of at most alpha, GAP_LEAST
 * features. */
bool group_is_firm(const struct group *g, double alpha);

/*
 * How many groups are firm, of mirror images only the first: groups whose mean profiles point in
 * opposite directions (cosine below -0.7). Features along one axis of the contexts always fall into
 * two such groups, since their profiles have length 1: the gap between them is at 0, where an axis
 * has no features.
 */
size_t groups_apart(const struct recovery *r, double alpha);

#endif
