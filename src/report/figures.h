/* Every plot of an analysis as files for a paper: `tsne.svg`, `tsne.png` and so on, by the names of
 * the plots; see plot/figure.h. Each appears whole or not at all. */
#ifndef CT_REPORT_FIGURES_H
#define CT_REPORT_FIGURES_H

#include "report/plots.h"

/* CT_EINVAL: the program cannot make figures, or folder holds one already and may_replace is
 * false. */
enum ct_status figures_check(const char *folder, bool may_replace, struct ct_error *err);

/*
 * Writes into folder, which is made when it is missing, both files of every plot whose stage has a
 * result that fits the parameters; *n_files is their number. What is left of other plots is
 * removed. request: which neuron is shown, the rest is everything. CT_EIO, CT_ENOMEM, CT_EINVAL:
 * the program cannot make figures.
 */
enum ct_status figures_write(const struct analysis *a, const struct plot_request *request,
                             const char *folder, size_t *n_files, struct ct_error *err);

#endif
