/* All plots of an analysis as figure files: `tsne.svg`, `tsne.png` and so on, named after the
 * plots; see plot/figure.h. Each is written atomically. */
#ifndef CT_REPORT_FIGURES_H
#define CT_REPORT_FIGURES_H

#include "io/outfolder.h"
#include "report/plots.h"
#include "report/written.h"

/* Whether file is a valid name of a figure. */
bool figures_is_name(const char *file);

/* Whether the plot of the whole analysis is among the files. */
bool figures_has(const struct written *written, const struct plot *plot);

/* CT_EINVAL: the program cannot make figures, or folder already contains one and may_replace is
 * false. CT_EIO: something that is not a file has the name of one. */
enum ct_status figures_check(const char *folder, bool may_replace, struct ct_error *err);

/*
 * Writes into folder both files of every plot whose stage has a result for the current parameters,
 * and appends them to *written; files of other plots are dropped. They get their names with
 * outfolder_commit(). request: selects the neuron shown, everything else is in full. CT_EIO,
 * CT_ENOMEM, CT_EINVAL: the program cannot make figures.
 */
enum ct_status figures_write(const struct analysis *a, const struct plot_request *request,
                             struct outfolder *folder, struct written *written,
                             struct ct_error *err);

/* The same for one hook point, in a subfolder with its name. */
enum ct_status figures_write_layer(const struct analysis *a, struct outfolder *folder,
                                   struct written *written, struct ct_error *err);

/* Names and digests of the files figures_write() would write, appended to *written. layer: their
 * subfolder is that hook point's; NULL: the whole analysis. */
enum ct_status figures_digest(const struct analysis *a, const struct plot_request *request,
                              const char *layer, struct written *written, struct ct_error *err);

#endif
