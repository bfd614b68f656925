#include "config.h"
#include "report/account.h"

#include <math.h>
#include <stdio.h>

#include "io/json_text.h"
#include "io/csv_writer.h"
#include "pipeline/stage_layers.h"
#include "report/layers.h"
#include "report/plots/parts.h"
#include "report/plots/space.h"
#include "report/test_words.h"

/* One line per hook point, instead of the report of a single analysis. */
static void report(const struct analysis *a, struct page *page)
{
    enum { MOST = 200 };
    const struct layers_result *const layers = layers_of(a);
    char text[LAYER_LINE_SIZE];

    report_test(a, page);
    page_line(page, "each hook point separately: significant at %g, %s", a->params.alpha,
              a->params.correction == CORRECTION_NONE ? "not corrected"
                                                      : "corrected for its own neurons");
    page->heading = "Layers";
    page_line(page, "%s%s", layers_header, layers_header_more);
    for (size_t l = 0; l < layers->n_rows && l < MOST; l++) {
        layer_line(&layers->rows[l], text);
        page_line(page, "%s", text);
    }
    if (layers->n_rows > MOST)
        page_line(page, "and %zu more: see layers.csv (--out)", layers->n_rows - MOST);
    page_line(page, " t: the largest; clust, silh., noise: DBSCAN; k-means: its silhouette");
}

static json_t *describe_layer(const struct layer_row *row, size_t n_methods)
{
    json_t *const object =
        json_pack("{s:o, s:I, s:I, s:o, s:o}", "hook", json_text(row->hook), "neurons",
                  (json_int_t)row->n_neurons, "significant", (json_int_t)row->n_significant,
                  "perplexity", number_or_null(row->perplexity), "kl_divergence",
                  number_or_null(row->kl_divergence));

    for (size_t m = 0; m < n_methods; m++) {
        describe_clusters(object, cluster_methods[m], row->by[m].n_clusters, row->by[m].n_noise);
        describe_silhouette(object, cluster_methods[m], row->by[m].silhouette);
    }
    return object;
}

static void describe(const struct analysis *a, json_t *counts, json_t *outcome)
{
    json_t *const array = json_array();

    (void)counts;
    for (size_t l = 0; l < layers_of(a)->n_rows; l++)
        json_array_append_new(array,
                              describe_layer(&layers_of(a)->rows[l], layers_of(a)->n_methods));
    json_object_set_new(outcome, "layers", array);
}

/* NAME_clusters, NAME_noise for methods with noise, NAME_silhouette. */
static void put_method_header(struct csv_writer *w, const struct cluster_method *method)
{
    static const char *const ends[] = { "clusters", "noise", "silhouette" };

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char name[60];
        if (i == 1 && !method->has_noise)
            continue;
        snprintf(name, sizeof name, "%s_%s", method->name, ends[i]);
        csv_put_text(w, name);
    }
}

static void write_layers(const struct analysis *a, struct csv_writer *w)
{
    static const char *const first[] = { "hook",        "n_neurons",  "n_significant", "strongest",
                                         "strongest_t", "perplexity", "kl_divergence" };

    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        csv_put_text(w, first[i]);
    for (size_t m = 0; m < layers_of(a)->n_methods; m++)
        put_method_header(w, cluster_methods[m]);
    csv_end_row(w);
    for (size_t l = 0; l < layers_of(a)->n_rows; l++) {
        const struct layer_row *const row = &layers_of(a)->rows[l];
        csv_put_text(w, row->hook);
        csv_put_size(w, row->n_neurons);
        csv_put_size(w, row->n_significant);
        csv_put_size(w, row->strongest);
        put_if_any(w, row->strongest_t);
        put_if_any(w, row->perplexity);
        put_if_any(w, row->kl_divergence);
        for (size_t m = 0; m < layers_of(a)->n_methods; m++) {
            csv_put_size(w, row->by[m].n_clusters);
            if (cluster_methods[m]->has_noise)
                csv_put_size(w, row->by[m].n_noise);
            put_if_any(w, row->by[m].silhouette);
        }
        csv_end_row(w);
    }
}

static const struct table tables[] = {
    { LAYERS_FILE, ALWAYS, write_layers, NULL, &stage_layers },
};

static const struct plot plots[] = {
    { .name = "layers",
      .title = "significant neurons",
      .order = 900000,
      .stage = &stage_layers,
      .space = &space_bins,
      .in_report = true,
      .draw = draw_layers,
      .item = item_layers },
};

const struct account account_layers = {
    .stage = &stage_layers,
    .report = report,
    .describe = describe,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .plots = plots,
    .n_plots = sizeof plots / sizeof *plots,
};
