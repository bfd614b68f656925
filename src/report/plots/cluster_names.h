/* Names of clusters: on the points of a picture, and in a list with sizes beside a plot. */
#ifndef CT_REPORT_PLOTS_CLUSTER_NAMES_H
#define CT_REPORT_PLOTS_CLUSTER_NAMES_H

#include "pipeline/cluster_title.h"
#include "report/plots/plot.h"

struct cluster_names { /* owned by the caller: cluster_names_clear() */
    struct scatter_label
        *labels; /* [n_labels] at the means of the points; none if there are many */
    size_t n_labels;
    struct row_list list; /* number, size and mean t of each cluster; then noise */
    struct list_row *rows;
    struct cluster_text {
        char name[CLUSTER_NUMBER_SIZE], row[80 + CLUSTER_TITLE_SIZE];
    } * texts;
};

/* `DBSCAN 3`, `DBSCAN 4 pronouns`, `DBSCAN noise`, `Ward none`. Of an analysis that has clusters by
 * the method. */
enum { CLUSTER_WORDS_SIZE = 64 };
void cluster_words(const struct analysis *a, struct cluster_mark mark,
                   char out[CLUSTER_WORDS_SIZE]);

/* Empty without memory. */
void cluster_names_make(const struct analysis *a, const struct clustering *c,
                        const struct plot_target *target, const struct plot_request *request,
                        struct cluster_names *names);
void cluster_names_clear(struct cluster_names *names);

#endif
