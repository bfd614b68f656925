/* Every plot of an analysis as files for a paper: `tsne.svg`, `tsne.png` and so on, by the names of
 * the plots; see plot/figure.h. Each appears whole or not at all. */
#ifndef CT_REPORT_FIGURES_H
#define CT_REPORT_FIGURES_H

#include "report/plots.h"
#include "report/written.h"

/* Whether it is the name of such a file. */
bool figures_is_name(const char *file);

/* Whether a plot of the whole is among the files. */
bool figures_has(const struct written *written, const struct plot *plot);

/* CT_EINVAL: the program cannot make figures, or folder holds one already and may_replace is
 * false. */
enum ct_status figures_check(const char *folder, bool may_replace, struct ct_error *err);

/* Takes figures.json away, which tells of what was there. CT_ENOMEM. */
enum ct_status figures_begin(const char *folder, struct ct_error *err);

/*
 * Writes into folder, which is made when it is missing, both files of every plot whose stage has a
 * result that fits the parameters, and adds them to *written. What is left of other plots is
 * removed. request: which neuron is shown, the rest is everything. CT_EIO, CT_ENOMEM, CT_EINVAL:
 * the program cannot make figures.
 */
enum ct_status figures_write(const struct analysis *a, const struct plot_request *request,
                             const char *folder, struct written *written, struct ct_error *err);

/* The same of one hook point, into the folder of its name in folder. */
enum ct_status figures_write_layer(const struct analysis *a, const char *folder,
                                   struct written *written, struct ct_error *err);

/* What figures_write() would write, without writing it: names and digests, added to *written.
 * layer: their folder is that of its hook point; NULL: of the whole. */
enum ct_status figures_digest(const struct analysis *a, const struct plot_request *request,
                              const char *layer, struct written *written, struct ct_error *err);

#endif
