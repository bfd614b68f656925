#include "config.h"
#include "report/account.h"

#include <math.h>
#include <stdio.h>

#include "io/csv_writer.h"
#include "num/null/axes.h"
#include "num/tests/test.h"
#include "pipeline/stage_answer.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_halves.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_picture.h"
#include "pipeline/stage_shuffled.h"
#include "pipeline/stage_ttest.h"
#include "report/arrays.h"
#include "report/group_summary.h"
#include "report/plots/parts.h"
#include "report/plots/space.h"
#include "report/quantities.h"

static struct shown group_name(const struct analysis *a, size_t which)
{
    return show_text(load_of(a)->group_names[contrast_of(a)->groups[which]]);
}

/* ---- report ---- */

static void report_no_answer(const struct analysis *a, struct page *page)
{
    const struct answer_result *const r = answer_of(a);

    switch (r->reason) {
    case NO_ANSWER_FEW:
        page_text(page, "Cannot be answered: %zu significant neuron%s; at least %d are needed.",
                  r->n_selected, plural(r->n_selected), CLUMPING_LEAST);
        break;
    case NO_ANSWER_SAMPLES:
        page_text(page,
                  "Cannot be answered: %zu and %zu different sentences; at least 3 and 3 are "
                  "needed.",
                  r->n_samples[0], r->n_samples[1]);
        break;
    case NO_ANSWER_CLOUD:
        page_text(page, "Cannot be answered, since no null model can be fitted: %s",
                  show_text(r->why.text).text);
        break;
    case NO_ANSWER_SKEWED:
        page_text(page,
                  "Cannot be answered here: these activations are skewed (%.2f; at most %.2f in "
                  "null models), and skewed activations look clumped without any clusters. Ask at "
                  "a hook point before an activation function.",
                  r->observed.skewness, r->skewness_limit);
        break;
    case NO_ANSWER_NONE:
        break;
    }
}

static void report_verdict(const struct analysis *a, struct page *page)
{
    const struct answer_result *const r = answer_of(a);

    page_text(page, "Are the neurons that tell %s from %s clustered?", group_name(a, 0).text,
              group_name(a, 1).text);
    switch (r->verdict) {
    case VERDICT_YES:
        page_text(page,
                  "Yes: %zu groups of neurons come back with other sentences and have gaps between "
                  "them.",
                  r->n_firm);
        break;
    case VERDICT_CLUMPED:
        page_text(page, "More alike than one cloud of neurons%s",
                  r->recovery.n_groups > 0
                      ? ", but not in groups that come back: a gradient, a chain, or too few "
                        "sentences."
                      : "; whether in groups that come back was not asked.");
        if (r->n_firm >= 2)
            page_text(page, "The groups that do are mirror images: two sides of one axis.");
        break;
    case VERDICT_NO:
        page_text(page, "No sign of it.");
        break;
    case VERDICT_UNANSWERABLE:
        report_no_answer(a, page);
        break;
    }
}

/* A cloud of N neurons has at most N - 1 dimensions; with exact moments it has little freedom
 * unless N is well above the number of sentences. */
static void report_freedom(const struct answer_result *r, struct page *page)
{
    const size_t n_samples = r->n_samples[0] + r->n_samples[1];

    if (r->n_neurons < n_samples) {
        page_text(page,
                  "caution: fewer neurons (%zu) than sentences (%zu): the null models have only "
                  "%zu dimensions, and little freedom",
                  r->n_neurons, n_samples, r->n_neurons - 1);
    } else if (r->n_neurons < 2 * (n_samples - 1)) {
        page_text(page, "few neurons (%zu) for %zu sentences: the null models have little freedom",
                  r->n_neurons, n_samples);
    }
}

