#include "config.h"
#include "report/account.h"

#include "pipeline/stage_space.h"
#include "pipeline/stage_tsne.h"
#include "report/plots/parts.h"
#include "report/plots/space.h"

/* Nothing of raw activations: that is what reports are about unless they say otherwise. */
static void report(const struct analysis *a, struct page *page)
{
    const size_t n = space_of(a)->n_without;

    if (space_of(a)->space == SPACE_RAW)
        return;
    page->heading = "Space";
    if (space_of(a)->space == SPACE_CORRELATION) {
        page_line(page, "correlation: each neuron less its mean, of length 1");
    } else {
        page_line(page, "context: each neuron less both group means, of length 1, so that");
        page_line(page, "similarities are correlations within the groups");
    }
    if (n > 0)
        page_line(page, "%zu neuron%s%s not vary%s: at the origin, similar to none", n, plural(n),
                  n == 1 ? " does" : " do",
                  space_of(a)->space == SPACE_CONTEXT ? " within the groups" : "");
}

static void describe(const struct analysis *a, json_t *counts, json_t *outcome)
{
    (void)outcome;
    if (space_of(a)->space != SPACE_RAW)
        json_object_set_new(counts, "without_variance",
                            json_integer((json_int_t)space_of(a)->n_without));
}

static const struct plot plots[] = {
    { .name = "gram",
      .title = "Gram matrix",
      .order = 70,
      .stage = &stage_space,
      .shown_at = &stage_tsne,
      .space = &space_matrix,
      .in_report = true,
      .has_scale = true,
      .draw = draw_gram },
};

const struct account account_space = {
    .stage = &stage_space,
    .report = report,
    .describe = describe,
    .plots = plots,
    .n_plots = sizeof plots / sizeof *plots,
};
