#include "config.h"
#include "report/account.h"

#include <math.h>

#include "io/csv_writer.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "report/arrays.h"
#include "report/plots/parts.h"
#include "report/plots/space.h"

static void report(const struct analysis *a, struct page *page)
{
    const struct tsne_stage *const t = tsne_of(a);
    const size_t n = ttest_of(a)->n_significant;

    page->heading = "t-SNE";
    if (n < 2) {
        page_line(page, "%s",
                  n == 0 ? "no significant neuron, nothing to embed"
                         : "one significant neuron: it lies at the origin");
        return;
    }
    page_line(page, "%zu neurons; perplexity %.4g, %zu iterations, KL divergence %.4f", n,
              t->perplexity, t->result.n_iter,
              fabs(t->result.kl_divergence)); /* rounding may make it slightly negative */
    if (t->result.n_init > 1)
        page_line(
            page,
            "the best of %zu runs: with few neurons, rounding decides which optimum is reached",
            t->result.n_init);
    if (t->n_distinct == 1)
        page_line(page, "caution: all neurons are identical; the embedding shows no structure");
    else if (t->n_distinct < n)
        page_line(page, "caution: only %zu of the neurons are distinct", t->n_distinct);
    if (t->perplexity < a->params.perplexity)
        page_line(page,
                  "the perplexity was lowered from %g: it must be below the number of neurons",
                  a->params.perplexity);
}

static void describe(const struct analysis *a, json_t *counts, json_t *outcome)
{
    const struct tsne_stage *const t = tsne_of(a);

    (void)counts;
    json_object_set_new(outcome, "perplexity", number_or_null(t->perplexity));
    json_object_set_new(outcome, "kl_divergence", number_or_null(t->result.kl_divergence));
    json_object_set_new(outcome, "learning_rate", number_or_null(t->result.learning_rate));
    json_object_set_new(outcome, "tsne_iterations", json_integer((json_int_t)t->result.n_iter));
}

static void write_tsne(const struct analysis *a, struct csv_writer *w)
{
    PUT_HEADER(w, "hook", "neuron", "x", "y");
    for (size_t i = 0; i < ttest_of(a)->n_significant; i++) {
        const double *const point = mat_row(&tsne_of(a)->result.embedding, i);
        put_neuron(w, a, ttest_of(a)->significant[i]);
        csv_put_f32(w, (float)point[0]); /* the embedding holds float32 values */
        csv_put_f32(w, (float)point[1]);
        csv_end_row(w);
    }
}

static const struct table tables[] = {
    { "tsne.csv", PICTURE_CSV, write_tsne, NULL, &stage_tsne },
    { "tsne.npy", FORMAT_NPY, arrays_tsne, NULL, &stage_tsne },
};

static const struct plot plots[] = {
    { .name = "tsne",
      .title = "t-SNE",
      .order = 80,
      .stage = &stage_tsne,
      .space = &space_plane,
      .is_live = true,
      .in_report = true,
      .draw = draw_tsne },
    { .name = "kl",
      .title = "KL divergence",
      .order = 90,
      .stage = &stage_tsne,
      .space = &space_curve,
      .is_live = true,
      .draw = draw_kl,
      .item = item_kl },
};

const struct account account_tsne = {
    .stage = &stage_tsne,
    .report = report,
    .describe = describe,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .plots = plots,
    .n_plots = sizeof plots / sizeof *plots,
};