static void report_numbers(const struct analysis *a, struct page *page)
{
    const struct answer_result *const r = answer_of(a);

    if (r->n_draws == 0)
        return;
    page_text(page,
              "clumping %.3f; layers without clusters %.3f +- %.3f, or with each neuron's own t "
              "%.3f +- %.3f: p = %.2g (%zu draws)",
              r->observed.clumping, r->cloud.mean, r->cloud.sd, r->context.mean, r->context.sd,
              r->pvalue, r->n_draws);
    if (r->pvalue <= a->params.alpha && r->random.pvalue > a->params.alpha)
        page_text(page,
                  "So are as many neurons of this layer taken at random (%.3f +- %.3f): it is the "
                  "layer, not %s and %s.",
                  r->random.mean, r->random.sd, group_name(a, 0).text, group_name(a, 1).text);
    if (r->planted == 0)
        page_text(page, "too few neurons to tell which groups would have been seen");
    else if (!r->has_sensitivity)
        page_text(page, "cancelled before it was known which groups would have been seen");
    else if (isnan(r->sensitivity))
        page_text(page, "%d groups of %zu would not have been seen at any similarity up to 0.9",
                  PLANTED_GROUPS, r->planted);
    else
        page_text(page, "%d groups of %zu neurons with similarity %.1f would have been seen",
                  PLANTED_GROUPS, r->planted, r->sensitivity);
    report_freedom(r, page);
}

static void report_groups(const struct answer_result *r, struct page *page)
{
    const struct recovery *const g = &r->recovery;

    if (r->n_draws > 0 && r->n_selected > GROUPS_MOST)
        page_line(page, "no groups: more than %s neurons", show_count(GROUPS_MOST).text);
    if (g->n_groups == 0)
        return;
    page->heading = "Groups";
    page_text(page, "%zu by Ward's tree of the context profiles, silhouette %.3f", g->n_groups,
              g->silhouette);
    page_text(page,
              "with other sentences (%zu draws of %s) the partition agrees by %.2f (0: by chance, "
              "1: the same)",
              g->n_draws, r->has_pairs ? "pairs" : "sentences", g->agreement);
    page_line(page, "group  neurons  comes back  gap p");
    for (size_t i = 0; i < g->n_groups; i++) {
        char gap[20] = "-";
        if (!isnan(g->groups[i].gap_p))
            snprintf(gap, sizeof gap, "%.3f", g->groups[i].gap_p);
        page_line(page, "%5zu  %7zu  %10.2f  %5s", i, g->groups[i].size, g->groups[i].recovery,
                  gap);
    }
}

/* How many neurons are significant by chance. */
static void report_exchange(const struct analysis *a, struct page *page)
{
    const struct answer_result *const r = answer_of(a);
    const struct exchange *const e = &r->exchange;
    size_t any = 0;
    size_t most = 0;

    if (e->n_draws == 0)
        return;
    for (size_t b = 0; b < e->n_draws; b++) {
        any += e->n_significant[b] > 0;
        most = e->n_significant[b] > most ? e->n_significant[b] : most;
    }
    page->heading = "Chance";
    page_text(page,
              "%s, any neuron is significant in %zu of %zu draws, at most %s; here %s: p = %.2g",
              r->has_pairs ? "with the two sentences of random pairs exchanged"
                           : "with all sentences dealt to the groups at random",
              any, e->n_draws, show_count(most).text, show_count(ttest_of(a)->n_significant).text,
              r->pvalue_exchange);
    page_text(page, "significant by maxT: %s, by its step-down procedure: %s",
              show_count(r->n_maxt).text, show_count(r->n_stepdown).text);
}

static void report(const struct analysis *a, struct page *page)
{
    const struct answer_result *const r = answer_of(a);

    page->heading = "Answer";
    report_verdict(a, page);
    report_numbers(a, page);
    if (r->n_repeated > 0)
        page_text(page, "%zu sentence%s with the activations of an earlier one %s left out",
                  r->n_repeated, plural(r->n_repeated), r->n_repeated == 1 ? "is" : "are");
    report_exchange(a, page);
    report_groups(r, page);
}

/* ---- manifest ---- */

static void describe(const struct analysis *a, json_t *counts, json_t *outcome)
{
    const struct answer_result *const r = answer_of(a);

    json_object_set_new(counts, "draws", json_integer((json_int_t)r->n_draws));
    json_object_set_new(counts, "resamples", json_integer((json_int_t)r->recovery.n_draws));
    json_object_set_new(outcome, "verdict", json_string(verdict_name(r->verdict)));
    json_object_set_new(outcome, "clumping", number_or_null(r->observed.clumping));
    json_object_set_new(outcome, "clumping_p", number_or_null(r->pvalue));
}

/* ---- tables ---- */

