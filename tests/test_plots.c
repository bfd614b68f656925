/* Every plot of an analysis and its cursor's description, on a synthetic analysis. */
#include "config.h"
#include "golden_canvas.h"
#include "made_analysis.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "report/page.h"
#include "report/plots/space.h"
#include "report/plots.h"

enum { VIEW_ROWS = 14, VIEW_COLS = 55 }; /* the space for a plot at 80 x 24 */

static const struct plot *plot_named(const char *name)
{
    size_t i = 0;

    while (plot_at(i) != NULL && strcmp(plot_at(i)->name, name) != 0)
        i++;
    ck_assert_msg(plot_at(i) != NULL, "no plot %s", name);
    return plot_at(i);
}

static void draw(const struct analysis *a, const struct plot *plot, bool ascii, bool color,
                 const struct plot_request *request, struct golden *g)
{
    struct canvas c = { 0 };

    ck_assert_int_eq(canvas_init(&c, VIEW_ROWS, VIEW_COLS, ascii, color, NULL), CT_OK);
    const struct plot_target target = canvas_target(&c, canvas_area(&c));
    plot_draw(plot, a, &target, request);
    golden_add(g, plot->name, &c);
    canvas_clear(&c);
}

START_TEST(every_plot_matches_its_golden_file)
{
    const struct plot_request everything = { 0 };
    struct golden ascii = { 0 };
    struct golden color = { 0 };
    struct analysis a;

    make_analysis(&a, 0.05);
    for (size_t i = 0; plot_at(i) != NULL; i++) {
        draw(&a, plot_at(i), true, false, &everything, &ascii);
        draw(&a, plot_at(i), false, true, &everything, &color);
    }
    golden_compare(&ascii, "plots_ascii.txt");
    golden_compare(&color, "plots_color.txt");
    analysis_clear(&a);
}
END_TEST

START_TEST(a_marked_cluster_and_neuron_are_distinguishable)
{
    struct golden ascii = { 0 };
    struct golden color = { 0 };
    struct analysis a;

    make_analysis(&a, 0.05);
    const struct plot_request request = { .mark = { &method_dbscan, 1 },
                                          .has_neuron = true,
                                          .neuron = ttest_of(&a)->significant[3] };
    for (size_t i = 0; plot_at(i) != NULL; i++) {
        draw(&a, plot_at(i), true, false, &request, &ascii);
        if (strcmp(plot_at(i)->name, "dbscan") == 0 || strcmp(plot_at(i)->name, "gram-dbscan") == 0)
            draw(&a, plot_at(i), false, true, &request, &color);
    }
    golden_compare(&ascii, "plots_marked_ascii.txt");
    golden_compare(&color, "plots_marked_color.txt");
    analysis_clear(&a);
}
END_TEST

/* The end of the colour bar matches the scale. */
START_TEST(a_scale_is_doubled)
{
    const struct plot_request doubled = { .scale = 2.0 };
    struct golden g = { 0 };
    struct analysis a;

    make_analysis(&a, 0.05);
    draw(&a, plot_named("activations"), true, false, &doubled, &g);
    draw(&a, plot_named("gram"), true, false, &doubled, &g);
    golden_compare(&g, "plots_scale.txt");
    analysis_clear(&a);
}
END_TEST

START_TEST(a_cache_does_not_change_cells)
{
    static const char *const names[] = { "activations", "gram", "gram-dbscan", "cosine-kmeans" };
    struct analysis a;

    make_analysis(&a, 0.05);
    for (size_t k = 0; k < 4; k++) {
        struct heatmap_cache cache = { 0 };
        const struct plot_request plain = { 0 };
        const struct plot_request cached = { .cache = &cache, .version = 7 };
        struct canvas x = { 0 };
        struct canvas y = { 0 };
        canvas_init(&x, 24, 80, false, true, NULL);
        canvas_init(&y, 24, 80, false, true, NULL);
        const struct plot_target in_x = canvas_target(&x, canvas_area(&x));
        const struct plot_target in_y = canvas_target(&y, canvas_area(&y));
        plot_draw(plot_named(names[k]), &a, &in_x, &plain);
        for (size_t again = 0; again < 2; again++) {
            plot_draw(plot_named(names[k]), &a, &in_y, &cached);
            for (size_t i = 0; i < x.rows * x.cols; i++)
                ck_assert(x.cells[i].ch == y.cells[i].ch && x.cells[i].fg == y.cells[i].fg &&
                          x.cells[i].bg == y.cells[i].bg);
        }
        heatmap_cache_clear(&cache);
        canvas_clear(&x);
        canvas_clear(&y);
    }
    analysis_clear(&a);
}
END_TEST

