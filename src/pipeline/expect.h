/* How long work will take, before it begins. */
#ifndef CT_PIPELINE_EXPECT_H
#define CT_PIPELINE_EXPECT_H

#include <stddef.h>

#include "pipeline/analysis.h"

/*
 * Seconds that work takes on n_threads of this machine, if one thread of the machine on which the
 * costs below were measured took `seconds`: both machines are compared by a third of a millisecond
 * of random numbers, in CPU time, once.
 */
double expect_here(double seconds, int n_threads);

/* Costs, in seconds of that thread: a draw of a cloud of n neurons with its test; clumping of k of
 * them; the fit of a cloud; a t-SNE of k neurons; a Ward tree of k. s: sentences. */
double cost_of_draw(double n, double s);
double cost_of_clumping(double k);
double cost_of_fit(double n, double s);
double cost_of_tsne(double k, double iterations);
double cost_of_tree(double k, double s);

/* `40 s`, `3 minutes`, `2 hours`: rounded, as an estimate is. */
struct duration {
    char text[24];
};
struct duration duration_of(double seconds);

#endif
