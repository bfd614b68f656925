/*
 * What there is to say of a stage's result, as a const row at the end of its account_NAME.c: lines
 * of the report, members of the manifest, result files, plots. The list of them (accounts.c) is all
 * that reports, results and views know of the stages.
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
    /* Each NULL: nothing. Called when the stage has a result that fits the parameters. */
    void (*report)(const struct analysis *a, struct page *page);
    void (*describe)(const struct analysis *a, json_t *counts, json_t *outcome);
    const struct table *tables; /* [n_tables] */
    size_t n_tables;
    const struct plot *plots; /* [n_plots] */
    size_t n_plots;
};

/* null for NaN and infinities. */
json_t *number_or_null(double x);

/* Members of object on what a method has found: NAME_clusters and, if it has noise, NAME_noise; and
 * NAME_silhouette. */
void describe_clusters(json_t *object, const struct cluster_method *method, size_t n_clusters,
                       size_t n_noise);
void describe_silhouette(json_t *object, const struct cluster_method *method, double silhouette);

#endif
