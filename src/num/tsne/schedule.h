/*
 * The schedule of a t-SNE descent, without its arithmetic: two phases, and a check every 50
 * iterations whether to continue, as in scikit-learn's TSNE. Iterations are counted from 0 here.
 */
#ifndef CT_NUM_TSNE_SCHEDULE_H
#define CT_NUM_TSNE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

struct tsne_schedule {
    size_t max_iter;
    size_t iter;       /* the next iteration; iterations done */
    bool exaggerating; /* phase 1: early exaggeration, momentum 0.5; then 1 and 0.8 */
    bool ended;
    double best_error; /* lowest KL at the checks of this phase */
    size_t best_iter;
};

void tsne_schedule_init(struct tsne_schedule *schedule, size_t max_iter);

/* Whether tsne_schedule_advance() will check the error and gradient norm of this iteration. */
bool tsne_schedule_checks(const struct tsne_schedule *schedule);

/*
 * Call after iteration `iter`. error: the KL divergence at its starting coordinates, with
 * exaggeration; grad_norm: the norm of its gradient times gains. True if phase 2 begins here: the
 * caller resets gains to 1 and updates to 0.
 */
bool tsne_schedule_advance(struct tsne_schedule *schedule, double error, double grad_norm);

#endif
