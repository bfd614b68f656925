#include "config.h"
#include "report/account.h"

#include <math.h>

#include "io/csv_writer.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_lens.h"
#include "pipeline/stage_load.h"
#include "report/effect_text.h"
#include "report/plots/parts.h"
#include "report/plots/space.h"

/* How far the words tell the groups apart at the last token. */
static double apart(const struct lens_result *r, size_t layer)
{
    return lens_row(r, layer, 0, LENS_END)->difference -
           lens_row(r, layer, 1, LENS_END)->difference;
}

/* From which block on it is at least half of what it is in the end. */
static size_t half_way(const struct lens_result *r)
{
    const double whole = apart(r, r->n_layers - 1);
    size_t l = r->n_layers - 1;

    while (l > 0 && apart(r, l - 1) / whole >= 0.5)
        l--;
    return l;
}

/* Share of both groups' sentences whose likeliest next word is already the final one. */
static double agreement(const struct analysis *a, size_t layer)
{
    const struct contrast *const c = contrast_of(a);
    double sum = 0.0;

    for (size_t g = 0; g < 2; g++)
        sum += (double)c->n_rows[g] * lens_row(lens_of(a), layer, g, LENS_END)->agreement;
    return sum / (double)(c->n_rows[0] + c->n_rows[1]);
}

static void report(const struct analysis *a, struct page *page)
{
    const struct lens_result *const r = lens_of(a);
    size_t l;

    if (r->n_layers == 0)
        return;
    page->heading = "Lens";
    if (apart(r, r->n_layers - 1) != 0.0) {
        l = half_way(r);
        page_text(page,
                  "read as if it were the last block, the residual stream at the last token tells "
                  "the groups apart from %s on: the words' difference is %.3f there, %.3f in the "
                  "end",
                  r->hooks[l], apart(r, l), apart(r, r->n_layers - 1));
    }
    for (l = r->n_layers - 1; l > 0 && agreement(a, l - 1) >= 0.5;)
        l--;
    if (l + 1 < r->n_layers)
        page_text(page,
                  "from %s on, the likeliest next word is mostly that of the last block (%s of the "
                  "sentences)",
                  r->hooks[l], effect_share(agreement(a, l)).text);
}

static void put_words(struct csv_writer *w, const struct analysis *a, const struct lens_row *row)
{
    csv_put_text(w, effect_word_list(a, row->likeliest, row->n_likeliest).text);
    csv_put_f64(w, row->share);
}

static void write_lens(const struct analysis *a, struct csv_writer *w)
{
    const struct lens_result *const r = lens_of(a);

    PUT_HEADER(w, "hook", "group", "sentences", "ld_next", "ld_end", "agreement_next",
               "agreement_end", "likeliest_next", "share_next", "likeliest_end", "share_end");
    for (size_t l = 0; l < r->n_layers; l++)
        for (size_t g = 0; g < 2; g++) {
            const struct lens_row *const next = lens_row(r, l, g, LENS_NEXT);
            const struct lens_row *const end = lens_row(r, l, g, LENS_END);
            csv_put_text(w, r->hooks[l]);
            csv_put_text(w, load_of(a)->group_names[contrast_of(a)->groups[g]]);
            csv_put_size(w, contrast_of(a)->n_rows[g]);
            csv_put_f64(w, next->difference);
            csv_put_f64(w, end->difference);
            csv_put_f64(w, next->agreement);
            csv_put_f64(w, end->agreement);
            put_words(w, a, next);
            put_words(w, a, end);
            csv_end_row(w);
        }
}

static bool is_wanted(const struct analysis *a)
{
    return a->params.lens;
}

static const struct table tables[] = {
    { "logit_lens.csv", ALWAYS, write_lens, is_wanted, &stage_lens },
};

static const struct plot plots[] = {
    { .name = "lens",
      .title = "logit lens",
      .order = 280,
      .stage = &stage_lens,
      .shown_at = &stage_effect,
      .space = &space_curve,
      .in_report = true,
      .is_drawn = has_lens,
      .draw = draw_lens,
      .item = item_lens },
};

const struct account account_lens = {
    .stage = &stage_lens,
    .report = report,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .plots = plots,
    .n_plots = sizeof plots / sizeof *plots,
};