/* The number of significant neurons, and that of exchanged samples. */
static struct quantity significant_by_chance(const struct analysis *a)
{
    const struct answer_result *const r = answer_of(a);
    const struct exchange *const e = &r->exchange;
    struct quantity q = quantity("significant", (double)ttest_of(a)->n_significant);
    double square = 0.0;

    if (e->n_draws == 0)
        return q;
    q.null_mean = 0.0;
    for (size_t b = 0; b < e->n_draws; b++)
        q.null_mean += (double)e->n_significant[b] / (double)e->n_draws;
    for (size_t b = 0; b < e->n_draws; b++)
        square += ((double)e->n_significant[b] - q.null_mean) *
                  ((double)e->n_significant[b] - q.null_mean);
    if (e->n_draws > 1)
        q.null_sd = sqrt(square / (double)(e->n_draws - 1));
    q.p = r->pvalue_exchange;
    q.m = e->n_draws;
    return q;
}

/* Parts of the answer with rows of their own. */
static const struct {
    const struct stage *stage;
    void (*put_quantities)(const struct analysis *a, struct csv_writer *w);
} parts[] = {
    { &stage_shuffled, put_shuffled_quantities },
    { &stage_halves, put_halves_quantities },
    { &stage_picture, put_picture_quantities },
};

static void write_answer(const struct analysis *a, struct csv_writer *w)
{
    const struct answer_result *const r = answer_of(a);
    const bool is_asked = r->n_draws > 0;
    const bool has_groups = r->recovery.n_groups > 0;
    const double c = r->observed.clumping;
    struct quantity all = quantity("clumping", c);

    const bool has_exchange = r->exchange.n_draws > 0;
    const struct quantity exchanged = significant_by_chance(a);
    all.p = r->pvalue;
    all.m = r->n_draws;
    const struct quantity quantities[] = {
        exchanged,
        quantity("significant_maxt", has_exchange ? (double)r->n_maxt : NAN),
        quantity("significant_stepdown", has_exchange ? (double)r->n_stepdown : NAN),
        quantity("pi0", r->pi0),
        all,
        quantity_against("clumping_cloud", c, &r->cloud, r->n_draws),
        quantity_against("clumping_context", c, &r->context, r->n_draws),
        quantity_against("clumping_random", c, &r->random, r->n_draws),
        quantity("excess", c - r->cloud.mean),
        { "skewness", r->observed.skewness, NAN, is_asked ? r->skewness_limit : NAN,
          r->skewness_mean, NAN, NAN, r->n_draws },
        quantity("sensitivity", r->sensitivity),
        quantity("axes", is_asked ? (double)r->observed.n_axes : NAN),
        quantity("groups", has_groups ? (double)r->recovery.n_groups : NAN),
        quantity("groups_firm", has_groups ? (double)r->n_firm : NAN),
        quantity("groups_apart", has_groups ? (double)r->n_apart : NAN),
        quantity("silhouette_groups", has_groups ? r->recovery.silhouette : NAN),
        { "agreement", has_groups ? r->recovery.agreement : NAN, NAN, NAN, NAN, NAN, NAN,
          r->recovery.n_draws },
        { "pac", has_groups ? r->recovery.pac : NAN, NAN, NAN, NAN, NAN, NAN, r->recovery.n_draws },
    };

    PUT_HEADER(w, "hook", "name", "value", "low", "high", "null_mean", "null_sd", "p", "m");
    put_text_quantity(w, a, "verdict", verdict_name(r->verdict));
    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++)
        put_quantity(w, a, &quantities[i]);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!analysis_is_stale(a, parts[i].stage))
            parts[i].put_quantities(a, w);
}

static void write_null(const struct analysis *a, struct csv_writer *w)
{
    const struct answer_result *const r = answer_of(a);

    PUT_HEADER(w, "draw", "significant", "clumping_cloud", "clumping_context", "clumping_random");
    for (size_t b = 0; b < r->n_draws; b++) {
        csv_put_size(w, b);
        csv_put_size(w, r->draws[b].n_significant);
        csv_put_f64(w, r->draws[b].clumping_cloud);
        csv_put_f64(w, r->draws[b].clumping_context);
        csv_put_f64(w, r->draws[b].clumping_random);
        csv_end_row(w);
    }
}

