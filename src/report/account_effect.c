#include "config.h"
#include "report/account.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/csv_writer.h"
#include "pipeline/effect_chosen.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"
#include "report/effect_text.h"
#include "report/plots/parts.h"
#include "report/plots/space.h"

static struct shown group_name(const struct analysis *a, size_t which)
{
    return show_text(load_of(a)->group_names[contrast_of(a)->groups[which]]);
}

/* ---- report ---- */

static void report_twins(const struct effect_result *r, struct page *page)
{
    if (r->twins == TWINS_NONE)
        page_text(page, "Nothing is swapped: no two sentences of the groups differ in the target "
                        "alone, or have as many tokens up to it. Means and zeros instead.");
    else if (r->twins == TWINS_BY_ORDER)
        page_text(page,
                  "No two sentences differ in the target alone: the n-th of one group is swapped "
                  "with the n-th of the other.");
    if (r->twins != TWINS_NONE && r->n_without > 0)
        page_text(page, "%zu sentence%s without a twin %s not swapped.", r->n_without,
                  plural(r->n_without), r->n_without == 1 ? "is" : "are");
}

static void report_words(const struct analysis *a, struct page *page)
{
    const struct effect_result *const r = effect_of(a);
    char dropped[240] = "";

    if (r->words.n_dropped > 0)
        snprintf(dropped, sizeof dropped, "; left out: %zu, such as %s", r->words.n_dropped,
                 show_text(r->words.dropped).text);
    page_text(page,
              "without edits, logits of %zu pair%s of words differ by %.3f after %s and %.3f after "
              "%s%s",
              r->words.n, plural(r->words.n), r->difference[0], group_name(a, 0).text,
              r->difference[1], group_name(a, 1).text, dropped);
    if (!(fabs(r->difference[0] - r->difference[1]) >= 0.5))
        page_text(page, "Caution: these words do not tell the groups apart; choose others with "
                        "--words.");
}

static void report_shares(const struct effect_result *r, struct page *page)
{
    const struct effect_row *const all = effect_row_find(r, "all");
    const struct effect_row *const some = effect_row_find(r, "significant");
    const struct effect_row *const others = effect_row_find(r, "others");
    char rest[360] = "";

    if (others != NULL)
        snprintf(rest, sizeof rest, ", the other %s by %s", show_count(others->size).text,
                 effect_share(others->moved_end).text);
    if (some != NULL)
        page_text(page,
                  "%s, the %s significant neurons move them by %s of the way at the end of a "
                  "sentence (95 %%: %s to %s)%s; all %s by %s",
                  effect_done(&r->edits[0]).text, show_count(some->size).text,
                  effect_share(some->moved_end).text, effect_share(some->moved_end_low).text,
                  effect_share(some->moved_end_high).text, rest, show_count(all->size).text,
                  effect_share(all->moved_end).text);
    else
        page_text(page,
                  "%s, all %s neurons move them by %s of the way at the end of a sentence; none is "
                  "significant",
                  effect_done(&r->edits[0]).text, show_count(all->size).text,
                  effect_share(all->moved_end).text);
}

/* Of the edits after the first. */
static void report_further(const struct effect_result *r, struct page *page)
{
    for (size_t i = 0; i < r->n_rows; i++) {
        const struct effect_row *const row = &r->rows[i];
        if (row->edit > 0 && strcmp(row->source, "significant") == 0)
            page_text(page, "%s, by %s; the logits then differ by %.3f on average (KL %.3g nats)",
                      effect_done(&r->edits[row->edit]).text, effect_share(row->moved_end).text,
                      row->difference, row->divergence_end);
    }
}

/* Without twins there is no way to go. */
static void report_divergences(const struct effect_result *r, struct page *page)
{
    for (size_t i = 0; i < r->n_rows; i++) {
        const struct effect_row *const row = &r->rows[i];
        if (strcmp(row->source, "significant") == 0)
            page_text(page,
                      "%s, the %s significant neurons change the next word by %.3g nats (KL), the "
                      "loss by %.3g nats a token",
                      effect_done(&r->edits[row->edit]).text, show_count(row->size).text,
                      row->divergence_end, row->loss);
    }
}

static bool is_chosen(const struct effect_row *row)
{
    return strcmp(row->source, CHOSEN_SOURCE) == 0;
}

/* Of each set that was chosen, under each edit. */
static void report_chosen(const struct effect_result *r, struct page *page)
{
    for (size_t i = 0; i < r->n_rows; i++) {
        const struct effect_row *const row = &r->rows[i];
        if (!is_chosen(row))
            continue;
        page_text(page,
                  "%s (%s neuron%s), %s, moves %s of the way (95 %%: %s to %s); the logits then "
                  "differ by %.3f on average (KL %.3g nats)",
                  effect_set_name(row->source, row->group).text, show_count(row->size).text,
                  plural(row->size), effect_row_done(row).text, effect_share(row->moved_end).text,
                  effect_share(row->moved_end_low).text, effect_share(row->moved_end_high).text,
                  row->difference, row->divergence_end);
    }
}

static const struct effect_row *strongest_cluster(const struct effect_result *r)
{
    const struct effect_row *best = NULL;

    for (size_t i = 0; i < r->n_rows; i++)
        if (r->rows[i].edit == 0 && r->rows[i].group != NO_GROUP && !is_chosen(&r->rows[i]) &&
            !isnan(r->rows[i].moved_end) &&
            (best == NULL || r->rows[i].moved_end > best->moved_end))
            best = &r->rows[i];
    return best;
}

