#include "config.h"
#include "report/account.h"

#include "io/csv_writer.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_map.h"
#include "report/effect_text.h"
#include "report/plots/parts.h"
#include "report/plots/space.h"

/* Where the target still decides, and where the last token already does. */
static void report(const struct analysis *a, struct page *page)
{
    const struct map_result *const m = map_of(a);
    size_t n_target = 0;      /* blocks up to the last one where the target decides */
    size_t end = m->n_layers; /* the first block where the last token does */

    if (m->n_layers == 0)
        return;
    for (size_t l = 0; l < m->n_done; l++) {
        const double *const row = m->moved + l * m->n_positions;
        if (row[0] >= 0.5)
            n_target = l + 1;
        if (row[m->n_positions - 1] >= 0.5 && l < end)
            end = l;
    }
    page->heading = "Where?";
    if (n_target == 0)
        page_text(page, "after no block does the residual stream at the target decide");
    else
        page_text(page, "the residual stream at the target decides up to %s (%s moved)",
                  m->hooks[n_target - 1],
                  effect_share(m->moved[(n_target - 1) * m->n_positions]).text);
    if (end < m->n_layers)
        page_text(page, "from %s on, the one at the last token does (%s)", m->hooks[end],
                  effect_share(m->moved[(end + 1) * m->n_positions - 1]).text);
    if (m->n_done < m->n_layers)
        page_text(page, "cancelled after %zu of %zu blocks", m->n_done, m->n_layers);
}

static void write_map(const struct analysis *a, struct csv_writer *w)
{
    const struct map_result *const m = map_of(a);

    PUT_HEADER(w, "hook", "position", "moved_end", "sentences");
    for (size_t l = 0; l < m->n_done; l++)
        for (size_t p = 0; p < m->n_positions; p++) {
            csv_put_text(w, m->hooks[l]);
            if (p + 1 < m->n_positions)
                csv_put_size(w, p);
            else
                csv_put_text(w, "last");
            put_if_any(w, m->moved[l * m->n_positions + p]);
            csv_put_size(w, m->n_sentences[p]);
            csv_end_row(w);
        }
}

static bool is_wanted(const struct analysis *a)
{
    return a->params.map;
}

static const struct table tables[] = {
    { "effect_map.csv", ALWAYS, write_map, is_wanted, &stage_map },
};

static const struct plot plots[] = {
    { .name = "effect_map",
      .title = "layer by token",
      .order = 270,
      .stage = &stage_map,
      .shown_at = &stage_effect,
      .space = &space_map,
      .in_report = true,
      .has_scale = true,
      .is_drawn = has_map,
      .draw = draw_map,
      .item = item_map },
};

const struct account account_map = {
    .stage = &stage_map,
    .report = report,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .plots = plots,
    .n_plots = sizeof plots / sizeof *plots,
};
