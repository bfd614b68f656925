/* What views of the user interface show of the demo, without a terminal: filters and searches
 * against rows chosen one by one here, the row of noise in the table of clusters, the number of
 * clusters over eps against DBSCAN itself. */
#include "config.h"
#include "support.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "num/cluster/dbscan.h"
#include "pipeline/cluster_title.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "tui/draw.h"
#include "tui/keys.h"
#include "tui/layout_file.h"
#include "tui/lists.h"
#include "tui/row_filter.h"
#include "tui/run.h"
#include "tui/screen.h"
#include "tui/token_values.h"
#include "tui/view.h"
#include "tui/views.h"

enum { ROWS = 24, COLS = 120 };

static struct analysis once; /* computed once, for all tests */
static struct app app;

static void compute_once(void)
{
    struct ct_error err = { 0 };

    analysis_init(&once);
    once.params.threads = 2;
    once.params.iterations = 250;
    once.params.eps = 0.5; /* several clusters, and noise */
    ck_assert_int_eq(params_set(&once.params.model, fixture_path("demo"), NULL), CT_OK);
    ck_assert_int_eq(params_set(&once.params.stimuli, fixture_path("demo/stimuli.csv"), NULL),
                     CT_OK);
    if (analysis_run(&once, &stage_similarity, NULL, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
}

static void clear_once(void)
{
    analysis_clear(&once);
}

static void begin(void)
{
    views_init(false);
    ck_assert_int_eq(app_init(&app, NULL), CT_OK);
    analysis_clear(app.a);
    ck_assert_int_eq(analysis_fork(&once, app.a, NULL), CT_OK);
}

static void end(void)
{
    app_clear(&app);
}

static void press(uint32_t key)
{
    const struct event event = { .kind = EVENT_KEY, .key = key };

    keys_handle(&app, &event, ROWS, COLS);
}

static void type(const char *text)
{
    for (; *text != '\0'; text++)
        press((unsigned char)*text);
}

static const struct view *show(const struct stage *stage, const char *name,
                               struct view_state **state)
{
    app_go_to_view(&app, stage, name);
    app.pane = PANE_VIEW;
    return view_current(&app, state);
}

static void wait_until_idle(void)
{
    app_take_news(&app);
    while (app.news.state != WORKER_IDLE) {
        struct pollfd bell = { worker_fd(app.worker), POLLIN, 0 };
        ck_assert_int_ge(poll(&bell, 1, -1), 0);
        app_take_news(&app);
    }
}

/* Draws the screen, which settles cursors; true if a row has the text. */
static bool draws(const char *text)
{
    struct canvas c = { 0 };
    bool has_text = false;

    ck_assert_int_eq(canvas_init(&c, ROWS, COLS, true, false, NULL), CT_OK);
    draw_screen(&app, &c);
    for (size_t i = 0; i < ROWS; i++) {
        char row[COLS + 1];
        for (size_t j = 0; j < COLS; j++)
            row[j] = (char)c.cells[i * COLS + j].ch;
        row[COLS] = '\0';
        has_text = has_text || strstr(row, text) != NULL;
    }
    canvas_clear(&c);
    return has_text;
}

static bool is_wanted(size_t column)
{
    const struct ttest_stage *const t = ttest_of(app.a);
    size_t i;

    return t->neurons[column].statistic > 3.0 && app_significant_index(&app, column, &i) &&
           clustering_of(app.a, cluster_methods[0])->labels[i] >= 0;
}

static void check_wanted(const struct view *view, const struct view_state *state)
{
    const struct rows_shown shown = rows_shown(&app, view, state);
    const size_t *const order = lists_neuron_order(&app);
    const size_t n_all = ttest_of(app.a)->n_neurons;
    size_t k = 0;

    ck_assert_uint_eq(shown.n_all, n_all);
    for (size_t i = 0; i < n_all; i++)
        if (is_wanted(order[i])) {
            ck_assert_uint_eq(row_at(&shown, k), i);
            ck_assert_uint_eq(row_place(&shown, i), k);
            k++;
        }
    ck_assert_uint_eq(shown.n, k);
    ck_assert_uint_gt(k, 3);
    ck_assert_uint_lt(k, n_all);
}

START_TEST(a_filter_shows_the_rows_that_match)
{
    struct view_state *state;
    char note[60];

    begin();
    const struct view *const view = show(&stage_ttest, "table of neurons", &state);
    ck_assert(draws("table of neurons"));
    type("&t>3 cluster>-1");
    ck_assert(draws("filter: t>3 cluster>-1"));
    check_wanted(view, state);
    snprintf(note, sizeof note, "%zu of %zu rows", rows_shown(&app, view, state).n,
             ttest_of(app.a)->n_neurons);
    ck_assert_str_eq(app.prompt.note, note);
    ck_assert(draws(note));
    press(KEYCODE_ENTER);
    ck_assert(is_wanted(app.neuron));
    ck_assert(draws(", only t>3 cluster>-1"));
    press('s'); /* in another order they are the same */
    check_wanted(view, state);
    press('s');
    check_wanted(view, state);
    for (size_t k = 0; k < 300; k++) { /* the cursor stays among them */
        press(KEYCODE_DOWN);
        ck_assert(is_wanted(app.neuron));
    }
    press(KEYCODE_HOME);
    ck_assert_uint_eq(state->at, rows_shown(&app, view, state).rows[0]);
    press(KEYCODE_ESCAPE);
    ck_assert_uint_eq(rows_shown(&app, view, state).n, ttest_of(app.a)->n_neurons);
    end();
}
END_TEST

START_TEST(what_a_filter_refuses)
{
    struct view_state *state;

    begin();
    const struct view *const view = show(&stage_ttest, "table of neurons", &state);
    type("&t>1");
    press(KEYCODE_ENTER);
    const size_t before = rows_shown(&app, view, state).n;
    type("& q>1");
    press(KEYCODE_ENTER);
    ck_assert_int_eq(app.mode, MODE_PROMPT);
    ck_assert_ptr_nonnull(strstr(app.message, "'q' is not a value of these rows; expected t, |t|"));
    press(21);
    type("t>x");
    press(KEYCODE_ENTER);
    ck_assert_ptr_nonnull(strstr(app.message, "'t>x' needs a number after >"));
    press(21);
    type("t>1e9");
    press(KEYCODE_ENTER);
    ck_assert_ptr_nonnull(strstr(app.message, "no row matches 't>1e9'"));
    press(21);
    type("a b c d e f g h i j k l m n o p q");
    press(KEYCODE_ENTER);
    ck_assert_ptr_nonnull(strstr(app.message, "more than 16 words"));
    press(KEYCODE_ESCAPE); /* what was there before the prompt */
    ck_assert_uint_eq(rows_shown(&app, view, state).n, before);
    ck_assert_str_eq(row_filter_words(&app, view), "t>1");
    end();
}
END_TEST

/* Whether a sentence contains the words, which are lower case. */
static size_t count_sentences(const char *word, bool in_group)
{
    const struct load_result *const load = load_of(app.a);
    size_t n = 0;

    for (size_t i = 0; i < load->n_sentences; i++) {
        const struct sentence *const s = &load->sentences[i];
        char text[400];
        snprintf(text, sizeof text, "%.*s", (int)s->size, s->text);
        for (char *at = text; *at != '\0'; at++)
            *at = ascii_lower(*at);
        n += strstr(text, word) != NULL && (s->group == 0) == in_group;
    }
    return n;
}

START_TEST(words_are_looked_for_in_any_case)
{
    struct view_state *state;

    begin();
    const struct view *const view = show(&stage_load, "sentences", &state);
    const size_t n = count_sentences("they", false);
    ck_assert_uint_gt(n, 0);
    type("&they !him");
    press(KEYCODE_ENTER);
    const struct rows_shown shown = rows_shown(&app, view, state);
    ck_assert_uint_eq(shown.n, n);
    for (size_t k = 0; k < shown.n; k++)
        ck_assert_uint_eq(load_of(app.a)->sentences[row_at(&shown, k)].group, 1);
    press('&'); /* a number is a whole one: no other sentence has it */
    press(21);
    type("12");
    ck_assert_str_eq(app.prompt.note, "1 of 108 rows");
    press(21);
    type("/"); /* of words that are nowhere, none */
    ck_assert_str_eq(app.prompt.note, "0 of 108 rows");
    press(KEYCODE_ESCAPE);
    press(KEYCODE_ESCAPE);
    type("/they"); /* a search counts as well */
    char note[60];
    snprintf(note, sizeof note, "%zu of 108 rows",
             count_sentences("they", false) + count_sentences("they", true));
    ck_assert_str_eq(app.prompt.note, note);
    end();
}
END_TEST

static void click(size_t row, size_t col)
{
    const struct event event = { .kind = EVENT_CLICK, .row = row, .col = col };

    keys_handle(&app, &event, ROWS, COLS);
}

/* Where a text is on the screen. */
static void find_text(const char *text, size_t *row, size_t *col)
{
    struct canvas c = { 0 };

    *row = *col = SIZE_MAX;
    ck_assert_int_eq(canvas_init(&c, ROWS, COLS, true, false, NULL), CT_OK);
    draw_screen(&app, &c);
    for (size_t i = 0; i < ROWS && *row == SIZE_MAX; i++)
        for (size_t j = 0; j + strlen(text) < COLS && *row == SIZE_MAX; j++) {
            size_t n = 0;
            while (text[n] != '\0' && c.cells[i * COLS + j + n].ch == (unsigned char)text[n])
                n++;
            if (text[n] == '\0') {
                *row = i;
                *col = j;
            }
        }
    canvas_clear(&c);
    ck_assert_msg(*row != SIZE_MAX, "%s is not on the screen", text);
}

START_TEST(clicks_are_on_what_they_seem)
{
    static const struct {
        const char *header;
        size_t sort;
    } clicks[] = { { " p ", 1 }, { "clust", 4 },   { " t ", 0 },   { " t ", 3 },
                   { " t ", 0 }, { "neuron ", 2 }, { " him ", 5 }, { " her ", 6 } };
    struct view_state *state;
    size_t row, col, header;

    begin();
    app.is_bench = false;
    show(&stage_ttest, "table of neurons", &state);
    ck_assert(draws("table of neurons"));
    find_text("clust", &header, &col);
    for (size_t k = 5; k > 0; k--) {
        char name[60];
        size_t index;
        const size_t column = lists_neuron_order(&app)[k];
        const char *const hook = neuron_hook(extract_of(app.a), column, &index);
        snprintf(name, sizeof name, "%s:%zu ", hook, index);
        find_text(name, &row, &col);
        ck_assert_uint_eq(row, header + 1 + k);
        click(row, col);
        ck_assert_uint_eq(app.neuron, column);
    }
    for (size_t i = 0; i < sizeof clicks / sizeof *clicks; i++) {
        struct canvas c = { 0 };
        ck_assert_int_eq(canvas_init(&c, ROWS, COLS, true, false, NULL), CT_OK);
        draw_screen(&app, &c);
        for (col = 24; col + 8 < COLS; col++) {
            size_t n = 0;
            while (clicks[i].header[n] != '\0' &&
                   c.cells[header * COLS + col + n].ch == (unsigned char)clicks[i].header[n])
                n++;
            if (clicks[i].header[n] == '\0')
                break;
        }
        canvas_clear(&c);
        click(header, col + 1);
        ck_assert_msg(state->sort == clicks[i].sort, "%s: %zu", clicks[i].header, state->sort);
    }
    const size_t neuron = app.neuron;
    click(header - 1, 40); /* the frame */
    ck_assert_uint_eq(app.neuron, neuron);
    end();
}
END_TEST

/* The rows from first to last that are shown, without the range: in its order. */
static void check_range(const struct view *view, const struct view_state *state, size_t first,
                        size_t last)
{
    const struct rows_shown shown = rows_shown(&app, view, state);

    ck_assert_uint_eq(app.range.n, last - first + 1);
    for (size_t k = 0; k < app.range.n; k++)
        ck_assert(k == 0 || app.range.columns[k - 1] < app.range.columns[k]);
    for (size_t k = first; k <= last; k++) {
        const size_t column = lists_neuron_order(&app)[row_at(&shown, k)];
        bool is_there = false;
        for (size_t i = 0; i < app.range.n; i++)
            is_there = is_there || app.range.columns[i] == column;
        ck_assert(is_there);
    }
}

START_TEST(neurons_are_selected_together)
{
    struct view_state *state;

    begin();
    const struct view *const view = show(&stage_ttest, "table of neurons", &state);
    type("&t>3 cluster>-1");
    press(KEYCODE_ENTER);
    press(KEYCODE_HOME);
    press(KEYCODE_DOWN);
    for (size_t k = 0; k < 3; k++)
        press(KEYCODE_SHIFT_DOWN);
    check_range(view, state, 1, 4);
    ck_assert(draws("4 neurons selected"));
    press(KEYCODE_SHIFT_UP);
    check_range(view, state, 1, 3);
    type("a");
    ck_assert_uint_eq(app.edits.n, 1);
    ck_assert_str_eq(app.edits.steps[0].what, "3 neurons");
    for (size_t i = 0; i < 3; i++) {
        char number[20];
        snprintf(number, sizeof number, "%zu", app.range.columns[i]);
        ck_assert_ptr_nonnull(strstr(app.edits.steps[0].neurons, number));
    }
    wait_until_idle();
    show(&stage_ttest, "table of neurons", &state); /* that showed what the edit does */
    for (size_t k = 0; k < 5; k++) /* to the other side of the row where it began */
        press(KEYCODE_SHIFT_UP);
    check_range(view, state, 0, 1);
    press(KEYCODE_DOWN);
    ck_assert_uint_eq(app.range.n, 0);
    press(KEYCODE_SHIFT_DOWN);
    ck_assert_uint_eq(app.range.n, 2);
    press(KEYCODE_ESCAPE); /* the filter stays */
    ck_assert_uint_eq(app.range.n, 0);
    ck_assert_uint_lt(rows_shown(&app, view, state).n, ttest_of(app.a)->n_neurons);
    end();
}
END_TEST

/* Of every sentence that is shown, the value at the target is that of the extraction, to the bit;
 * before the target, twins have the same. */
static void check_tokens(void)
{
    const struct matview *const X = &extract_of(app.a)->X;
    const struct sentence *shown[2] = { NULL };
    size_t rows[2];

    ck_assert_uint_eq(token_values_count(&app), 2);
    for (size_t i = 0; i < 2; i++) {
        shown[i] = token_values_sentence(&app, i, &rows[i]);
        ck_assert_double_eq(token_values_at(&app, i, shown[i]->target),
                            matview_get(X, rows[i], app.neuron));
    }
    ck_assert_uint_eq(rows[0], app.sentence);
    ck_assert_uint_ne(shown[0]->group, shown[1]->group);
    for (size_t t = 0; t < shown[0]->target_first; t++)
        ck_assert_double_eq(token_values_at(&app, 0, t), token_values_at(&app, 1, t));
    ck_assert_double_ne(token_values_at(&app, 0, shown[0]->target),
                        token_values_at(&app, 1, shown[1]->target));
}

START_TEST(a_sentence_by_token)
{
    struct view_state *state;
    char words[80];
    size_t twin;

    begin();
    app.is_bench = false;
    show(&stage_extract, "sentence by token", &state);
    ck_assert(draws("a neuron is to be selected"));
    type("n");
    ck_assert(draws("being computed"));
    wait_until_idle();
    check_tokens();
    const float *const values = app.token_values.values;
    type("nnN"); /* another neuron of the hook point is there already */
    ck_assert_ptr_eq(app.token_values.values, values);
    check_tokens();
    press(KEYCODE_DOWN);
    wait_until_idle();
    ck_assert_uint_eq(app.sentence, 1);
    check_tokens();
    (void)token_values_sentence(&app, 1, &twin);
    press(' ');
    wait_until_idle();
    ck_assert_uint_eq(app.sentence, twin);
    check_tokens();
    snprintf(words, sizeof words, "her, sentence %zu", twin);
    ck_assert(draws(words));
    ck_assert(draws("him, sentence 1, its twin"));
    const struct sentence *const s = &load_of(app.a)->sentences[twin];
    snprintf(words, sizeof words, "%.*s", (int)s->size, s->text);
    ck_assert(draws(words));
    end();
}
END_TEST

START_TEST(clusters_have_names)
{
    const struct cluster_method *const method = cluster_methods[0];
    struct view_state *state;
    char title[CLUSTER_TITLE_SIZE];
    char row[100];

    begin();
    const struct clustering *const c = clustering_of(app.a, method);
    show(&stage_cluster, "table of clusters", &state);
    state->at = 2;
    ck_assert_uint_ge(c->n_clusters, 3);
    type("Cfew_words");
    snprintf(row, sizeof row, "%s 2, %zu neurons", method->title, c->rows[2].size);
    ck_assert(draws(row));
    press(KEYCODE_ENTER);
    ck_assert(app.unsaved);
    ck_assert(!app_is_stale(&app, &stage_similarity)); /* nothing depends on it */
    snprintf(row, sizeof row, "%9.2f  few_words", c->rows[2].mean_abs_t);
    ck_assert(draws(row));
    type("C"); /* as it was, to be changed */
    ck_assert_str_eq(app.prompt.text, "few_words");
    press(21);
    type("two words");
    press(KEYCODE_ENTER);
    ck_assert_ptr_nonnull(strstr(app.message, "'two words' cannot name a cluster"));
    press(21);
    type("pronouns");
    press(KEYCODE_ENTER);
    state->at = 0;
    type("Cothers");
    press(KEYCODE_ENTER);
    cluster_title(app.a, c, 2, title);
    ck_assert_str_eq(title, "pronouns");
    cluster_title(app.a, c, 0, title);
    ck_assert_str_eq(title, "others");
    cluster_title(app.a, c, 1, title);
    ck_assert_str_eq(title, "");
    ck_assert(cluster_titles_are(app.a->params.cluster_names));

    /* a neuron of it, wherever its cluster is shown */
    for (size_t i = 0; i < c->n; i++)
        if (c->labels[i] == 2)
            app_select_neuron(&app, ttest_of(app.a)->significant[i]);
    ck_assert(draws("cluster 2 pronouns"));
    app.mark = (struct cluster_mark){ method, 2 };
    show(&stage_cluster, "DBSCAN", &state);
    ck_assert(draws("DBSCAN 2 pronouns, esc clears"));
    const struct view *const view = show(&stage_ttest, "table of neurons", &state);
    type("&pronouns");
    ck_assert_uint_eq(rows_shown(&app, view, state).n, c->rows[2].size);
    press(KEYCODE_ESCAPE);

    /* it stays with its neurons when clusters are numbered anew */
    struct clustering other = *c;
    other.labels = malloc((c->n + 1) * sizeof *other.labels);
    for (size_t i = 0; i < c->n; i++)
        other.labels[i] = c->labels[i] == 2 ? 0 : c->labels[i] == 0 ? 2 : c->labels[i];
    cluster_title(app.a, &other, 0, title);
    ck_assert_str_eq(title, "pronouns");
    free(other.labels);

    app.naming = (struct cluster_mark){ NULL, 0 };
    show(&stage_cluster, "table of clusters", &state);
    state->at = 2;
    type("C"); /* an empty name is none */
    press(21);
    press(KEYCODE_ENTER);
    cluster_title(app.a, c, 2, title);
    ck_assert_str_eq(title, "");
    cluster_title(app.a, c, 0, title);
    ck_assert_str_eq(title, "others");
    end();
}
END_TEST

/* Ends the session, as quitting does, and begins another. */
static void begin_again(const char *sessions)
{
    ck_assert_int_eq(layout_file_write(&app, NULL), CT_OK);
    end();
    begin();
    app.sessions = sessions;
    layout_file_read(&app);
}

static void put_layout(const char *path, const char *text, size_t size)
{
    FILE *const file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

static void check_first_start(void)
{
    struct view_state *state;

    ck_assert(app.is_bench && !app.is_wide);
    for (size_t row = 0; row < panel_count(); row++)
        ck_assert_uint_eq(app.view[row], 0);
    show(&stage_ttest, "table of neurons", &state);
    ck_assert_uint_eq(state->sort, 0);
}

START_TEST(the_layout_is_remembered)
{
    static const char junk[] = "sort\tttest\ttable of neurons\t99\nwide\n\t\t\t\nview\tttest\n"
                               "sort\tttest\tno such view\t1\norder\tttest\ttable of neurons\t1\n"
                               "\0\tx\nview\tnowhere\treport\t1\nbench\tyes\tno\tno\tno\n";
    char folder[] = "/tmp/test_views_XXXXXX";
    char sessions[80], path[100];
    char long_line[3000];
    struct view_state *state;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(sessions, sizeof sessions, "%s/state", folder);
    snprintf(path, sizeof path, "%s/layout", sessions);
    begin();
    app.sessions = sessions;
    layout_file_read(&app);
    begin_again(sessions); /* as it was at first: no file */
    ck_assert_int_ne(access(sessions, F_OK), 0);
    check_first_start();
    type("ss");
    show(&stage_extract, "activations", &state);
    type("om");
    show(&stage_extract, "one neuron", &state);
    type("bz");
    begin_again(sessions);
    ck_assert(!app.is_bench && app.is_wide);
    app.stage = &stage_extract;
    ck_assert_str_eq(view_current(&app, &state)->name, "one neuron");
    app.stage = &stage_ttest;
    ck_assert_str_eq(view_current(&app, &state)->name, "table of neurons");
    ck_assert_uint_eq(state->sort, 2);
    show(&stage_extract, "activations", &state);
    ck_assert_int_eq(state->columns, COLUMNS_BY_T);
    ck_assert(state->peaks);

    /* also when a model has been loaded */
    end();
    ck_assert_int_eq(app_init(&app, NULL), CT_OK);
    ck_assert_int_eq(params_copy(&app.whole.params, &once.params, NULL), CT_OK);
    app.sessions = sessions;
    layout_file_read(&app);
    app_run(&app, &stage_load);
    wait_until_idle();
    ck_assert_ptr_nonnull(load_of(app.a));
    show(&stage_ttest, "table of neurons", &state);
    ck_assert_uint_eq(state->sort, 2);

    /* what is not a layout is skipped */
    end();
    begin();
    put_layout(path, junk, sizeof junk - 1);
    app.sessions = sessions;
    layout_file_read(&app);
    check_first_start();
    end();
    begin();
    memset(long_line, 'x', sizeof long_line);
    put_layout(path, long_line, sizeof long_line);
    app.sessions = sessions;
    layout_file_read(&app);
    check_first_start();
    ck_assert_int_eq(remove(path), 0);
    ck_assert_int_eq(mkfifo(path, 0600), 0); /* which nobody writes to */
    end();
    begin();
    app.sessions = sessions;
    layout_file_read(&app);
    check_first_start();
    ck_assert_int_eq(remove(path) | remove(sessions) | remove(folder), 0);
    end();
}
END_TEST

START_TEST(a_prompt_says_what_it_finds)
{
    begin();
    show(&stage_ttest, "table of neurons", &(struct view_state *){ NULL });
    type("/12");
    char note[60];
    snprintf(note, sizeof note, "t %.2f", ttest_of(app.a)->neurons[12].statistic);
    ck_assert_ptr_nonnull(strstr(app.prompt.note, note));
    type("34567");
    ck_assert_str_eq(app.prompt.note, "no such neuron");
    end();
}
END_TEST

START_TEST(noise_is_a_row)
{
    const struct clustering *c;
    const struct ttest_stage *t;
    struct view_state *state;
    double sum = 0.0;
    char row[100];

    begin();
    c = clustering_of(app.a, cluster_methods[0]);
    t = ttest_of(app.a);
    const struct view *const view = show(&stage_cluster, "table of clusters", &state);
    ck_assert_uint_gt(c->n_noise, 0);
    for (size_t i = 0; i < c->n; i++)
        sum += c->labels[i] < 0 ? t->neurons[t->significant[i]].statistic : 0.0;
    snprintf(row, sizeof row, "%-8s   noise %7zu %9.2f", c->method->title, c->n_noise,
             sum / (double)c->n_noise);
    ck_assert(draws(row));
    state->at = c->n_clusters; /* after the clusters of the method */
    press(' ');
    ck_assert_ptr_eq(app.mark.method, c->method);
    ck_assert_int_eq(app.mark.label, -1);
    ck_assert(draws(" noise"));
    size_t i;
    ck_assert(app_significant_index(&app, app.neuron, &i));
    ck_assert_int_eq(c->labels[i], -1);
    /* neurons in no cluster because they are not significant are not marked */
    show(&stage_ttest, "table of neurons", &state);
    for (size_t j = 0; j < t->n_neurons; j++)
        if (!t->is_significant[j]) {
            struct canvas canvas = { 0 };
            ck_assert_int_eq(canvas_init(&canvas, 1, COLS, true, false, NULL), CT_OK);
            for (size_t k = 0; k < t->n_neurons; k++)
                if (lists_neuron_order(&app)[k] == j)
                    neuron_list.draw(&app, state, k, &canvas, 0, 0, COLS);
            ck_assert_uint_eq(canvas.cells[0].ch, ' ');
            canvas_clear(&canvas);
            break;
        }
    show(&stage_cluster, "DBSCAN", &state);
    ck_assert(draws("DBSCAN noise, esc clears"));
    (void)view;
    end();
}
END_TEST

/* The column of the only cell of the row that begins with the text, and has the ink of focus. */
static size_t marked_column(const char *text)
{
    struct canvas c = { 0 };
    size_t found = SIZE_MAX;

    ck_assert_int_eq(canvas_init(&c, ROWS, COLS, true, true, NULL), CT_OK);
    draw_screen(&app, &c);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j + strlen(text) < COLS; j++) {
            size_t n = 0;
            while (text[n] != '\0' && c.cells[i * COLS + j + n].ch == (unsigned char)text[n])
                n++;
            for (size_t k = j; text[n] == '\0' && k < COLS; k++)
                if (c.cells[i * COLS + k].fg == INK_ACCENT && found == SIZE_MAX)
                    found = k;
        }
    canvas_clear(&c);
    return found;
}

START_TEST(the_number_of_clusters_over_eps)
{
    struct view_state *state;

    begin();
    const struct mat *const points = &tsne_of(app.a)->result.embedding;
    int32_t *const labels = calloc(points->rows, sizeof *labels);
    const size_t min_samples = app.a->params.min_samples;

    app.is_bench = false;
    show(&stage_cluster, "DBSCAN", &state);
    press(KEYCODE_HOME);
    wait_until_idle();
    const struct eps_counts *const counts = &app.eps_curve.counts;
    ck_assert_uint_eq(counts->n, N_EPS);
    for (size_t i = 0; i < N_EPS; i++) {
        size_t n = 0;
        ck_assert_int_eq(dbscan_fit(points, counts->eps[i], min_samples, labels, &n, NULL), CT_OK);
        ck_assert_uint_eq((size_t)counts->n_clusters[i], n);
        size_t n_noise = 0;
        for (size_t k = 0; k < points->rows; k++)
            n_noise += labels[k] < 0;
        ck_assert(i > 0 || n_noise > points->rows / 2); /* few core points at first, */
        ck_assert(i + 1 < N_EPS || n_noise == 0);       /* only such at last */
        ck_assert_double_ge(eps_counts_place(counts, counts->eps[i]) + 1e-9,
                            (double)i / (N_EPS - 1));
        ck_assert_double_le(eps_counts_place(counts, counts->eps[i]) - 1e-9,
                            (double)i / (N_EPS - 1));
    }
    const size_t column = marked_column("clusters, eps");
    ck_assert_uint_lt(column, COLS);
    for (size_t k = 0; k < 5; k++)
        press('>');
    wait_until_idle();
    ck_assert_ptr_eq(&app.eps_curve.counts, counts);
    ck_assert_uint_gt(marked_column("clusters, eps"), column);
    ck_assert_double_le(eps_counts_place(counts, 1e300), 1.0);
    ck_assert_double_ge(eps_counts_place(counts, 1e-300), 0.0);
    free(labels);
    end();
}
END_TEST

/* What people ask for does not wait for the curve, which is computed again afterwards. */
START_TEST(the_curve_gives_way)
{
    struct view_state *state;

    begin();
    app.is_bench = false;
    show(&stage_cluster, "DBSCAN", &state);
    press(KEYCODE_HOME);
    ck_assert_int_ne(app.news.state, WORKER_IDLE);
    ck_assert_str_eq(app.news.job.title, "Clusters by eps");
    press('>');
    press('u'); /* where the clusters take long, they are not computed by themselves */
    wait_until_idle();
    ck_assert(!app_is_stale(&app, &stage_cluster));
    press(KEYCODE_HOME);
    wait_until_idle();
    ck_assert_int_eq(app.eps_curve.aside.state, ASIDE_DONE);
    end();
}
END_TEST

START_TEST(no_eps_for_points_that_are_equal)
{
    double values[20] = { 0.0 };
    const struct mat points = { .data = values, .rows = 10, .cols = 2 };
    struct eps_counts counts = { .n = 1 };

    ck_assert_int_eq(eps_counts_find(&points, 3, NULL, &counts, NULL), CT_OK);
    ck_assert_uint_eq(counts.n, 0);
    values[0] = 1.0; /* one of them is elsewhere */
    ck_assert_int_eq(eps_counts_find(&points, 3, NULL, &counts, NULL), CT_OK);
    ck_assert_uint_eq(counts.n, N_EPS);
    ck_assert_double_gt(counts.n_clusters[0], 0.5);
    const struct mat none = { .cols = 2 };
    ck_assert_int_eq(eps_counts_find(&none, 3, NULL, &counts, NULL), CT_OK);
    ck_assert_uint_eq(counts.n, 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_sentence_by_token,
        clusters_have_names,
        clicks_are_on_what_they_seem,
        the_layout_is_remembered,
        a_filter_shows_the_rows_that_match,
        what_a_filter_refuses,
        words_are_looked_for_in_any_case,
        a_prompt_says_what_it_finds,
        neurons_are_selected_together,
        noise_is_a_row,
        the_number_of_clusters_over_eps,
        the_curve_gives_way,
        no_eps_for_points_that_are_equal,
    };
    TCase *const tcase = tcase_create("views");

    tcase_add_unchecked_fixture(tcase, compute_once, clear_once); /* before tests fork */
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(tcase, tests[i]);
    return run_tcase("views", tcase);
}
