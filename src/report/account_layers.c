#include "config.h"
#include "report/account.h"

#include <math.h>
#include <stdio.h>

#include "io/json_text.h"
#include "io/csv_writer.h"
#include "pipeline/stage_layers.h"
#include "report/effect_text.h"
#include "report/layers.h"
#include "report/plots/parts.h"
#include "report/plots/space.h"
#include "report/test_words.h"

/* The share significant with its interval and, with --answer, the clumping of the neurons. */
static void report_answers(const struct layers_result *layers, struct page *page, size_t most)
{
    char line[LAYER_LINE_SIZE];

    page->heading = layers->has_answers ? "Answers" : "Shares";
    page_line(page, "%s%s", layer_answer_header,
              layers->has_answers ? layer_answer_header_more : "");
    for (size_t l = 0; l < layers->n_rows && l < most; l++) {
        layer_answer_line(&layers->rows[l], layers->has_answers, line);
        page_line(page, "%s", line);
    }
    page_line(page, " (...): 95 %% of %d draws of the sentences%s", LAYER_DRAWS,
              layers->has_answers ? ", and of the cloud" : "");
    if (layers->has_answers)
        page_line(page, " p: of the clumping; Holm: adjusted for all hook points that have one");
}

static void report_effects(const struct layers_result *layers, struct page *page, size_t most)
{
    page->heading = "Used?";
    page_line(page, "hook point                  moved by its significant neurons, 95 %%");
    for (size_t l = 0; l < layers->n_rows && l < most; l++) {
        const struct layer_row *const row = &layers->rows[l];
        page_line(page, "%-26.26s %8s  (%s to %s)", show_text(row->hook).text,
                  effect_share(row->moved_end).text, effect_share(row->moved_low).text,
                  effect_share(row->moved_high).text);
    }
}

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
    report_answers(layers, page, MOST);
    if (layers->has_effects)
        report_effects(layers, page, MOST);
}

static void describe_answer(json_t *object, const struct layer_answer *answer)
{
    json_object_set_new(object, "verdict", json_string(verdict_name(answer->verdict)));
    json_object_set_new(object, "clumping", number_or_null(answer->clumping));
    json_object_set_new(object, "clumping_p", number_or_null(answer->pvalue));
    json_object_set_new(object, "clumping_p_holm", number_or_null(answer->p_holm));
}

static json_t *describe_layer(const struct layers_result *layers, const struct layer_row *row)
{
    json_t *const object =
        json_pack("{s:o, s:I, s:I, s:o, s:o}", "hook", json_text(row->hook), "neurons",
                  (json_int_t)row->n_neurons, "significant", (json_int_t)row->n_significant,
                  "perplexity", number_or_null(row->perplexity), "kl_divergence",
                  number_or_null(row->kl_divergence));

    for (size_t m = 0; m < layers->n_methods; m++) {
        describe_clusters(object, cluster_methods[m], row->by[m].n_clusters, row->by[m].n_noise);
        describe_silhouette(object, cluster_methods[m], row->by[m].silhouette);
    }
    json_object_set_new(object, "share_low", number_or_null(row->share_low));
    json_object_set_new(object, "share_high", number_or_null(row->share_high));
    if (layers->has_answers)
        describe_answer(object, &row->answer);
    if (layers->has_effects)
        json_object_set_new(object, "moved_significant", number_or_null(row->moved_end));
    return object;
}