/* For sanitizers and valgrind; and nothing is drawn outside the rectangle. */
START_TEST(plots_stay_in_their_rectangle_at_every_size)
{
    struct analysis a;
    struct canvas c = { 0 };

    make_analysis(&a, 0.05);
    const struct plot_request request = { .mark = { &method_kmeans, 0 },
                                          .has_neuron = true,
                                          .neuron = 2 };
    ck_assert_int_eq(canvas_init(&c, 30, 70, false, true, NULL), CT_OK);
    for (size_t i = 0; plot_at(i) != NULL; i++)
        for (size_t size = 0; size < 24; size++) {
            const struct rect area = { 3, 4, size, size * 5 / 2 };
            const struct plot_target target = canvas_target(&c, area);
            canvas_fill(&c, canvas_area(&c), '!', INK_DEFAULT, INK_DEFAULT);
            plot_draw(plot_at(i), &a, &target, &request);
            for (size_t row = 0; row < c.rows; row++)
                for (size_t col = 0; col < c.cols; col++)
                    if (row < area.row || row >= area.row + area.rows || col < area.col ||
                        col >= area.col + area.cols)
                        ck_assert_msg(c.cells[row * c.cols + col].ch == '!', "%s, size %zu",
                                      plot_at(i)->name, size);
        }
    canvas_clear(&c);
    analysis_clear(&a);
}
END_TEST

START_TEST(without_significant_neurons_plots_show_a_message)
{
    const struct plot_request everything = { 0 };
    struct golden g = { 0 };
    struct analysis a;

    make_analysis(&a, 1e-300);
    ck_assert_uint_eq(ttest_of(&a)->n_significant, 0);
    for (size_t i = 0; plot_at(i) != NULL; i++) {
        struct pick pick = { 0 };
        char words[200];
        if (plot_at(i)->stage != &stage_extract)
            draw(&a, plot_at(i), true, false, &everything, &g);
        pick_move(plot_at(i), &a, 1, 0, false, &pick);
        pick_describe(plot_at(i), &a, &pick, words, sizeof words);
    }
    golden_compare(&g, "plots_none.txt");
    analysis_clear(&a);
}
END_TEST

/* ---- the cursor ---- */

START_TEST(a_cursor_moves_and_is_located)
{
    struct analysis a;

    make_analysis(&a, 0.05);
    for (size_t i = 0; plot_at(i) != NULL; i++) {
        struct pick pick = { .has_sentence = true, .sentence = 60 };
        struct pick found;
        char words[200];
        double x;
        double y;
        pick_move(plot_at(i), &a, 1, 0, false, &pick);
        pick_move(plot_at(i), &a, 1, 0, false, &pick);
        pick_move(plot_at(i), &a, 0, 1, false, &pick);
        ck_assert_msg(pick_place(plot_at(i), &a, &pick, &x, &y), "%s", plot_at(i)->name);
        ck_assert_msg(pick_at(plot_at(i), &a, x, y, &found), "%s", plot_at(i)->name);
        ck_assert_uint_eq(found.neuron, plot_at(i)->space == &space_neuron ? 0 : pick.neuron);
        ck_assert_uint_eq(found.item, pick.item);
        ck_assert_uint_eq(found.other, pick.other);
        if (found.has_sentence)
            ck_assert_uint_eq(found.sentence, pick.sentence);
        pick_describe(plot_at(i), &a, &pick, words, sizeof words);
        ck_assert_msg(words[0] != '\0', "%s", plot_at(i)->name);
        ck_assert_msg(strlen(words) <= VIEW_COLS, "%s: %s", plot_at(i)->name, words);
    }
    analysis_clear(&a);
}
END_TEST

