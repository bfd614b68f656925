/* The whole screen drawn into a canvas, without a terminal: every view of every stage, with and
 * without results, in every size from 1x1 on, in colour and without, in UTF-8 and ASCII. Nothing
 * may be drawn outside (checked by AddressSanitizer), and panels and titles are in their places. */
#include "config.h"
#include "made_analysis.h"
#include "support.h"

#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/stage_answer.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "report/plots.h"
#include "tui/draw.h"
#include "tui/keys.h"
#include "tui/lists.h"
#include "tui/screen.h"
#include "tui/run.h"
#include "tui/view.h"
#include "tui/views.h"

static struct analysis once; /* computed once, for all tests */

static void set_params(struct params *params)
{
    params->threads = 2;
    params->iterations = 250;
    params->draws = 5;
    params->resamples = 3;
    params->shuffles = 1;
    params->pictures = 2;
    params->halves = 2;
    ck_assert_int_eq(params_set(&params->model, fixture_path("demo"), NULL), CT_OK);
    ck_assert_int_eq(params_set(&params->stimuli, fixture_path("demo/stimuli.csv"), NULL), CT_OK);
}

static void compute_once(void)
{
    struct ct_error err = { 0 };

    analysis_init(&once);
    set_params(&once.params);
    if (analysis_run(&once, &stage_similarity, NULL, &err) != CT_OK ||
        analysis_run(&once, stage_with_parts(&stage_answer), NULL, &err) != CT_OK ||
        analysis_run(&once, &stage_layers, NULL, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
    give_effect(&once);
}

static void clear_once(void)
{
    analysis_clear(&once);
}

static void begin(struct app *app, bool is_computed)
{
    views_init(false);
    ck_assert_int_eq(app_init(app, NULL), CT_OK);
    if (is_computed) {
        analysis_clear(app->a);
        ck_assert_int_eq(analysis_fork(&once, app->a, NULL), CT_OK);
    } else {
        set_params(&app->a->params);
    }
}

/* The characters of a row, non-ASCII as '#'. */
static const char *row_text(const struct canvas *c, size_t row)
{
    static char text[1000];

    for (size_t col = 0; col < c->cols; col++) {
        const uint32_t ch = c->cells[row * c->cols + col].ch;
        text[col] = ch >= ' ' && ch < 127 ? (char)ch : '#';
    }
    text[c->cols] = '\0';
    return text;
}

static bool has_text(const struct canvas *c, const char *text)
{
    for (size_t row = 0; row < c->rows; row++)
        if (strstr(row_text(c, row), text) != NULL)
            return true;
    return false;
}

static void draw(struct app *app, size_t rows, size_t cols, bool ascii, bool color,
                 struct canvas *c)
{
    *c = (struct canvas){ 0 };
    ck_assert_int_eq(canvas_init(c, rows, cols, ascii, color, NULL), CT_OK);
    draw_screen(app, c);
    ck_assert_uint_eq(c->rows, rows);
    for (size_t i = 0; ascii && i < rows * cols; i++)
        ck_assert_msg(c->cells[i].ch < 127, "%s: U+%04X in ASCII at %zu, %zu", app->stage->name,
                      (unsigned)c->cells[i].ch, i / cols, i % cols);
}

static const size_t sizes[][2] = {
    { 1, 1 },   { 1, 80 },  { 5, 20 },  { 15, 59 },  { 16, 60 },  { 17, 61 },  { 21, 80 },
    { 22, 80 }, { 24, 80 }, { 50, 60 }, { 16, 200 }, { 50, 200 }, { 60, 200 },
};
enum { N_SIZES = sizeof sizes / sizeof *sizes };

static void draw_all_sizes(struct app *app)
{
    for (size_t s = 0; s < N_SIZES; s++)
        for (size_t kind = s % 2; kind < 4; kind += 2) { /* alternating */
            struct canvas c;
            draw(app, sizes[s][0], sizes[s][1], kind & 1, kind & 2, &c);
            canvas_clear(&c);
        }
}

static void draw_at_80x24(struct app *app)
{
    struct canvas c;

    draw(app, 24, 80, false, true, &c);
    canvas_clear(&c);
}

static void draw_every_view(struct app *app, void (*draw_sizes)(struct app *app))
{
    for (size_t s = 0; s < panel_count(); s++) {
        app->stage = panel_stage(s);
        for (size_t v = 0; v < view_count(app->stage); v++) {
            app->view[s] = v;
            draw_sizes(app);
        }
    }
}

START_TEST(every_view_draws_in_every_size)
{
    struct app app;

    begin(&app, true);
    draw_every_view(&app, draw_all_sizes);
    app_select_neuron(&app, 17);
    app.mark = (struct cluster_mark){ &method_kmeans, 0 };
    draw_every_view(&app, draw_all_sizes);
    app.is_wide = true;
    draw_every_view(&app, draw_all_sizes);
    app_clear(&app);
}
END_TEST

START_TEST(every_view_draws_without_results)
{
    struct app app;

    begin(&app, false);
    draw_every_view(&app, draw_all_sizes);
    app_clear(&app);
}
END_TEST

/* Whichever stage runs: with only the results it needs, and with all earlier results. */
START_TEST(every_view_draws_while_a_stage_runs)
{
    struct app app;

    begin(&app, false);
    app.goal = &stage_similarity;
    for (size_t s = 0; s < n_stages; s++) {
        const struct job job = { .title = stages[s]->name, .stage = stages[s], .can_cancel = true };
        app.news = (struct worker_news){ WORKER_RUNNING, job, .done = 3, .total = 7 };
        draw_every_view(&app, draw_at_80x24);
        ck_assert_int_eq(analysis_run(app.a, stages[s], NULL, NULL), CT_OK);
    }
    for (size_t s = 0; s < n_stages; s++) {
        app.news.job.stage = stages[s];
        draw_every_view(&app, draw_at_80x24);
    }
    app_clear(&app);
}
END_TEST

START_TEST(overlays_draw_in_every_size)
{
    struct app app;

    begin(&app, true);
    app.mode = MODE_HELP;
    draw_all_sizes(&app);
    app_confirm(&app, NULL, "%0*d", 400, 1);
    draw_all_sizes(&app);
    app_prompt(&app, "model", "/a/path/that/is/long/enough/to/be/wider/than/a/narrow/terminal/is",
               0, NULL);
    draw_all_sizes(&app);
    app.mode = MODE_NORMAL;
    app_say(&app, INK_BAD, "%0*d", 250, 1);
    draw_all_sizes(&app);
    app_clear(&app);
}
END_TEST

START_TEST(panels_and_titles_are_visible_at_80x24)
{
    struct app app;

    begin(&app, true);
    for (size_t s = 0; s < panel_count(); s++) {
        char line[40];
        app.stage = panel_stage(s);
        for (size_t v = 0; v < view_count(app.stage); v++) {
            struct view_state *state;
            struct canvas c;
            app.view[s] = v;
            const struct view *const view = view_current(&app, &state);
            draw(&app, 24, 80, true, false, &c);
            ck_assert_msg(strstr(row_text(&c, 1), view->name) != NULL, "%s: %s", view->name,
                          row_text(&c, 1));
            ck_assert(strncmp(row_text(&c, 0), " circuittui  demo | h.3.mlp.c_fc", 32) == 0);
            snprintf(line, sizeof line, "|>* %c ", "123456789E"[s]);
            ck_assert_msg(strncmp(row_text(&c, 2 + s), line, strlen(line)) == 0, "%s",
                          row_text(&c, 2 + s));
            ck_assert(has_text(&c, "Pipeline") && has_text(&c, "Parameters") &&
                      has_text(&c, "Neuron") && strstr(row_text(&c, 23), "quit") != NULL);
            canvas_clear(&c);
        }
    }
    app_clear(&app);
}
END_TEST

START_TEST(a_small_terminal_shows_the_required_size)
{
    struct app app;
    struct canvas c;

    begin(&app, true);
    draw(&app, 5, 20, true, false, &c);
    ck_assert(has_text(&c, "60") && !has_text(&c, "Pipeline"));
    canvas_clear(&c);
    app_clear(&app);
}
END_TEST

START_TEST(every_row_of_the_table_of_views_resolves)
{
    views_init(false);
    for (size_t i = 0; i < n_views; i++) {
        const struct view *const v = &views[i];
        size_t found = 0;
        ck_assert(v->name != NULL && v->stage != NULL);
        ck_assert(v->ops != NULL && v->ops->draw != NULL && v->ops->act != NULL &&
                  v->ops->mouse != NULL && v->ops->keys != NULL);
        for (size_t p = 0; plot_at(p) != NULL; p++)
            found += (v->ops == &plot_view || v->ops == &live_view) && plot_at(p) == v->what;
        ck_assert_msg(found == 1 || (v->ops != &plot_view && v->ops != &live_view),
                      "%s: %zu such plots", v->name, found);
    }
    for (size_t p = 0; plot_at(p) != NULL; p++) { /* each has a view */
        size_t found = 0;
        for (size_t i = 0; i < n_views; i++)
            found += views[i].what == plot_at(p);
        ck_assert_uint_eq(found, 1);
    }
    for (size_t s = 0; s < panel_count(); s++)
        ck_assert_uint_gt(view_count(panel_stage(s)), 0);
}
END_TEST

/* Any key in any view of any stage, and clicks everywhere, leave a state that can be drawn. */
START_TEST(any_keys_and_clicks_leave_a_drawable_state)
{
    static const uint32_t some[] = { KEYCODE_UP,
                                     KEYCODE_DOWN,
                                     KEYCODE_LEFT,
                                     KEYCODE_RIGHT,
                                     KEYCODE_HOME,
                                     KEYCODE_END,
                                     KEYCODE_PAGE_UP,
                                     KEYCODE_PAGE_DOWN,
                                     KEYCODE_DELETE,
                                     'n',
                                     'N',
                                     'r',
                                     '+',
                                     '+',
                                     '+',
                                     '-',
                                     '0',
                                     's',
                                     '_',
                                     '=',
                                     'g',
                                     'G',
                                     'h',
                                     'j',
                                     'k',
                                     'l',
                                     'z',
                                     1,
                                     21,
                                     0x1F600 };
    struct app app;
    struct canvas c;

    begin(&app, true);
    app.whole.params.threads = 1;
    for (size_t s = 0; s < panel_count(); s++)
        for (size_t v = 0; v < view_count(panel_stage(s)); v++) {
            app.stage = panel_stage(s);
            app.view[s] = v;
            app.pane = PANE_VIEW;
            for (size_t k = 0; k < sizeof some / sizeof *some; k++) {
                struct event event = { .kind = EVENT_KEY, .key = some[k] };
                keys_handle(&app, &event, 24, 80);
                draw(&app, 24, 80, false, true, &c);
                event = (struct event){ .kind = k % 3 ? EVENT_CLICK : EVENT_WHEEL,
                                        .row = k * 7 % 24,
                                        .col = 23 + k * 13 % 57,
                                        .wheel = k % 3   ? 0
                                                 : k % 2 ? 1
                                                         : -1 };
                keys_handle(&app, &event, 24, 80);
                canvas_clear(&c);
                draw(&app, 16, 60, true, false, &c);
                canvas_clear(&c);
            }
            ck_assert_int_eq(app.mode, MODE_NORMAL);
        }
    app_clear(&app);
}
END_TEST

/* Whether b may follow a in the order; NaN comes last. */
static bool may_follow(const struct app *app, size_t sort, size_t a, size_t b)
{
    const struct ttest_result *const x = &ttest_of(app->a)->neurons[a];
    const struct ttest_result *const y = &ttest_of(app->a)->neurons[b];
    size_t i, j;

    switch (sort) {
    case 0:
        return isnan(y->statistic) || fabs(x->statistic) >= fabs(y->statistic);
    case 1:
        return isnan(y->pvalue) || x->pvalue <= y->pvalue;
    case 2:
        return a < b;
    case 3:
        return isnan(y->statistic) || x->statistic >= y->statistic;
    case 4: { /* clusters, noise, not significant */
        const bool is_first = app_significant_index(app, a, &i);
        const bool is_second = app_significant_index(app, b, &j);
        const int32_t *const labels = clusters_of(app->a)->by[0].labels;
        return is_first ? !is_second || (uint32_t)labels[i] <= (uint32_t)labels[j] : !is_second;
    }
    case 5:
        return x->mean_a >= y->mean_a;
    default:
        return x->mean_b >= y->mean_b;
    }
}

START_TEST(neurons_are_sorted)
{
    struct app app;

    begin(&app, true);
    struct ttest_result *const neurons = ttest_of(app.a)->neurons;
    neurons[7].statistic = neurons[7].pvalue = NAN; /* comes last, but for its number */
    for (size_t sort = 0; neuron_list.sorts[sort] != NULL; sort++) {
        struct view_state state = { .sort = sort };
        const size_t n = neuron_list.count(&app, &state);
        bool seen[256] = { false };
        size_t last = 0;
        ck_assert_uint_eq(n, 256);
        for (size_t i = 0; i < n; i++) {
            neuron_list.select(&app, &state, i);
            ck_assert(!seen[app.neuron]);
            seen[app.neuron] = true;
            if ((sort < 2 || sort == 3) && app.neuron == 7)
                ck_assert_uint_eq(i, n - 1);
            else
                ck_assert_msg(i == 0 || may_follow(&app, sort, last, app.neuron),
                              "%zu after %zu, %s", app.neuron, last, neuron_list.sorts[sort]);
            last = app.neuron;
        }
    }
    app_clear(&app);
}
END_TEST

/* ---- a single layer ---- */

static void begin_layers(struct app *app)
{
    begin(app, false);
    params_add_hook(&app->whole.params, "h.[234].attn.c_proj", NULL);
    ck_assert_int_eq(analysis_run(app->a, &stage_layers, NULL, NULL), CT_OK);
    app->stage = &stage_layers;
    app->pane = PANE_VIEW;
}

static void press(struct app *app, uint32_t key)
{
    const struct event event = { .kind = EVENT_KEY, .key = key };

    keys_handle(app, &event, 24, 80);
    while (app->news.state == WORKER_RUNNING) {
        usleep(500);
        app_take_news(app);
    }
}

/* ---- keys ---- */

/* In the order of the table of neurons, which is by |t| at first. */
START_TEST(the_next_significant_neuron_follows)
{
    struct app app;

    begin(&app, true);
    const struct ttest_stage *const t = ttest_of(app.a);
    const size_t n = t->n_significant;
    size_t other = 0;
    ck_assert_uint_gt(n, 3);
    press(&app, 'n');
    ck_assert(app.has_neuron);
    ck_assert_uint_eq(app.neuron, ttest_strongest(t));
    for (size_t i = 1; i < n; i++) {
        const double before = fabs(t->neurons[app.neuron].statistic);
        press(&app, 'n');
        ck_assert(t->is_significant[app.neuron]);
        ck_assert(fabs(t->neurons[app.neuron].statistic) <= before);
    }
    const size_t weakest = app.neuron;
    press(&app, 'n'); /* wraps around */
    ck_assert_uint_eq(app.neuron, ttest_strongest(t));
    press(&app, 'N');
    ck_assert_uint_eq(app.neuron, weakest);
    while (t->is_significant[other])
        other++;
    app_select_neuron(&app, other); /* those around it in the table: the weakest, the strongest */
    press(&app, 'N');
    ck_assert_uint_eq(app.neuron, weakest);
    app_select_neuron(&app, other);
    press(&app, 'n');
    ck_assert_uint_eq(app.neuron, ttest_strongest(t));
    app_clear(&app);
}
END_TEST

static bool screen_says(struct app *app, size_t rows, size_t cols, const char *words)
{
    struct canvas c;
    bool found = false;

    ck_assert_int_eq(canvas_init(&c, rows, cols, true, false, NULL), CT_OK);
    draw_screen(app, &c);
    for (size_t row = 0; row < rows && !found; row++) {
        char line[200];
        for (size_t col = 0; col <= cols; col++)
            line[col] = col < cols ? (char)c.cells[row * cols + col].ch : '\0';
        found = strstr(line, words) != NULL;
    }
    canvas_clear(&c);
    return found;
}

/* Help begins with this view's keys and scrolls to all others; quit is always in the last line. */
START_TEST(help_scrolls_and_the_footer_ends_with_quit)
{
    struct app app;

    begin(&app, true);
    ck_assert(screen_says(&app, 16, 60, "q quit"));
    ck_assert(!screen_says(&app, 16, 60, "x cancel"));
    press(&app, '?');
    ck_assert(screen_says(&app, 24, 80, "In this view"));
    ck_assert(!screen_says(&app, 24, 80, "it is not computed yet"));
    press(&app, KEYCODE_PAGE_DOWN);
    ck_assert_int_eq(app.mode, MODE_HELP);
    press(&app, 'G');
    ck_assert(screen_says(&app, 24, 80, "it is not computed yet"));
    press(&app, 'g');
    ck_assert(screen_says(&app, 24, 80, "In this view"));
    press(&app, 'x');
    ck_assert_int_eq(app.mode, MODE_NORMAL);
    app_clear(&app);
}
END_TEST

/* Cells of a plot with more neurons than columns are left one by one; items are still reached. */
START_TEST(plots_are_gone_through_by_cells_and_pages)
{
    struct app app;

    begin(&app, true);
    app.stage = &stage_ttest;
    app.pane = PANE_VIEW;
    app_select_neuron(&app, 0);
    const size_t n = ttest_of(app.a)->n_neurons;
    ck_assert(screen_says(&app, 24, 80, "t of each neuron")); /* which places them */
    ck_assert_uint_gt(n, 100);
    press(&app, 'L');
    ck_assert_uint_eq(app.neuron, 1);
    press(&app, 'H');
    ck_assert_uint_eq(app.neuron, 0);
    for (size_t k = 0; k < 10; k++)
        press(&app, KEYCODE_RIGHT);
    ck_assert_msg(app.neuron > 9 * n / 60 && app.neuron < 11 * n / 40, "%zu of %zu", app.neuron, n);
    press(&app, KEYCODE_END);
    ck_assert_uint_eq(app.neuron, n - 1);
    press(&app, KEYCODE_PAGE_UP);
    ck_assert_uint_gt(app.neuron, n / 3);
    ck_assert_uint_lt(app.neuron, 2 * n / 3);
    press(&app, KEYCODE_HOME);
    ck_assert_uint_eq(app.neuron, 0);
    app_clear(&app);
}
END_TEST

/* In the order by t, the neuron to the right has a smaller one. */
START_TEST(activations_are_ordered_by_t)
{
    struct app app;

    begin(&app, true);
    app.stage = &stage_extract;
    app.pane = PANE_VIEW;
    const struct ttest_stage *const t = ttest_of(app.a);
    press(&app, 'o');
    ck_assert(screen_says(&app, 24, 80, "Activations, by t, fitted scale"));
    press(&app, KEYCODE_HOME);
    for (size_t k = 0; k < 20; k++) {
        const double before = t->neurons[app.neuron].statistic;
        for (size_t j = 0; k == 0 && j < t->n_neurons; j++)
            ck_assert(!(t->neurons[j].statistic > before));
        press(&app, 'L');
        ck_assert(t->neurons[app.neuron].statistic <= before);
    }
    press(&app, 'm');
    ck_assert(screen_says(&app, 24, 80, "by t, largest |x|, fitted scale"));
    press(&app, 'o');
    ck_assert(screen_says(&app, 24, 80, "by cluster, largest |x|"));
    press(&app, 'o');
    press(&app, 'm');
    ck_assert(!screen_says(&app, 24, 80, "fitted scale"));
    app_clear(&app);
}
END_TEST

/* On a wide screen the picture and the matrix are side by side; not on a narrow one. */
START_TEST(the_bench_shows_two_views)
{
    struct app app;

    begin(&app, true);
    app.stage = &stage_cluster;
    ck_assert(screen_says(&app, 40, 120, "DBSCAN 1/"));
    ck_assert(screen_says(&app, 40, 120, "cosines by DBSCAN"));
    ck_assert(!screen_says(&app, 24, 80, "cosines by DBSCAN"));
    press(&app, 'b');
    ck_assert(!screen_says(&app, 40, 120, "cosines by DBSCAN"));
    press(&app, 'b');
    app.stage = &stage_similarity;
    ck_assert(screen_says(&app, 40, 120, "Gram matrix by DBSCAN 1/"));
    ck_assert(screen_says(&app, 40, 120, "DBSCAN: "));
    app_clear(&app);
}
END_TEST

static void type_in(struct app *app, const char *text)
{
    for (; *text != '\0'; text++)
        press(app, (unsigned char)*text);
}

/* Rows are found while words are typed: numbers as whole ones, after the cursor first. */
START_TEST(rows_are_searched_while_typing)
{
    struct app app;
    struct view_state *state;

    begin(&app, true);
    app.stage = &stage_load;
    view_current(&app, &state);
    ck_assert(screen_says(&app, 24, 80, "sentences 1/"));
    const size_t n = load_of(app.a)->n_sentences;
    ck_assert_uint_gt(n, 12);
    app.sentence = 10;
    ck_assert(screen_says(&app, 24, 80, "sentences 1/"));
    type_in(&app, "/12");
    ck_assert_int_eq(app.mode, MODE_PROMPT);
    ck_assert_uint_eq(app.sentence, 12);
    press(&app, KEYCODE_ENTER);
    ck_assert_int_eq(app.mode, MODE_NORMAL);
    type_in(&app, "/no such words");
    press(&app, KEYCODE_ENTER);
    ck_assert_int_eq(app.mode, MODE_PROMPT);
    ck_assert(strstr(app.message, "no row contains") != NULL);
    press(&app, KEYCODE_ESCAPE);
    ck_assert_uint_eq(app.sentence, 12);
    app_clear(&app);
}
END_TEST

/* Enter on a row of the table of neurons shows its card, which can be copied. */
START_TEST(enter_opens_the_card_of_a_neuron)
{
    struct app app;
    struct view_state *state;

    begin(&app, true);
    app.pane = PANE_VIEW;
    app_go_to_view(&app, &stage_ttest, "table of neurons");
    ck_assert_str_eq(view_current(&app, &state)->name, "table of neurons");
    press(&app, KEYCODE_HOME);
    press(&app, KEYCODE_ENTER);
    ck_assert_str_eq(view_current(&app, &state)->name, "card of a neuron");
    ck_assert_uint_eq(app.neuron, ttest_strongest(ttest_of(app.a)));
    ck_assert(screen_says(&app, 50, 100, "## Strongest sentences"));
    ck_assert(screen_says(&app, 50, 100, "## Nearest neighbours"));
    press(&app, 'y');
    ck_assert_ptr_nonnull(app.copied);
    ck_assert_int_eq(app.copied[0], '#');
    app.has_neuron = false;
    press(&app, 'y');
    ck_assert_ptr_null(app.copied);
    app_clear(&app);
}
END_TEST

/* In DBSCAN's picture < and > change eps. */
START_TEST(eps_is_changed_in_the_picture)
{
    struct app app;

    begin(&app, true);
    app.stage = &stage_cluster;
    app.pane = PANE_VIEW;
    const double eps = app.whole.params.eps;
    press(&app, '>');
    ck_assert_double_gt(app.whole.params.eps, eps);
    press(&app, '<');
    press(&app, '<');
    ck_assert_double_lt(app.whole.params.eps, eps);
    app_clear(&app);
}
END_TEST

/* Where the mouse is pressed, or its wheel turned. */
static void point(struct app *app, enum event_kind kind, size_t row, size_t col, int wheel)
{
    const struct event event = { .kind = kind, .row = row, .col = col, .wheel = wheel };

    keys_handle(app, &event, 24, 80);
}

START_TEST(panes_and_views_are_gone_through_both_ways)
{
    struct app app;

    begin(&app, true);
    app.stage = &stage_similarity;
    const size_t n = view_count(app.stage), row = panel_row(app.stage);
    ck_assert_uint_gt(n, 2);
    press(&app, KEYCODE_BACKTAB);
    ck_assert_int_eq(app.pane, PANE_VIEW);
    press(&app, KEYCODE_TAB);
    ck_assert_int_eq(app.pane, PANE_PIPELINE);
    press(&app, KEYCODE_TAB);
    ck_assert_int_eq(app.pane, PANE_PARAMETERS);
    press(&app, 'V');
    ck_assert_uint_eq(app.view[row], n - 1);
    press(&app, 'V');
    ck_assert_uint_eq(app.view[row], n - 2);
    press(&app, 'v');
    press(&app, 'v');
    ck_assert_uint_eq(app.view[row], 0);
    app_clear(&app);
}
END_TEST

/* The mark goes first, then the wide view. */
START_TEST(escape_goes_back_step_by_step)
{
    struct app app;

    begin(&app, true);
    app.stage = &stage_cluster;
    cluster_list.act(&app, 1);
    ck_assert(app.mark.method != NULL);
    cluster_list.act(&app, 1); /* the same once more */
    ck_assert(app.mark.method == NULL);
    cluster_list.act(&app, 1);
    press(&app, 'z');
    ck_assert(app.is_wide);
    press(&app, KEYCODE_ESCAPE);
    ck_assert(app.is_wide && app.mark.method == NULL);
    press(&app, KEYCODE_ESCAPE);
    ck_assert(!app.is_wide);
    app_clear(&app);
}
END_TEST

/* What is quick to compute follows at once, which even milliseconds are not on a busy machine. */
static void step_eps(struct app *app, uint32_t key, double want)
{
    const bool is_quick = analysis_seconds(app->a, &stage_cluster) < QUICK_SECONDS;

    press(app, key);
    ck_assert(app->whole.params.eps == want);
    ck_assert(app_is_stale(app, &stage_cluster) == !is_quick);
}

START_TEST(parameters_are_chosen_and_stepped)
{
    struct app app;
    struct layout l;

    begin(&app, true);
    layout_make(&l, 24, 80, false);
    app.stage = &stage_cluster;
    point(&app, EVENT_CLICK, l.parameters.row + 2, 3, 0);
    ck_assert_int_eq(app.pane, PANE_PARAMETERS);
    ck_assert_uint_eq(app.parameter, 1);
    point(&app, EVENT_CLICK, l.parameters.row + 1, 3, 0);
    ck_assert_uint_eq(app.parameter, 0);
    step_eps(&app, KEYCODE_RIGHT, 1.1);
    step_eps(&app, KEYCODE_LEFT, 1.0);
    press(&app, KEYCODE_DOWN);
    ck_assert_uint_eq(app.parameter, 1);
    press(&app, '1'); /* another stage begins with its first */
    ck_assert(app.stage == &stage_load && app.parameter == 0);
    app_clear(&app);
}
END_TEST

static bool has_reversed_row(const struct canvas *c)
{
    for (size_t i = 0; i < c->rows * c->cols; i++)
        if (c->cells[i].attr & CELL_REVERSE)
            return true;
    return false;
}

START_TEST(a_list_scrolls_with_its_cursor)
{
    struct app app;
    struct layout l;
    struct canvas c;
    struct view_state *state;

    begin(&app, true);
    layout_make(&l, 24, 80, false);
    app.stage = &stage_load;
    app.pane = PANE_VIEW;
    ck_assert_ptr_eq(view_current(&app, &state)->what, &sentence_list);
    for (size_t i = 1; i < 40; i++) {
        press(&app, KEYCODE_DOWN);
        draw(&app, 24, 80, true, false, &c);
        ck_assert_uint_eq(app.sentence, i);
        ck_assert_uint_le(state->top, i);
        ck_assert_msg(has_reversed_row(&c), "row %zu is out of sight", i);
        canvas_clear(&c);
    }
    point(&app, EVENT_WHEEL, l.view.row + 3, 40, 1);
    ck_assert_uint_eq(app.sentence, 42);
    point(&app, EVENT_WHEEL, l.view.row + 3, 40, -1);
    ck_assert_uint_eq(app.sentence, 39);
    app_clear(&app);
}
END_TEST

/* Names that were chosen count at once, whatever has been computed. */
START_TEST(hook_points_are_taken_in_and_out)
{
    struct app app;
    char **const *const hooks = &app.whole.params.hooks;

    begin(&app, false);
    app_run(&app, &stage_hook);
    press(&app, KEYCODE_ESCAPE); /* waits */
    ck_assert_uint_gt(app.n_hook_points, 3);
    const size_t computed = hook_list.start(&app);
    ck_assert_str_eq(app.hook_points[computed].name, hook_of(app.a)->hooks[0].name);
    hook_list.act(&app, computed + 1);
    ck_assert_uint_eq(app.whole.params.n_hooks, 2);
    hook_list.act(&app, computed);
    ck_assert_uint_eq(app.whole.params.n_hooks, 1);
    ck_assert_str_eq((*hooks)[0], app.hook_points[computed + 1].name);
    hook_list.act(&app, computed + 2);
    ck_assert_uint_eq(app.whole.params.n_hooks, 2);
    ck_assert_str_eq((*hooks)[1], app.hook_points[computed + 2].name);
    app_clear(&app);
}
END_TEST

START_TEST(stages_have_the_sign_of_their_state)
{
    struct app app;
    struct canvas c;

    begin(&app, true);
    app.whole.params.perplexity = 20.0;
    draw(&app, 24, 80, true, false, &c);
    for (size_t s = 0; s < panel_count(); s++) {
        char line[40];
        const bool is_stale = app_is_stale(&app, stage_with_parts(panel_stage(s)));
        snprintf(line, sizeof line, "%c %c ", is_stale ? '~' : '*', "123456789E"[s]);
        ck_assert_msg(strncmp(row_text(&c, 2 + s) + 2, line, strlen(line)) == 0, "%s: %s", line,
                      row_text(&c, 2 + s));
    }
    canvas_clear(&c);
    app_clear(&app);
}
END_TEST

START_TEST(the_time_that_is_left_is_told)
{
    struct app app;
    struct canvas c;
    const struct job job = { .title = "t-SNE", .stage = &stage_similarity, .can_cancel = true };

    begin(&app, false);
    app.stage = &stage_similarity;
    app.news = (struct worker_news){ WORKER_RUNNING, job, .done = 1, .total = 4, .seconds = 10.0 };
    draw(&app, 24, 80, true, false, &c);
    ck_assert(has_text(&c, "t-SNE 25 %, 30 s left, x cancels"));
    canvas_clear(&c);
    app_clear(&app);
}
END_TEST

/* The value farthest from 0, of either sign, below the neuron's numbers. */
START_TEST(the_strongest_sentence_stands_below_a_neuron)
{
    struct app app;
    struct canvas c;
    size_t n_negative = 0;

    begin(&app, true);
    const struct matview *const X = &extract_of(app.a)->X;
    for (size_t j = 0; j < X->cols; j += 16) {
        double strongest = 0.0;
        char value[40];
        for (size_t i = 0; i < X->rows; i++)
            if (fabs(matview_get(X, i, j)) > fabs(strongest))
                strongest = matview_get(X, i, j);
        n_negative += strongest < 0.0;
        app_select_neuron(&app, j);
        draw(&app, 24, 80, true, false, &c);
        snprintf(value, sizeof value, "|%.4g  ", strongest);
        ck_assert_msg(strstr(row_text(&c, 21), value) != NULL, "%s: %s", value, row_text(&c, 21));
        canvas_clear(&c);
    }
    ck_assert_uint_gt(n_negative, 0);
    app_clear(&app);
}
END_TEST

static void compute_answer(struct app *app)
{
    app_run(app, &stage_answer);
    while (app->goal != NULL || app->news.state != WORKER_IDLE) {
        nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
        app_take_news(app);
    }
}

/* The report of the answer, wrapped; and how many answers were looked at, each counted once. */
START_TEST(the_answer_is_told_in_words)
{
    static const char *const said[] = { "Are the neurons that tell him from her clustered",
                                        "No sign of it.", "clumping 0.709;" };
    struct app app;
    struct view_state *state;
    struct canvas c;

    begin(&app, true);
    app.stage = &stage_answer;
    app.pane = PANE_VIEW;
    while (view_current(&app, &state)->ops != &report_view)
        view_step(&app, 1);
    draw(&app, 24, 80, true, false, &c);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        ck_assert_msg(has_text(&c, said[i]), "%s", said[i]);
    canvas_clear(&c);
    press(&app, KEYCODE_END);
    draw(&app, 24, 80, true, false, &c);
    ck_assert(state->top > 0 && !has_text(&c, "No sign of it."));
    ck_assert(has_text(&c, "Picture") && !has_text(&c, "different answers"));
    canvas_clear(&c);
    compute_answer(&app); /* it is there: nothing to do */
    ck_assert_uint_eq(app.answers.n, 0);
    for (size_t i = 0; i < 4; i++) {
        app.whole.params.draws = i % 2 == 0 ? 6 : 7;
        draw(&app, 24, 80, true, false, &c);
        ck_assert(has_text(&c, "It was computed with other parameters."));
        canvas_clear(&c);
        compute_answer(&app);
    }
    ck_assert_uint_eq(app.answers.n, 2);
    press(&app, KEYCODE_END);
    draw(&app, 24, 80, true, false, &c);
    ck_assert(has_text(&c, "2 different answers were computed in this session"));
    ck_assert(has_text(&c, "0.05 / 2 (Holm)"));
    canvas_clear(&c);
    press(&app, KEYCODE_HOME);
    draw(&app, 24, 80, true, false, &c);
    ck_assert(state->top == 0 && has_text(&c, "No sign of it."));
    canvas_clear(&c);
    app_clear(&app);
}
END_TEST

START_TEST(layers_without_significant_neurons_are_dim)
{
    struct app app;
    struct canvas c = { 0 };
    struct view_state state = { 0 };

    begin_layers(&app);
    layers_of(&app.whole)->rows[1].n_significant = 0;
    ck_assert_int_eq(canvas_init(&c, 1, 80, true, true, NULL), CT_OK);
    for (size_t i = 1; i <= 3; i++) {
        layer_list.draw(&app, &state, i, &c, 0, 0, 80);
        ck_assert_int_eq(c.cells[1].fg, i == 2 ? INK_DIM : INK_DEFAULT);
    }
    canvas_clear(&c);
    app_clear(&app);
}
END_TEST

static void type(struct app *app, const char *keys)
{
    for (; *keys != '\0'; keys++)
        press(app, (unsigned char)*keys);
}

static void assert_typed(const struct app *app, const char *text, size_t cursor)
{
    ck_assert_str_eq(app->prompt.text, text);
    ck_assert_uint_eq(app->prompt.length, strlen(text));
    ck_assert_uint_eq(app->prompt.cursor, cursor);
}

/* Letters of one to four bytes are inserted, skipped and deleted as a unit. */
START_TEST(a_typed_line_is_edited_by_characters)
{
    struct app app;

    begin(&app, true);
    press(&app, '/');
    ck_assert_int_eq(app.mode, MODE_PROMPT);
    type(&app, "a");
    press(&app, 0xE9);    /* 2 bytes */
    press(&app, 0x20AC);  /* 3 */
    press(&app, 0x1F600); /* 4 */
    type(&app, "b");
    assert_typed(&app, "a\u00E9\u20AC\U0001F600b", 11);
    press(&app, KEYCODE_LEFT);
    press(&app, KEYCODE_BACKSPACE);
    assert_typed(&app, "a\u00E9\u20ACb", 6);
    press(&app, KEYCODE_LEFT);
    assert_typed(&app, "a\u00E9\u20ACb", 3);
    press(&app, KEYCODE_BACKSPACE);
    assert_typed(&app, "a\u20ACb", 1);
    press(&app, KEYCODE_DELETE);
    assert_typed(&app, "ab", 1);
    press(&app, 0x1F600);
    press(&app, KEYCODE_LEFT);
    press(&app, KEYCODE_RIGHT);
    assert_typed(&app, "a\U0001F600b", 5);
    press(&app, KEYCODE_HOME);
    press(&app, KEYCODE_BACKSPACE); /* nothing before */
    press(&app, KEYCODE_LEFT);
    press(&app, KEYCODE_DELETE);
    assert_typed(&app, "\U0001F600b", 0);
    press(&app, KEYCODE_END);
    press(&app, KEYCODE_RIGHT);
    press(&app, KEYCODE_DELETE); /* nothing after the cursor */
    assert_typed(&app, "\U0001F600b", 5);
    type(&app, " c");
    press(&app, 2);    /* ctrl-B and other controls are not text, */
    press(&app, 0x7F); /* whatever the terminal sends them for */
    press(&app, 0x85);
    press(&app, KEYCODE_UP);
    assert_typed(&app, "\U0001F600b c", 7);
    press(&app, KEYCODE_BACKSPACE);
    press(&app, KEYCODE_BACKSPACE);
    press(&app, KEYCODE_LEFT);
    press(&app, 21); /* ctrl-U */
    assert_typed(&app, "b", 0);
    for (int i = 0; i < 4 * PROMPT_SIZE; i++) /* a full line accepts no part of a letter */
        press(&app, i < PROMPT_SIZE - 4 ? 'x' : 0x1F600);
    const char *const text = app.prompt.text;
    const size_t length = app.prompt.length;
    ck_assert(length < PROMPT_SIZE && strlen(text) == length && text[length - 1] == 'b');
    ck_assert(length < 5 || (unsigned char)text[length - 2] < 0x80 ||
              memcmp(text + length - 5, "\U0001F600", 4) == 0);
    press(&app, KEYCODE_ESCAPE);
    ck_assert_int_eq(app.mode, MODE_NORMAL);
    app_clear(&app);
}
END_TEST

START_TEST(a_layer_can_be_entered_and_left)
{
    struct app app;
    struct canvas c;

    begin_layers(&app);
    const void *const layers = layers_of(app.a);
    const void *const load = load_of(app.a);
    app.whole.params.alpha = 0.04; /* makes the rows stale, but not the test of a layer */
    press(&app, KEYCODE_DOWN);
    press(&app, KEYCODE_DOWN);
    ck_assert(app.has_neuron); /* the strongest one of that row */
    ck_assert_uint_eq(app.neuron,
                      extract_of(app.a)->blocks[1].first + layers_of(app.a)->rows[1].strongest);
    press(&app, KEYCODE_ENTER);
    ck_assert(app_is_in_layer(&app) && app.layer == 1);
    ck_assert_str_eq(app.a->params.hooks[0], "h.3.attn.c_proj");
    ck_assert(layers_of(&app.whole) == layers && load_of(app.a) == load);
    ck_assert_uint_eq(ttest_of(app.a)->n_neurons, 64);
    ck_assert(app_is_stale(&app, &stage_layers));
    draw(&app, 24, 80, true, false, &c);
    ck_assert(has_text(&c, ">h.3.attn.c_proj"));
    canvas_clear(&c);
    press(&app, KEYCODE_DOWN);
    press(&app, ' ');
    ck_assert(app_is_in_layer(&app) && app.layer == 2);
    app.whole.params.alpha = 0.05;
    press(&app, KEYCODE_HOME);
    press(&app, KEYCODE_ENTER);
    ck_assert(!app_is_in_layer(&app));
    ck_assert_str_eq(app.whole.params.hooks[0], "h.[234].attn.c_proj");
    ck_assert(app.whole.params.alpha == 0.05); /* the user's value, whichever analysis is shown */
    ck_assert(layers_of(app.a) == layers && !analysis_is_stale(app.a, &stage_layers));
    ck_assert_uint_eq(ttest_of(app.a)->n_neurons, 3 * 64);
    app_clear(&app);
}
END_TEST

START_TEST(shared_stages_of_a_layer_are_computed_for_all)
{
    struct app app;

    begin_layers(&app);
    app_enter_layer(&app, 0);
    params_add_hook(&app.whole.params, "h.0.attn.c_proj", NULL);
    app_run(&app, &stage_ttest);
    press(&app, KEYCODE_UP); /* queued */
    ck_assert(!app_is_in_layer(&app));
    ck_assert_uint_eq(hook_of(app.a)->n_hooks, 4);
    ck_assert_uint_eq(ttest_of(app.a)->n_neurons, 4 * 64);
    ck_assert_ptr_null(layers_of(app.a));
    app_clear(&app);

    begin_layers(&app);
    app_enter_layer(&app, 0);
    app.whole.params.eps = 2;
    app_run(&app, &stage_layers);
    press(&app, KEYCODE_UP);
    ck_assert(!app_is_in_layer(&app) && !analysis_is_stale(app.a, &stage_layers));
    ck_assert_uint_eq(layers_of(app.a)->n_rows, 3);
    app_enter_layer(&app, 2);
    app_clear(&app); /* while in the layer */
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_view_draws_in_every_size,
        every_view_draws_without_results,
        every_view_draws_while_a_stage_runs,
        overlays_draw_in_every_size,
        panels_and_titles_are_visible_at_80x24,
        a_small_terminal_shows_the_required_size,
        every_row_of_the_table_of_views_resolves,
        any_keys_and_clicks_leave_a_drawable_state,
        neurons_are_sorted,
        the_next_significant_neuron_follows,
        help_scrolls_and_the_footer_ends_with_quit,
        rows_are_searched_while_typing,
        enter_opens_the_card_of_a_neuron,
        eps_is_changed_in_the_picture,
        activations_are_ordered_by_t,
        the_bench_shows_two_views,
        plots_are_gone_through_by_cells_and_pages,
        panes_and_views_are_gone_through_both_ways,
        escape_goes_back_step_by_step,
        parameters_are_chosen_and_stepped,
        a_list_scrolls_with_its_cursor,
        hook_points_are_taken_in_and_out,
        stages_have_the_sign_of_their_state,
        the_time_that_is_left_is_told,
        the_strongest_sentence_stands_below_a_neuron,
        the_answer_is_told_in_words,
        layers_without_significant_neurons_are_dim,
        a_typed_line_is_edited_by_characters,
        a_layer_can_be_entered_and_left,
        shared_stages_of_a_layer_are_computed_for_all,
    };
    TCase *const tcase = tcase_create("screen_draw");

    tcase_add_unchecked_fixture(tcase, compute_once, clear_once); /* before tests fork */
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(tcase, tests[i]);
    return run_tcase("screen_draw", tcase);
}
