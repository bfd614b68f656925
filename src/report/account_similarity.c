#include "config.h"
#include "report/account.h"

#include <math.h>

#include "io/csv_writer.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stage_cluster.h"
#include "report/arrays.h"
#include "report/matrix_rows.h"
#include "report/plots/parts.h"
#include "report/plots/space.h"

static void report(const struct analysis *a, struct page *page)
{
    const struct cosine_means *const m = &similarity_of(a)->means;
    const char *const title = clusters_of(a)->by[0].method->title;

    page->heading = "Cosine";
    if (isnan(m->all)) {
        page_line(page, "fewer than two significant neurons, nothing to compare");
        return;
    }
    page_line(page, "mean over all pairs of neurons %.3f", m->all);
    if (!isnan(m->within))
        page_line(page, "within %s clusters %.3f", title, m->within);
    if (!isnan(m->between))
        page_line(page, "between %s clusters %.3f", title, m->between);
    if (!a->params.matrices && ttest_of(a)->n_significant > MATRICES_UNASKED)
        page_line(page, "more than %s neurons: gram.csv and cosine.csv need --matrices",
                  show_count(MATRICES_UNASKED).text);
}

static void put_matrix_row(const struct analysis *a, size_t i, const double *values,
                           struct csv_writer *w)
{
    put_id(w, a, ttest_of(a)->significant[i]);
    for (size_t j = 0; j < ttest_of(a)->n_significant; j++)
        csv_put_f64(w, values[j]);
    csv_end_row(w);
}

/* Rows and columns are labelled. */
static void write_matrix(const struct analysis *a, struct csv_writer *w, bool is_cosine)
{
    csv_put_text(w, "id");
    for (size_t j = 0; j < ttest_of(a)->n_significant; j++)
        put_id(w, a, ttest_of(a)->significant[similarity_of(a)->orders[0][j]]);
    csv_end_row(w);
    matrix_rows_write(a, is_cosine, w, put_matrix_row);
}

static void write_gram(const struct analysis *a, struct csv_writer *w)
{
    write_matrix(a, w, false);
}

static void write_cosine(const struct analysis *a, struct csv_writer *w)
{
    write_matrix(a, w, true);
}

static bool has_matrices(const struct analysis *a)
{
    return a->params.matrices || ttest_of(a)->n_significant <= MATRICES_UNASKED;
}

static const struct table tables[] = {
    { "gram.csv", PICTURE_CSV, write_gram, has_matrices, &stage_similarity },
    { "gram.npy", FORMAT_NPY, arrays_gram, has_matrices, &stage_similarity },
    { "cosine.csv", PICTURE_CSV, write_cosine, has_matrices, &stage_similarity },
    { "cosine.npy", FORMAT_NPY, arrays_cosine, has_matrices, &stage_similarity },
};

static const struct plot plots[] = {
    { .name = "gram-%s",
      .title = "Gram matrix by %s",
      .order = 120,
      .by = BY_FIRST_METHOD,
      .stage = &stage_similarity,
      .space = &space_matrix,
      .in_report = true,
      .has_scale = true,
      .draw_by = draw_gram_by },
    { .name = "cosine-%s",
      .title = "cosines by %s",
      .order = 130,
      .by = BY_EACH_METHOD,
      .stage = &stage_similarity,
      .space = &space_matrix,
      .in_report = true,
      .draw_by = draw_cosine_by },
    { .name = "cosines",
      .title = "all cosines",
      .order = 140,
      .stage = &stage_similarity,
      .space = &space_bins,
      .in_report = true,
      .draw = draw_cosines,
      .item = item_cosines },
};

const struct account account_similarity = {
    .stage = &stage_similarity,
    .report = report,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .plots = plots,
    .n_plots = sizeof plots / sizeof *plots,
};