/* Positions of a moving cursor are in the plot, from left to right. */
START_TEST(items_are_located_where_they_are_drawn)
{
    struct analysis a;
    size_t n_plots = 0;

    make_analysis(&a, 0.05);
    for (size_t i = 0; plot_at(i) != NULL; i++) {
        const struct plot *const plot = plot_at(i);
        struct plot_item item = { 0 };
        struct plot_view view = { 0 };
        const struct plot_request request = { .view = &view };
        struct canvas c = { 0 };
        double last = -INFINITY;
        if (plot->item == NULL)
            continue;
        n_plots++;
        ck_assert_int_eq(canvas_init(&c, VIEW_ROWS, VIEW_COLS, false, true, NULL), CT_OK);
        const struct plot_target target = canvas_target(&c, canvas_area(&c));
        plot_draw(plot, &a, &target, &request);
        const size_t n = plot->item(&a, SIZE_MAX, &item);
        ck_assert_uint_gt(n, 0);
        for (size_t k = 0; k < n; k++) {
            size_t row, col;
            ck_assert_uint_eq(plot->item(&a, k, &item), n);
            ck_assert_msg(plot_view_cell(&view, item.x, item.y, &row, &col) && item.x >= last,
                          "%s: item %zu is at %g, %g", plot->name, k, item.x, item.y);
            ck_assert(item.words[0] != '\0');
            last = item.x;
        }
        canvas_clear(&c);
    }
    ck_assert_uint_ge(n_plots, 4);
    analysis_clear(&a);
}
END_TEST

static const char *described(const struct analysis *a, const char *name, const struct pick *pick)
{
    static char words[200];

    pick_describe(plot_named(name), a, pick, words, sizeof words);
    return words;
}

/* The numbers match the results, computed differently here. */
START_TEST(a_cursor_shows_the_value_under_it)
{
    struct analysis a;
    char want[200];

    make_analysis(&a, 0.05);
    const size_t i = 5;
    const size_t j = 9;
    const size_t neuron = ttest_of(&a)->significant[i];
    const struct ttest_result *const r = &ttest_of(&a)->neurons[neuron];
    const struct pick pick = { .has_neuron = true,
                               .neuron = neuron,
                               .has_sentence = true,
                               .sentence = 17,
                               .has_other = true,
                               .other = ttest_of(&a)->significant[j],
                               .has_item = true,
                               .item = 3 };
    const double value =
        (double)((const float *)extract_of(&a)->own.data)[17 * extract_of(&a)->X.cols + neuron];
    snprintf(want, sizeof want, "h.3.mlp.c_fc:%zu, sentence 17: %.6g", neuron, value);
    ck_assert_str_eq(described(&a, "activations", &pick), want);
    snprintf(want, sizeof want, "sentence 17: %.6g, h.3.mlp.c_fc:%zu", value, neuron);
    ck_assert_str_eq(described(&a, "neuron", &pick), want);
    snprintf(want, sizeof want, "sentence 17: mean %.6g", extract_of(&a)->sentence_means[17]);
    ck_assert_str_eq(described(&a, "sentence-means", &pick), want);
    snprintf(want, sizeof want, "h.3.mlp.c_fc:%zu: t %.6g, p %.3g", neuron, r->statistic,
             r->pvalue);
    ck_assert_str_eq(described(&a, "t-values", &pick), want);
    double dot = 0.0;
    double squares[2] = { 0.0, 0.0 };
    for (size_t k = 0; k < ttest_of(&a)->selected.cols; k++) {
        const double x = mat_row(&ttest_of(&a)->selected, i)[k];
        const double y = mat_row(&ttest_of(&a)->selected, j)[k];
        dot += x * y;
        squares[0] += x * x;
        squares[1] += y * y;
    }
    snprintf(want, sizeof want, "product %.5g, cosine %.4f: h.3.mlp.c_fc:%zu x %zu", dot,
             dot / sqrt(squares[0] * squares[1]), neuron, pick.other);
    ck_assert_str_eq(described(&a, "gram", &pick), want);
    ck_assert_str_eq(described(&a, "cosine-dbscan", &pick), want);
    ck_assert_str_eq(described(&a, "kl", &pick), "iteration 200: KL 0.800000"); /* 4 / (1 + 4) */
    analysis_clear(&a);
}
END_TEST

