#include "config.h"
#include "report/account.h"

#include <math.h>
#include <stdio.h>

#include "io/csv_writer.h"
#include "num/tests/exchange.h"
#include "num/tests/test.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"
#include "report/plots/parts.h"
#include "report/plots/space.h"
#include "report/test_words.h"

static const char *group_name(const struct analysis *a, size_t which)
{
    return load_of(a)->group_names[contrast_of(a)->groups[which]];
}

static void report_threshold(const struct analysis *a, struct page *page)
{
    const struct ttest_stage *const t = ttest_of(a);
    char bound[80] = "";

    if (isfinite(t->t_critical))
        snprintf(bound, sizeof bound, ", |%s| > %.6f", tests[a->params.test].statistic,
                 t->t_critical);
    if (a->params.correction == CORRECTION_BONFERRONI) {
        page_line(page, "significant: p < %g / %zu = %.4g (Bonferroni)%s", a->params.alpha,
                  t->n_neurons, t->p_threshold, bound);
    } else if (a->params.correction == CORRECTION_NONE) {
        page_line(page, "significant: p < %g, not corrected for %zu tests%s", a->params.alpha,
                  t->n_neurons, bound);
    } else if (a->params.correction == CORRECTION_MAXT) {
        page_line(page, "significant: %s %g (maxT, %d exchanges)%s",
                  correction_rate(a->params.correction), a->params.alpha, EXCHANGES, bound);
        if (a->params.alpha * (EXCHANGES + 1) < 1.0)
            page_line(page, "none can be: the smallest p of that many exchanges is %g",
                      1.0 / (EXCHANGES + 1.0));
    } else {
        page_line(page, "significant: %s %g (%s)", correction_rate(a->params.correction),
                  a->params.alpha, correction_title(a->params.correction));
        if (t->n_significant > 0)
            page_line(page, "largest significant p: %.4g%s", t->p_threshold, bound);
    }
}

static void report_strongest(const struct analysis *a, struct page *page)
{
    const struct ttest_stage *const t = ttest_of(a);
    size_t best = t->significant[0];
    size_t n_a = 0;
    size_t index;

    for (size_t i = 0; i < t->n_significant; i++) {
        const struct ttest_result *const r = &t->neurons[t->significant[i]];
        n_a += r->statistic > 0;
        if (fabs(r->statistic) > fabs(t->neurons[best].statistic))
            best = t->significant[i];
    }
    page_line(page, "%zu higher for %s, %zu for %s", n_a, show_text(group_name(a, 0)).text,
              t->n_significant - n_a, show_text(group_name(a, 1)).text);
    const char *const hook = neuron_hook(extract_of(a), best, &index);
    page_line(page, "strongest: %s:%zu, %s = %.2f, p = %.2g", show_text(hook).text, index,
              tests[a->params.test].statistic, t->neurons[best].statistic, t->neurons[best].pvalue);
}

static void report(const struct analysis *a, struct page *page)
{
    const struct ttest_stage *const t = ttest_of(a);

    report_test(a, page);
    report_threshold(a, page);
    page_line(page, "%s of %s neurons significant (%.1f %%)", show_count(t->n_significant).text,
              show_count(t->n_neurons).text,
              100.0 * (double)t->n_significant / (double)t->n_neurons);
    if (t->n_nan > 0)
        page_line(page, "%zu neuron%s without a p-value (no variance, or NaN)", t->n_nan,
                  plural(t->n_nan));
    if (t->n_rounding > 0) {
        page_line(page, "caution: %zu neuron%s within the groups by rounding alone, a few units in",
                  t->n_rounding, t->n_rounding == 1 ? " varies" : "s vary");
        page_line(page, "the last place of the numbers: t and p of such neurons are meaningless");
    }
    if (t->n_significant > 0)
        report_strongest(a, page);
}

static void describe(const struct analysis *a, json_t *counts, json_t *outcome)
{
    json_object_set_new(counts, "significant",
                        json_integer((json_int_t)ttest_of(a)->n_significant));
    json_object_set_new(outcome, "p_threshold", number_or_null(ttest_of(a)->p_threshold));
}

static void put_test(const void *context, size_t j, struct csv_writer *w)
{
    const struct analysis *const a = context;
    const struct ttest_stage *const t = ttest_of(a);
    const struct ttest_result *const r = &t->neurons[j];

    put_neuron(w, a, j);
    csv_put_f64(w, r->mean_a);
    csv_put_f64(w, r->mean_b);
    csv_put_f64(w, r->statistic);
    csv_put_f64(w, r->df);
    csv_put_f64(w, r->pvalue);
    csv_put_f64(w, t->p_adjusted[j]);
    csv_put_size(w, t->is_significant[j]);
    csv_end_row(w);
}

static void write_ttest(const struct analysis *a, struct csv_writer *w)
{
    PUT_HEADER(w, "hook", "neuron", "mean_a", "mean_b", "t", "df", "p", "p_adjusted",
               "significant");
    csv_put_rows(w, ttest_of(a)->n_neurons, 110, a->params.threads, put_test, a);
}

static const struct table tables[] = {
    { "ttest.csv", ALWAYS, write_ttest, NULL, &stage_ttest },
};

static const struct plot plots[] = {
    { .name = "t-values",
      .title = "t by neuron",
      .order = 50,
      .stage = &stage_ttest,
      .space = &space_neurons,
      .in_report = true,
      .draw = draw_t_values },
    { .name = "volcano",
      .title = "volcano",
      .order = 60,
      .stage = &stage_ttest,
      .space = &space_volcano,
      .draw = draw_volcano },
};

const struct account account_ttest = {
    .stage = &stage_ttest,
    .report = report,
    .describe = describe,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .plots = plots,
    .n_plots = sizeof plots / sizeof *plots,
};