/* The control that counts, of those that there are. */
static void report_control(const struct effect_row *row, struct page *page)
{
    static const char *const names[N_CONTROLS] = { "significant neurons at random",
                                                   "neurons with as large |t|",
                                                   "neurons that write as much" };
    bool is_asked = false;

    for (size_t k = N_CONTROLS; k-- > 0;) {
        is_asked = is_asked || row->by[k].n_draws > 0;
        if (!row->by[k].is_comparable)
            continue;
        page_text(page, "%d sets of as many %s move them by %s +- %s: p = %.2g", EFFECT_DRAWS,
                  names[k], effect_share(row->by[k].mean).text, effect_share(row->by[k].sd).text,
                  row->by[k].pvalue);
        return;
    }
    if (is_asked)
        page_text(page, "not comparable: too few other neurons are like it");
}

static void report(const struct analysis *a, struct page *page)
{
    const struct effect_result *const r = effect_of(a);

    page->heading = "Used?";
    if (!r->has_model) {
        page_text(page, "not asked: interventions need a model, not --activations");
        return;
    }
    const struct effect_row *const best = strongest_cluster(r);
    report_words(a, page);
    if (r->twins != TWINS_NONE) {
        report_shares(r, page);
        report_further(r, page);
    } else {
        report_divergences(r, page);
    }
    if (best != NULL) {
        page_text(page, "of the clusters, %s (%zu neurons) moves most: %s",
                  effect_set_name(best->source, best->group).text, best->size,
                  effect_share(best->moved_end).text);
        report_control(best, page);
    }
    report_chosen(r, page);
    report_twins(r, page);
    page_text(page, "No effect means: not needed here. It never means: not represented. Effects of "
                    "clusters do not add up.");
    if (r->is_partial)
        page_text(page, "Cancelled before all controls were drawn.");
}

static void describe(const struct analysis *a, json_t *counts, json_t *outcome)
{
    static const char *const sources[] = { "all", "significant", "others" };
    const struct effect_result *const r = effect_of(a);

    json_object_set_new(counts, "twins", json_integer((json_int_t)r->n_twins));
    json_object_set_new(counts, "words", json_integer((json_int_t)r->words.n));
    for (size_t s = 0; s < sizeof sources / sizeof *sources; s++) {
        const struct effect_row *const row = effect_row_find(r, sources[s]);
        char name[32];
        snprintf(name, sizeof name, "moved_%s", sources[s]);
        json_object_set_new(outcome, name, number_or_null(row != NULL ? row->moved_end : NAN));
    }
}

/* ---- tables ---- */

static void put_set(struct csv_writer *w, const struct analysis *a, const struct effect_row *row)
{
    char edit[EFFECT_MOST_EDITS * (EFFECT_EDIT_NAME + 1)];

    put_hook(w, a);
    effect_edits_name(row->edits, row->n_edits, edit, sizeof edit);
    csv_put_text(w, edit);
    csv_put_text(w, row->source);
    if (row->group != NO_GROUP)
        csv_put_size(w, row->group);
    else
        csv_put_text(w, "");
}

static void write_effect(const struct analysis *a, struct csv_writer *w)
{
    const struct effect_result *const r = effect_of(a);

    PUT_HEADER(w, "hook", "edit", "source", "group", "size", "moved_end", "moved_end_low",
               "moved_end_high", "moved_next", "kl_next", "kl_end", "loss", "write", "random_mean",
               "random_sd", "random_p", "t_mean", "t_sd", "t_p", "write_mean", "write_sd",
               "write_p", "without_end", "without_next", "ld_end");
    for (size_t i = 0; i < r->n_rows; i++) {
        const struct effect_row *const row = &r->rows[i];
        put_set(w, a, row);
        csv_put_size(w, row->size);
        const double numbers[] = {
            row->moved_end,       row->moved_end_low,  row->moved_end_high, row->moved_next,
            row->divergence_next, row->divergence_end, row->loss,           row->write
        };
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
            put_if_any(w, numbers[k]);
        put_controls(w, row);
        put_if_any(w, row->without_end);
        put_if_any(w, row->without_next);
        put_if_any(w, row->difference);
        csv_end_row(w);
    }
}

static void put_words(struct csv_writer *w, const struct analysis *a,
                      const struct effect_reading *reading)
{
    csv_put_text(w, effect_words(a, reading).text);
}

static void write_sentences(const struct analysis *a, struct csv_writer *w)
{
    const struct effect_result *const r = effect_of(a);

    PUT_HEADER(w, "hook", "edit", "source", "group", "sentence", "ld_clean", "ld_edited", "ld_twin",
               "next_clean", "next_edited");
    for (size_t k = 0; k < r->n_rows; k++)
        for (size_t i = 0; i < r->n; i++) {
            const struct effect_reading *const edited = &r->readings[k * r->n + i];
            const size_t twin = r->sentences[i].twin;
            if (!effect_row_has(r, &r->rows[k], i))
                continue;
            put_set(w, a, &r->rows[k]);
            csv_put_size(w, r->sentences[i].row);
            csv_put_f64(w, r->clean[i].end);
            csv_put_f64(w, edited->end);
            put_if_any(w, twin != NO_TWIN ? r->clean[twin].end : NAN);
            put_words(w, a, &r->clean[i]);
            put_words(w, a, edited);
            csv_end_row(w);
        }
}

static const struct table tables[] = {
    { "effect.csv", ALWAYS, write_effect, NULL, &stage_effect },
    { "effect_sentences.csv", ALWAYS, write_sentences, NULL, &stage_effect },
};

static const struct plot plots[] = {
    { .name = "effect",
      .title = "share moved",
      .order = 260,
      .stage = &stage_effect,
      .space = &space_curve,
      .in_report = true,
      .draw = draw_effect,
      .item = item_effect },
};

const struct account account_effect = {
    .stage = &stage_effect,
    .report = report,
    .describe = describe,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .plots = plots,
    .n_plots = sizeof plots / sizeof *plots,
};