START_TEST(missing_p_values_are_not_drawn_and_zero_is_on_top)
{
    struct analysis a;
    double x;
    double y;
    double highest;

    make_analysis(&a, 0.05);
    const struct plot *const volcano = plot_named("volcano");
    const struct pick pick = { .has_neuron = true, .neuron = 4 };
    double smallest = 1.0;
    for (size_t j = 0; j < ttest_of(&a)->n_neurons; j++)
        smallest = j != 4 ? fmin(smallest, ttest_of(&a)->neurons[j].pvalue) : smallest;
    ttest_of(&a)->neurons[4].pvalue = 0.0; /* in this test's own copy of the result */
    ck_assert(pick_place(volcano, &a, &pick, &x, &highest));
    ck_assert(isfinite(highest) && highest > -log10(smallest));
    ttest_of(&a)->neurons[4].pvalue = 1.0;
    ck_assert(pick_place(volcano, &a, &pick, &x, &y));
    ck_assert_double_eq(y, 0.0);
    ttest_of(&a)->neurons[4].pvalue = NAN;
    ck_assert(!pick_place(volcano, &a, &pick, &x, &y));
    struct pick nearest;
    ck_assert(pick_at(volcano, &a, x, 0.0, &nearest));
    ck_assert_uint_ne(nearest.neuron, 4);
    analysis_clear(&a);
}
END_TEST

/* ---- the curves ---- */

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

START_TEST(k_distances_follow_min_samples)
{
    struct analysis a;

    make_analysis(&a, 0.05);
    const struct mat *const p = &tsne_of(&a)->result.embedding;
    double *const want = calloc(p->rows, sizeof *want);
    double *const row = calloc(p->rows, sizeof *row);
    ck_assert_uint_eq(clustering_of(&a, &method_dbscan)->k, a.params.min_samples - 1);
    ck_assert_uint_eq(clustering_of(&a, &method_dbscan)->n_k_distance, p->rows);
    for (size_t i = 0; i < p->rows; i++) {
        for (size_t j = 0; j < p->rows; j++)
            row[j] =
                hypot(mat_row(p, i)[0] - mat_row(p, j)[0], mat_row(p, i)[1] - mat_row(p, j)[1]);
        qsort(row, p->rows, sizeof *row, compare_doubles);
        want[i] = row[clustering_of(&a, &method_dbscan)->k]; /* row[0] is the point itself */
    }
    qsort(want, p->rows, sizeof *want, compare_doubles);
    /* rtol 1e-14: hypot and the root of a sum of squares round apart by an ulp or two */
    assert_allclose(clustering_of(&a, &method_dbscan)->k_distance, want, p->rows, 1e-14, 0.0);
    free(want);
    free(row);
    analysis_clear(&a);
}
END_TEST

static enum tsne_answer show_every_30(void *context, size_t n_iter, size_t max_iter)
{
    (void)context;
    (void)max_iter;
    return n_iter % 30 == 0 ? TSNE_SHOW : TSNE_GO_ON;
}

static void count_30(void *context, size_t n_iter, double kl_divergence, const float *embedding,
                     size_t n_samples)
{
    (void)kl_divergence;
    (void)embedding;
    (void)n_samples;
    ck_assert_uint_eq(n_iter % 30, 0);
    ++*(size_t *)context;
}

