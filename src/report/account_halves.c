#include "config.h"
#include "report/account.h"

#include <math.h>
#include <stdio.h>

#include "io/csv_writer.h"
#include "pipeline/stage_halves.h"
#include "report/arrays.h"
#include "report/quantities.h"

/* Means over the halves that are not left out. */
static void report_means(const struct halves_result *r, struct page *page)
{
    const double *const mean = r->halves.mean.number;

    page_text(
        page,
        "%.0f neurons chosen on half of the %s: |t| %.2f there, %.2f in the other half, where "
        "%.0f %% are significant and %.0f %% have the same sign",
        mean[HALF_CHOSEN], r->has_pairs ? "pairs" : "sentences", mean[HALF_ABS_T],
        mean[HALF_ABS_T_OTHER], 100.0 * mean[HALF_REPLICATED], 100.0 * mean[HALF_SAME_SIGN]);
    if (!isnan(mean[HALF_ARI]))
        page_text(
            page,
            "their groups: similarity %.2f there, %.2f in the other half; the groups found in "
            "both halves agree by %.2f (0: by chance, 1: the same)",
            mean[HALF_SIMILARITY], mean[HALF_SIMILARITY_OTHER], mean[HALF_ARI]);
    page_text(page, "(means of %zu random halves)", r->halves.n - r->halves.n_left_out);
}

static void report(const struct analysis *a, struct page *page)
{
    const struct halves_result *const r = halves_of(a);
    const struct halves *const h = &r->halves;

    page->heading = "Halves";
    if (r->has_few && a->params.halves > 0)
        page_text(page, "none: fewer than %d different sentences in a group", 2 * HALF_SAMPLES);
    if (h->n > h->n_left_out)
        report_means(r, page);
    if (h->n_left_out > 0)
        page_text(page, "%zu of %zu halves left out: fewer than %d neurons are chosen",
                  h->n_left_out, h->n, HALF_LEAST);
}

static void describe(const struct analysis *a, json_t *counts, json_t *outcome)
{
    (void)outcome;
    json_object_set_new(counts, "halves", json_integer((json_int_t)halves_of(a)->halves.n));
}

static const char *const columns[HALF_NUMBERS] = {
    [HALF_CHOSEN] = "chosen",
    [HALF_ABS_T] = "abs_t",
    [HALF_ABS_T_OTHER] = "abs_t_other",
    [HALF_REPLICATED] = "replicated",
    [HALF_SAME_SIGN] = "same_sign",
    [HALF_SIMILARITY] = "similarity",
    [HALF_SIMILARITY_OTHER] = "similarity_other",
    [HALF_ARI] = "ari",
};

/* Means with their ranges. */
void put_halves_quantities(const struct analysis *a, struct csv_writer *w)
{
    const struct halves *const h = &halves_of(a)->halves;
    const size_t n = h->n - h->n_left_out;

    for (size_t k = 0; k < HALF_NUMBERS; k++) {
        char name[40];
        snprintf(name, sizeof name, "halves_%s", columns[k]);
        struct quantity q = quantity(name, n > 0 ? h->mean.number[k] : NAN);
        q.low = n > 0 ? h->low.number[k] : NAN;
        q.high = n > 0 ? h->high.number[k] : NAN;
        q.m = n;
        put_quantity(w, a, &q);
    }
    const struct quantity left_out =
        quantity("halves_left_out", h->n > 0 ? (double)h->n_left_out : NAN);
    put_quantity(w, a, &left_out);
}

static void write_halves(const struct analysis *a, struct csv_writer *w)
{
    const struct halves *const h = &halves_of(a)->halves;

    csv_put_text(w, "half");
    for (size_t k = 0; k < HALF_NUMBERS; k++)
        csv_put_text(w, columns[k]);
    csv_end_row(w);
    for (size_t b = 0; b < h->n; b++) {
        csv_put_size(w, b);
        for (size_t k = 0; k < HALF_NUMBERS; k++)
            put_if_any(w, h->each[b].number[k]);
        csv_end_row(w);
    }
}

static const struct table tables[] = {
    { "halves.csv", ALWAYS, write_halves, NULL, &stage_halves },
};

const struct account account_halves = {
    .stage = &stage_halves,
    .report = report,
    .describe = describe,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
};
