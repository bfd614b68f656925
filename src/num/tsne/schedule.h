/*
 * The course of a t-SNE descent, apart from its arithmetic: two phases, and a look every 50
 * iterations at whether it is worth going on, as scikit-learn's TSNE decides it. Iterations count
 * from 0 in here.
 */
#ifndef CT_NUM_TSNE_SCHEDULE_H
#define CT_NUM_TSNE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

struct tsne_schedule {
    size_t max_iter;
    size_t iter;       /* the iteration to do next; iterations done */
    bool exaggerating; /* phase 1: early exaggeration, momentum 0.5; then 1 and 0.8 */
    bool ended;
    double best_error; /* KL of the phase, at the looks so far */
    size_t best_iter;
};

void tsne_schedule_init(struct tsne_schedule *schedule, size_t max_iter);

/* Whether tsne_schedule_advance() will check the error and gradient norm of this iteration. */
bool tsne_schedule_looks(const struct tsne_schedule *schedule);

/*
 * Iteration `iter` is done. error: the KL divergence at the coordinates it started from, with the
 * exaggeration; grad_norm: of its gradient times gains. True when phase 2 begins here: gains start
 * again from 1 and updates from 0.
 */
bool tsne_schedule_advance(struct tsne_schedule *schedule, double error, double grad_norm);

#endif