/* The watcher gets only the pictures it asked for; the curve is the same without one. */
START_TEST(the_kl_curve_does_not_depend_on_watchers)
{
    struct analysis a;
    size_t n_seen = 0;
    const struct analysis_watch watch = { .tsne_tick = show_every_30,
                                          .tsne_show = count_30,
                                          .context = &n_seen };
    struct result *result = NULL;

    make_analysis(&a, 0.05);
    ck_assert_int_eq(analysis_compute(&a, &stage_tsne, &watch, &result, NULL), CT_OK);
    const struct tsne_stage *const t = result_value(result);
    ck_assert_uint_ge(n_seen, 4 * 250 / 30); /* four descents of at least 250 iterations */
    ck_assert_uint_ge(t->n_kl, 4 * 250 / KL_INTERVAL);
    double lowest = INFINITY;
    for (size_t k = 0; k < t->n_kl; k++) {
        ck_assert_uint_eq((size_t)t->kl_iter[k] % KL_INTERVAL, 0);
        ck_assert(k == 0 || t->kl_iter[k] > t->kl_iter[k - 1]);
        ck_assert(t->kl[k] > 0.0);
        lowest = fmin(lowest, t->kl[k]);
    }
    ck_assert_double_le(t->result.kl_divergence, 1.05 * lowest); /* the end of one of them */
    ck_assert_uint_eq(t->n_kl, tsne_of(&a)->n_kl);               /* computed without a watcher */
    result_release(result);
    analysis_clear(&a);
}
END_TEST

/* The lines of a text in a page of that width. */
static char *paged(size_t width, bool is_narrow, const char *words)
{
    char *text = NULL;
    size_t size = 0;
    struct page page = { .file = open_memstream(&text, &size),
                         .width = width,
                         .is_narrow = is_narrow,
                         .heading = "Head" };

    page_text(&page, "%s", words);
    ck_assert_int_eq(fclose(page.file), 0);
    return text;
}

START_TEST(text_is_broken_between_words)
{
    static const struct {
        size_t width;
        bool is_narrow;
        const char *words, *want;
    } cases[] = {
        { 30, false, "one two three four five", "Head      one two three four\n          five\n" },
        { 34, false, "these are twenty-four ch here",
          "Head      these are twenty-four ch\n          here\n" },
        { 33, false, "these are twenty-four ch here",
          "Head      these are twenty-four\n          ch here\n" },
        { 30, true, "of twenty-nine columns, as is this",
          "Head\n of twenty-nine columns, as is\n this\n" },
        { 31, false, "aVeryLongWordThatDoesNotFitOnALine b",
          "Head      aVeryLongWordThatDoesNotFitOnALine\n          b\n" },
        { 1, false, "never fewer than twenty columns",
          "Head      never fewer than\n          twenty columns\n" },
        { 26, true, "\u00e9t\u00e9 \u00e9t\u00e9 \u00e9t\u00e9 \u00e9t\u00e9 \u00e9t\u00e9 abcde x",
          "Head\n \u00e9t\u00e9 \u00e9t\u00e9 \u00e9t\u00e9 \u00e9t\u00e9 \u00e9t\u00e9 abcde\n "
          "x\n" },
        { 0, false, "", "" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *const got = paged(cases[i].width, cases[i].is_narrow, cases[i].words);
        ck_assert_str_eq(got, cases[i].want);
        free(got);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        text_is_broken_between_words,
        every_plot_matches_its_golden_file,
        a_marked_cluster_and_neuron_are_distinguishable,
        a_scale_is_doubled,
        a_cache_does_not_change_cells,
        plots_stay_in_their_rectangle_at_every_size,
        without_significant_neurons_plots_show_a_message,
        a_cursor_moves_and_is_located,
        items_are_located_where_they_are_drawn,
        a_cursor_shows_the_value_under_it,
        missing_p_values_are_not_drawn_and_zero_is_on_top,
        k_distances_follow_min_samples,
        the_kl_curve_does_not_depend_on_watchers,
    };

    return RUN_TESTS("plots", tests);
}
