/* All plots of all stages, in display order. */
#ifndef CT_REPORT_PLOTS_H
#define CT_REPORT_PLOTS_H

#include "report/plots/plot.h"

/* The i-th plot; NULL: no more. */
const struct plot *plot_at(size_t i);

#endif
