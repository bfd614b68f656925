#include "config.h"
#include "report/account.h"

#include <math.h>
#include <stdio.h>

#include "io/csv_writer.h"
#include "pipeline/cluster_title.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_ttest.h"
#include "report/plots/parts.h"
#include "report/plots/space.h"

static void report_rows(const struct analysis *a, const struct clustering *c, struct page *page)
{
    enum { MOST = 24 };
    const struct cluster_row *const rows = c->rows;
    const size_t n = c->n_clusters;
    char title[CLUSTER_TITLE_SIZE];

    if (n == 0)
        return;
    page_line(page, "cluster    size    mean t  mean |t|");
    for (size_t k = 0; k < n && k < MOST; k++) {
        cluster_title(a, c, (int32_t)k, title);
        page_line(page, "%7zu %7zu %9.2f %9.2f%s%s", k, rows[k].size, rows[k].mean_t,
                  rows[k].mean_abs_t, title[0] != '\0' ? "  " : "", title);
    }
    if (n > MOST)
        page_line(page, "and %zu more: see cluster_summary.csv (--out)", n - MOST);
}

static void report_method(const struct analysis *a, const struct clustering *c, struct page *page)
{
    char words[120];

    page->heading = c->method->title;
    c->method->describe(c, &a->params, words, sizeof words);
    page_line(page, "%s", c->n == 0 ? "no significant neuron, no cluster" : words);
    if (!isnan(c->silhouette))
        page_line(page, "silhouette %.4f", c->silhouette);
    report_rows(a, c, page);
}

static void report(const struct analysis *a, struct page *page)
{
    for (size_t m = 0; m < clusters_of(a)->n; m++)
        report_method(a, &clusters_of(a)->by[m], page);
}

/* Adds `dbscan_clusters`, `dbscan_noise`, `dbscan_silhouette`, `inertia` and so on. */
static void describe(const struct analysis *a, json_t *counts, json_t *outcome)
{
    for (size_t m = 0; m < clusters_of(a)->n; m++) {
        const struct clustering *const c = &clusters_of(a)->by[m];
        describe_clusters(counts, c->method, c->n_clusters, c->n_noise);
        describe_silhouette(outcome, c->method, c->silhouette);
        if (c->method->objective != NULL)
            json_object_set_new(outcome, c->method->objective, number_or_null(c->objective));
    }
}

static void write_clusters(const struct analysis *a, struct csv_writer *w)
{
    const struct cluster_result *const c = clusters_of(a);

    csv_put_text(w, "hook");
    csv_put_text(w, "neuron");
    csv_put_text(w, "t");
    for (size_t m = 0; m < c->n; m++)
        csv_put_text(w, c->by[m].method->name);
    csv_end_row(w);
    for (size_t i = 0; i < ttest_of(a)->n_significant; i++) {
        const size_t column = ttest_of(a)->significant[i];
        put_neuron(w, a, column);
        csv_put_f64(w, ttest_of(a)->neurons[column].statistic);
        for (size_t m = 0; m < c->n; m++)
            csv_put_int(w, c->by[m].labels[i]);
        csv_end_row(w);
    }
}

static void write_cluster_summary(const struct analysis *a, struct csv_writer *w)
{
    const bool has_names = cluster_titles_exist(a);
    char title[CLUSTER_TITLE_SIZE];

    csv_put_text(w, "method");
    csv_put_text(w, "cluster");
    csv_put_text(w, "size");
    csv_put_text(w, "mean_t");
    csv_put_text(w, "mean_abs_t");
    if (has_names)
        csv_put_text(w, "name");
    csv_end_row(w);
    for (size_t m = 0; m < clusters_of(a)->n; m++) {
        const struct clustering *const c = &clusters_of(a)->by[m];
        for (size_t k = 0; k < c->n_clusters; k++) {
            csv_put_text(w, c->method->name);
            csv_put_size(w, k);
            csv_put_size(w, c->rows[k].size);
            csv_put_f64(w, c->rows[k].mean_t);
            csv_put_f64(w, c->rows[k].mean_abs_t);
            cluster_title(a, c, (int32_t)k, title);
            if (has_names)
                csv_put_text(w, title);
            csv_end_row(w);
        }
    }
}

/* Only for k-means: the file's columns do not name a method. */
static void write_centroids(const struct analysis *a, struct csv_writer *w)
{
    const struct mat *const centers = &clustering_of(a, &method_kmeans)->centers;

    PUT_HEADER(w, "cluster", "x", "y");
    for (size_t k = 0; k < centers->rows; k++) {
        csv_put_size(w, k);
        csv_put_f64(w, mat_row(centers, k)[0]);
        csv_put_f64(w, mat_row(centers, k)[1]);
        csv_end_row(w);
    }
}

static const struct table tables[] = {
    { "clusters.csv", ALWAYS, write_clusters, NULL, &stage_cluster },
    { "cluster_summary.csv", ALWAYS, write_cluster_summary, NULL, &stage_cluster },
    { "centroids.csv", ALWAYS, write_centroids, NULL, &stage_cluster },
};

static const struct plot plots[] = {
    { .name = "%s",
      .title = "%s",
      .order = 100,
      .by = BY_EACH_METHOD,
      .stage = &stage_cluster,
      .space = &space_plane,
      .in_report = true,
      .draw_by = draw_clusters },
    { .name = "k-distance",
      .title = "k-distances",
      .order = 110,
      .stage = &stage_cluster,
      .space = &space_curve,
      .in_report = true,
      .draw = draw_k_distance,
      .item = item_k_distance },
};

const struct account account_cluster = {
    .stage = &stage_cluster,
    .report = report,
    .describe = describe,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .plots = plots,
    .n_plots = sizeof plots / sizeof *plots,
};
