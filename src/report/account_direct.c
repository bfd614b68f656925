#include "config.h"
#include "report/account.h"

#include <math.h>
#include <stdio.h>

#include "io/csv_writer.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_direct.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_lens.h"
#include "pipeline/stage_ttest.h"
#include "report/effect_text.h"

/* The difference between the groups of what the model says at the target. */
static double said(const struct analysis *a)
{
    const struct lens_result *const r = lens_of(a);

    if (r == NULL || r->n_layers == 0 || analysis_is_stale(a, &stage_lens))
        return NAN;
    return lens_row(r, r->n_layers - 1, 0, LENS_NEXT)->difference -
           lens_row(r, r->n_layers - 1, 1, LENS_NEXT)->difference;
}

/* The one that contributes most; without contributions, with the largest effect. */
static const struct direct_row *strongest(const struct direct_result *r)
{
    const struct direct_row *best = r->rows;

    for (size_t k = 1; k < r->n_rows; k++) {
        const struct direct_row *const row = &r->rows[k];
        const bool is_more = isnan(row->contribution)
                                 ? fabs(row->says.effect) > fabs(best->says.effect)
                                 : fabs(row->contribution) > fabs(best->contribution);
        best = is_more ? row : best;
    }
    return best;
}

static void report_strongest(const struct analysis *a, struct page *page)
{
    const struct direct_row *const best = strongest(direct_of(a));
    const struct word_extremes *const words = &best->says.words;
    size_t index;
    const char *const hook = neuron_hook(extract_of(a), best->column, &index);
    char share[40] = "";

    if (!isnan(best->contribution))
        snprintf(share, sizeof share, " (%.3g)", best->contribution);
    page_text(page, "most: %s:%zu%s, which raises %s and lowers %s", show_text(hook).text, index,
              share, show_text(effect_word_list(a, words->highest, words->n).text).text,
              show_text(effect_word_list(a, words->lowest, words->n).text).text);
}

static void report(const struct analysis *a, struct page *page)
{
    const struct direct_result *const r = direct_of(a);
    double sum = 0.0;

    if (!a->params.lens || r->n_rows + r->n_unknown == 0)
        return;
    page->heading = "Directly";
    for (size_t k = 0; k < r->n_rows; k++)
        sum += r->rows[k].contribution;
    if (r->n_rows == 0)
        page_text(page, "these neurons add nothing to the residual stream by themselves");
    else if (isnan(sum))
        page_text(page, "past later attention and MLPs, these neurons raise and lower words");
    else
        page_text(page,
                  "past later attention and MLPs, %s significant neurons make %.3g of the "
                  "difference of %.3g that the words have between the groups right after the "
                  "target",
                  show_count(r->n_rows).text, sum, said(a));
    if (r->n_rows > 0)
        report_strongest(a, page);
}

/* ---- the table ---- */

static void put_values(struct csv_writer *w, const float *values, size_t n)
{
    char text[160] = "";
    size_t used = 0;

    for (size_t k = 0; k < n; k++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.9g", k > 0 ? "|" : "",
                                 (double)values[k]);
    csv_put_text(w, text);
}

static void write_direct(const struct analysis *a, struct csv_writer *w)
{
    const struct direct_result *const r = direct_of(a);

    PUT_HEADER(w, "hook", "neuron", "t", "effect", "contribution", "raised", "raised_by", "lowered",
               "lowered_by");
    for (size_t k = 0; k < r->n_rows; k++) {
        const struct direct_row *const row = &r->rows[k];
        const struct word_extremes *const words = &row->says.words;
        put_neuron(w, a, row->column);
        put_if_any(w, ttest_of(a)->neurons[row->column].statistic);
        csv_put_f64(w, row->says.effect);
        put_if_any(w, row->contribution);
        csv_put_text(w, effect_word_list(a, words->highest, words->n).text);
        put_values(w, words->high, words->n);
        csv_put_text(w, effect_word_list(a, words->lowest, words->n).text);
        put_values(w, words->low, words->n);
        csv_end_row(w);
    }
}

static bool is_wanted(const struct analysis *a)
{
    return a->params.lens;
}

static const struct table tables[] = {
    { "direct_effect.csv", ALWAYS, write_direct, is_wanted, &stage_direct },
};

const struct account account_direct = {
    .stage = &stage_direct,
    .report = report,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
};
