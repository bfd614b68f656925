/* Plots of every kind with every field in use, drawn on any target: what the golden files of
 * canvases and of figures show. */
#ifndef CT_TESTS_PLOT_CASES_H
#define CT_TESTS_PLOT_CASES_H

#include "plot/target.h"

struct plot_case {
    const char *name;
    void (*show)(const struct plot_target *target, struct plot_view *view);
};

/* Ends with a NULL name. */
extern const struct plot_case plot_cases[];

#endif