/* Every neuron; without pairs, d_av and g_av are d and g. */
static void write_effects(const struct analysis *a, struct csv_writer *w)
{
    const struct answer_result *const r = answer_of(a);
    const bool has_exchange = r->exchange.n_draws > 0;

    PUT_HEADER(w, "hook", "neuron", "t", "d_z", "d_z_low", "d_z_high", "d_av", "g_av", "r_twins",
               "p_maxt", "p_stepdown", "p_bh");
    for (size_t j = 0; j < r->n_columns; j++) {
        const struct effect *const e = &r->effects[j];
        put_neuron(w, a, j);
        put_if_any(w, ttest_of(a)->neurons[j].statistic);
        put_if_any(w, e->d_z);
        put_if_any(w, e->d_z_low);
        put_if_any(w, e->d_z_high);
        put_if_any(w, e->d_av);
        put_if_any(w, e->g_av);
        put_if_any(w, e->correlation);
        put_if_any(w, has_exchange ? r->exchange.p_maxt[j] : NAN);
        put_if_any(w, has_exchange ? r->exchange.p_stepdown[j] : NAN);
        put_if_any(w, r->p_bh[j]);
        csv_end_row(w);
    }
}

static void write_groups(const struct analysis *a, struct csv_writer *w)
{
    const struct answer_result *const r = answer_of(a);

    PUT_HEADER(w, "hook", "neuron", "group", "stability");
    for (size_t i = 0; r->recovery.n_groups > 0 && i < r->n_selected; i++) {
        put_neuron(w, a, ttest_of(a)->significant[r->selected[i]]);
        csv_put_size(w, (size_t)r->recovery.labels[i]);
        put_if_any(w, r->recovery.stability[i]);
        csv_end_row(w);
    }
}

/* Rows and columns by group, in the order of the columns of the activations within a group. */
static void write_consensus(const struct analysis *a, struct csv_writer *w)
{
    const struct answer_result *const r = answer_of(a);
    const struct recovery *const g = &r->recovery;
    const size_t n = g->n_groups > 0 ? r->n_selected : 0;

    csv_put_text(w, "id");
    for (size_t k = 0; k < n; k++)
        put_id(w, a, ttest_of(a)->significant[r->selected[r->order[k]]]);
    csv_end_row(w);
    for (size_t k = 0; k < n; k++) {
        put_id(w, a, ttest_of(a)->significant[r->selected[r->order[k]]]);
        for (size_t l = 0; l < n; l++)
            csv_put_f32(w, g->consensus[r->order[k] * n + r->order[l]]);
        csv_end_row(w);
    }
}

static const struct table tables[] = {
    { "answer.csv", ALWAYS, write_answer, NULL, &stage_answer },
    { "null.csv", ALWAYS, write_null, NULL, &stage_answer },
    { "effects.csv", ALWAYS, write_effects, NULL, &stage_answer },
    { "groups.csv", ALWAYS, write_groups, NULL, &stage_answer },
    { "group_summary.csv", ALWAYS, write_group_summary, NULL, &stage_answer },
    { "consensus.csv", PICTURE_CSV, write_consensus, NULL, &stage_answer },
    { "consensus.npy", FORMAT_NPY, arrays_consensus, NULL, &stage_answer },
};

static const struct table earlier[] = {
    { "group_summary.csv", ALWAYS, write_group_summary_before_effects, NULL, &stage_answer },
};

/* ---- plots ---- */

static const struct plot plots[] = {
    { .name = "null",
      .title = "clumping",
      .order = 200,
      .stage = &stage_answer,
      .space = &space_bins,
      .is_live = true,
      .in_report = true,
      .draw = draw_null,
      .item = item_null },
    { .name = "recovery",
      .title = "groups that come back",
      .order = 210,
      .stage = &stage_answer,
      .space = &space_curve,
      .in_report = true,
      .draw = draw_recovery,
      .item = item_recovery },
    { .name = "consensus",
      .title = "consensus",
      .order = 220,
      .stage = &stage_answer,
      .space = &space_groups,
      .in_report = true,
      .draw = draw_consensus },
};

const struct account account_answer = {
    .stage = &stage_answer,
    .report = report,
    .describe = describe,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .earlier = earlier,
    .n_earlier = sizeof earlier / sizeof *earlier,
    .plots = plots,
    .n_plots = sizeof plots / sizeof *plots,
};