static void describe(const struct analysis *a, json_t *counts, json_t *outcome)
{
    json_t *const array = json_array();

    (void)counts;
    for (size_t l = 0; l < layers_of(a)->n_rows; l++)
        json_array_append_new(array, describe_layer(layers_of(a), &layers_of(a)->rows[l]));
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

/* NULL: none was asked for. */
static void put_answer(struct csv_writer *w, const struct layer_answer *answer)
{
    static const struct layer_answer none = {
        .clumping = NAN, .cloud = { NAN, NAN, NAN, NAN, NAN }, .pvalue = NAN, .p_holm = NAN
    };
    const struct layer_answer *const r = answer != NULL ? answer : &none;

    put_if_any(w, r->clumping);
    put_if_any(w, r->cloud.mean);
    put_if_any(w, r->cloud.low);
    put_if_any(w, r->cloud.high);
    put_if_any(w, r->pvalue);
    put_if_any(w, r->p_holm);
    csv_put_text(w, answer != NULL ? verdict_name(answer->verdict) : "");
}

/* The columns of a row since there were layers, and those appended later. */
static void put_first(struct csv_writer *w, const struct layer_row *row, size_t n_methods)
{
    csv_put_text(w, row->hook);
    csv_put_size(w, row->n_neurons);
    csv_put_size(w, row->n_significant);
    csv_put_size(w, row->strongest);
    put_if_any(w, row->strongest_t);
    put_if_any(w, row->perplexity);
    put_if_any(w, row->kl_divergence);
    for (size_t m = 0; m < n_methods; m++) {
        csv_put_size(w, row->by[m].n_clusters);
        if (cluster_methods[m]->has_noise)
            csv_put_size(w, row->by[m].n_noise);
        put_if_any(w, row->by[m].silhouette);
    }
}

/* What has been appended, in turn. */
enum { LAYERS_FIRST, LAYERS_WITH_ANSWERS, LAYERS_WITH_EFFECTS };

static void write_rows(const struct analysis *a, struct csv_writer *w, int since)
{
    static const char *const first[] = { "hook",        "n_neurons",  "n_significant", "strongest",
                                         "strongest_t", "perplexity", "kl_divergence" };
    static const char *const more[] = { "share_low",  "share_high", "clumping",
                                        "cloud_mean", "cloud_low",  "cloud_high",
                                        "p",          "p_holm",     "verdict" };
    static const char *const last[] = { "moved_end", "moved_low", "moved_high" };

    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        csv_put_text(w, first[i]);
    for (size_t m = 0; m < layers_of(a)->n_methods; m++)
        put_method_header(w, cluster_methods[m]);
    for (size_t i = 0; since >= LAYERS_WITH_ANSWERS && i < sizeof more / sizeof *more; i++)
        csv_put_text(w, more[i]);
    for (size_t i = 0; since >= LAYERS_WITH_EFFECTS && i < sizeof last / sizeof *last; i++)
        csv_put_text(w, last[i]);
    csv_end_row(w);
    for (size_t l = 0; l < layers_of(a)->n_rows; l++) {
        const struct layer_row *const row = &layers_of(a)->rows[l];
        put_first(w, row, layers_of(a)->n_methods);
        if (since >= LAYERS_WITH_ANSWERS) {
            put_if_any(w, row->share_low);
            put_if_any(w, row->share_high);
            put_answer(w, layers_of(a)->has_answers ? &row->answer : NULL);
        }
        if (since >= LAYERS_WITH_EFFECTS) {
            put_if_any(w, row->moved_end);
            put_if_any(w, row->moved_low);
            put_if_any(w, row->moved_high);
        }
        csv_end_row(w);
    }
}

static void write_layers(const struct analysis *a, struct csv_writer *w)
{
    write_rows(a, w, LAYERS_WITH_EFFECTS);
}

static void write_layers_before_effects(const struct analysis *a, struct csv_writer *w)
{
    write_rows(a, w, LAYERS_WITH_ANSWERS);
}

static void write_layers_before_answers(const struct analysis *a, struct csv_writer *w)
{
    write_rows(a, w, LAYERS_FIRST);
}

static const struct table tables[] = {
    { LAYERS_FILE, ALWAYS, write_layers, NULL, &stage_layers },
};

static const struct table earlier[] = {
    { LAYERS_FILE, ALWAYS, write_layers_before_effects, NULL, &stage_layers },
    { LAYERS_FILE, ALWAYS, write_layers_before_answers, NULL, &stage_layers },
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
    { .name = "layer_shares",
      .title = "share significant",
      .order = 900010,
      .stage = &stage_layers,
      .space = &space_curve,
      .in_report = true,
      .draw = draw_layer_shares,
      .item = item_layer_shares },
    { .name = "layer_clumping",
      .title = "clumping by layer",
      .order = 900020,
      .stage = &stage_layers,
      .space = &space_curve,
      .in_report = true,
      .is_drawn = has_layer_answers,
      .draw = draw_layer_clumping,
      .item = item_layer_clumping },
    { .name = "layer_effects",
      .title = "moved by layer",
      .order = 900030,
      .stage = &stage_layers,
      .space = &space_curve,
      .in_report = true,
      .is_drawn = has_layer_effects,
      .draw = draw_layer_effects,
      .item = item_layer_effects },
};

const struct account account_layers = {
    .stage = &stage_layers,
    .report = report,
    .describe = describe,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .earlier = earlier,
    .n_earlier = sizeof earlier / sizeof *earlier,
    .plots = plots,
    .n_plots = sizeof plots / sizeof *plots,
};
