/*
 * The account of a stage: how its result is reported, as a const row at the end of its
 * account_NAME.c: lines of the report, members of the manifest, result files, plots. Reports,
 * results and views know stages only through the list in accounts.c.
 */
#ifndef CT_REPORT_ACCOUNT_H
#define CT_REPORT_ACCOUNT_H

#include <jansson.h>
#include <stddef.h>

#include "pipeline/analysis.h"
#include "report/page.h"
#include "report/plots/plot.h"
#include "report/table.h"

struct account {
    const struct stage *stage;
    /* NULL: nothing. Called when the stage has a result for the current parameters. */
    void (*report)(const struct analysis *a, struct page *page);
    void (*describe)(const struct analysis *a, json_t *counts, json_t *outcome);
    const struct table *tables; /* [n_tables] */
    size_t n_tables;
    /* Those of them to which columns have been appended, as they were written before: so that the
     * results of earlier programs can be compared. */
    const struct table *earlier; /* [n_earlier] */
    size_t n_earlier;
    const struct plot *plots; /* [n_plots] */
    size_t n_plots;
};

/* null for NaN and infinities. */
json_t *number_or_null(double x);

/* Adds members for a method's clusters to object: NAME_clusters, NAME_noise if it has noise, and
 * NAME_silhouette. */
void describe_clusters(json_t *object, const struct cluster_method *method, size_t n_clusters,
                       size_t n_noise);
void describe_silhouette(json_t *object, const struct cluster_method *method, double silhouette);

#endif
