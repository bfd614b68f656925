/*
 * After a change in the user interface, without a terminal: where the focus is, what is computed at
 * once, what a key computes, and which stages the panel marks as stale. The model is the demo's.
 */
#include "config.h"

#include <locale.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "plot/palette.h"
#include "io_temp.h"
#include "model_files.h"
#include "support.h"
#include "tui/card.h"
#include "tui/draw.h"
#include "tui/keys.h"
#include "tui/lists.h"
#include "tui/run.h"
#include "tui/screen.h"
#include "tui/view.h"
#include "tui/views.h"

enum { ROWS = 30, COLS = 100 };

static struct app app;
static struct canvas c;

static void wait_for_worker(void)
{
    app_take_news(&app);
    while (app.goal != NULL || app.news.state != WORKER_IDLE) {
        struct pollfd bell = { worker_fd(app.worker), POLLIN, 0 };
        ck_assert_int_ge(poll(&bell, 1, -1), 0);
        app_take_news(&app);
    }
}

static void press(uint32_t key)
{
    keys_handle(&app, &(struct event){ .kind = EVENT_KEY, .key = key }, ROWS, COLS);
}

static void type(const char *text)
{
    for (; *text != '\0'; text++)
        press((unsigned char)*text);
}

/* Without a path, the demo's sentences. */
static void begin(const char *stimuli)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    views_init(false);
    ck_assert_int_eq(app_init(&app, NULL), CT_OK);
    params_set(&app.whole.params.model, fixture_path("demo"), NULL);
    params_set(&app.whole.params.stimuli,
               stimuli != NULL ? stimuli : fixture_path("demo/stimuli.csv"), NULL);
    app.whole.params.threads = 1;
    app.whole.params.iterations = 250;
    ck_assert_int_eq(canvas_init(&c, ROWS, COLS, true, false, NULL), CT_OK);
}

static void begin_demo(const struct stage *computed)
{
    begin(NULL);
    app_run(&app, computed);
    wait_for_worker();
    ck_assert(!app_is_stale(&app, computed));
}

static void end(void)
{
    canvas_clear(&c);
    app_clear(&app);
}

/* The sign of a stage in its panel, as drawn. */
static char sign_of(const struct stage *stage)
{
    draw_screen(&app, &c);
    return (char)c.cells[(2 + panel_row(stage)) * COLS + 2].ch;
}

static bool has_text(const char *text)
{
    char row[COLS + 1] = "";

    draw_screen(&app, &c);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t k = 0; k < COLS; k++)
            row[k] = (char)c.cells[i * COLS + k].ch;
        if (strstr(row, text) != NULL)
            return true;
    }
    return false;
}

/* The parameter of that name becomes the current one of its stage. */
static void go_to_parameter(const char *name)
{
    size_t i = 0;

    while (strcmp(stage_setting(app.stage, i)->name, name) != 0)
        i++;
    app.pane = PANE_PARAMETERS;
    app.parameter = i;
}

/* After a change of perplexity: a digit leaves the parameters, so that enter computes. */
START_TEST(a_digit_brings_the_focus_back)
{
    begin_demo(&stage_cluster);
    press('5');
    go_to_parameter("perplexity");
    press(KEYCODE_RIGHT);
    ck_assert(app_is_stale(&app, &stage_tsne));
    press('6');
    ck_assert(app.pane == PANE_PIPELINE);
    press(KEYCODE_ENTER);
    wait_for_worker();
    ck_assert(!app_is_stale(&app, &stage_cluster) && app.mode == MODE_NORMAL);
    end();
}
END_TEST

/* One key computes again what a change has made stale, from any pane; no more than that. */
START_TEST(one_key_computes_what_is_stale)
{
    begin_demo(&stage_cluster);
    press('5');
    go_to_parameter("perplexity");
    ck_assert(sign_of(&stage_cluster) == '*' && sign_of(&stage_similarity) == '.');
    press(KEYCODE_RIGHT);
    ck_assert(sign_of(&stage_tsne) == '~');
    press('u');
    wait_for_worker();
    ck_assert(!app_is_stale(&app, &stage_tsne) && !app_is_stale(&app, &stage_cluster));
    ck_assert(sign_of(&stage_cluster) == '*' && sign_of(&stage_similarity) == '.');
    press('u');
    ck_assert_str_eq(app.message, "nothing is stale");
    end();
}
END_TEST

/* A stage whose result was dropped, because its input changed, has the sign of a stale one. */
START_TEST(stale_stages_have_one_sign)
{
    begin_demo(&stage_cluster);
    press('5');
    go_to_parameter("perplexity");
    press(KEYCODE_RIGHT);
    app_run(&app, &stage_tsne);
    wait_for_worker();
    ck_assert(!app_has(&app, &stage_cluster));
    ck_assert(sign_of(&stage_tsne) == '*' && sign_of(&stage_cluster) == '~');
    ck_assert(sign_of(&stage_similarity) == '.');
    end();
}
END_TEST

START_TEST(quick_results_follow_at_once)
{
    begin_demo(&stage_tsne);
    const size_t n = ttest_of(app.a)->n_significant;
    const bool is_quick = analysis_seconds(app.a, &stage_ttest) < QUICK_SECONDS;
    press('4');
    go_to_parameter("alpha");
    press(KEYCODE_ENTER);
    for (size_t i = 0; i < 8; i++)
        press(KEYCODE_BACKSPACE);
    type("0.001");
    press(KEYCODE_ENTER);
    wait_for_worker();
    ck_assert(!app_is_stale(&app, &stage_ttest) || !is_quick);
    ck_assert(ttest_of(app.a)->n_significant < n || !is_quick);
    end();
}
END_TEST

/* Three groups: every pair in turn, and no group that is not there. */
START_TEST(the_contrast_is_one_of_the_groups)
{
    static const char *const pairs[] = { "a,c", "b,a", "b,c", "c,a", "c,b", "a,b", "a,c" };
    char *const folder = folder_new();
    char path[4096];

    text_put(folder, "three.csv",
             "group,target,text\na,him,I saw him.\na,him,They met him.\nb,her,I saw her.\n"
             "b,her,They met her.\nc,him,We saw him.\nc,him,You met him.\n");
    snprintf(path, sizeof path, "%s/three.csv", folder);
    begin(path);
    app_run(&app, &stage_load);
    wait_for_worker();
    ck_assert_msg(load_of(app.a) != NULL && load_of(app.a)->n_groups == 3, "%s", app.message);
    app.stage = stage_shown(&stage_contrast);
    go_to_parameter("contrast");
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char pair[40];
        press(KEYCODE_RIGHT);
        ck_assert_msg(app.whole.params.contrast[0] != NULL, "%s", app.message);
        snprintf(pair, sizeof pair, "%s,%s", app.whole.params.contrast[0],
                 app.whole.params.contrast[1]);
        ck_assert_str_eq(pair, pairs[i]);
    }
    press(KEYCODE_LEFT);
    ck_assert_str_eq(app.whole.params.contrast[1], "b");
    press(KEYCODE_ENTER);
    for (size_t i = 0; i < 8; i++)
        press(KEYCODE_BACKSPACE);
    type("a,nobody");
    press(KEYCODE_ENTER);
    ck_assert(app.mode == MODE_PROMPT && strstr(app.message, "nobody") != NULL);
    ck_assert_str_eq(app.whole.params.contrast[1], "b"); /* as before */
    for (size_t i = 0; i < 8; i++)
        press(KEYCODE_BACKSPACE);
    type("b");
    press(KEYCODE_TAB); /* completes the group, not a file */
    ck_assert_str_eq(app.prompt.text, "b,");
    type("c");
    press(KEYCODE_ENTER);
    ck_assert(app.mode == MODE_NORMAL);
    ck_assert_str_eq(app.whole.params.contrast[0], "b");
    end();
    folder_remove(folder);
}
END_TEST

/* Only prompts for paths complete file names. */
START_TEST(tab_completes_no_file_in_a_number)
{
    begin_demo(&stage_load);
    press('5');
    go_to_parameter("perplexity");
    press(KEYCODE_ENTER);
    press(KEYCODE_BACKSPACE);
    press(KEYCODE_BACKSPACE);
    type("t");
    press(KEYCODE_TAB);
    ck_assert_str_eq(app.prompt.text, "t");
    press(KEYCODE_ESCAPE);
    end();
}
END_TEST

/* In messages parameters are called as in their pane. */
START_TEST(messages_name_parameters)
{
    begin_demo(&stage_load);
    app_say(&app, INK_BAD, "use a smaller --alpha or --min-samples, not --nothing or -- this");
    ck_assert_str_eq(app.message, "use a smaller alpha or min-samples, not --nothing or -- this");
    end();
}
END_TEST

START_TEST(neighbours_are_others)
{
    size_t i = 0;

    begin_demo(&stage_similarity);
    press('n');
    const struct view_state state = { .at = 0 };
    ck_assert_uint_eq(neighbour_list.count(&app, &state), ttest_of(app.a)->n_significant - 1);
    const size_t before = app.neuron;
    neighbour_list.act(&app, 0);
    ck_assert_uint_ne(app.neuron, before);
    ck_assert(app_significant_index(&app, app.neuron, &i));
    end();
}
END_TEST

START_TEST(no_neuron_is_shown_while_none_is_selected)
{
    begin_demo(&stage_load);
    press('3');
    press(KEYCODE_ENTER);
    wait_for_worker();
    app.has_neuron = false;
    for (size_t k = 0; k < view_count(app.stage); k++) {
        struct view_state *state;
        if (strcmp(view_current(&app, &state)->name, "one neuron") == 0)
            ck_assert(has_text("no neuron is selected: / finds one"));
        view_step(&app, 1);
    }
    press('r');
    ck_assert(!has_text("no neuron is selected"));
    end();
}
END_TEST

/* One key marks the cluster of the selected neuron, others go through all clusters. */
START_TEST(clusters_are_marked_by_keys)
{
    size_t n = 0;

    begin_demo(&stage_cluster);
    const struct clustering *const own = &clusters_of(app.a)->by[0];
    ck_assert_uint_gt(own->n_noise, 0);
    for (size_t i = 0; i < own->n; i++) {
        app_select_neuron(&app, ttest_of(app.a)->significant[i]);
        press('c');
        ck_assert((app.mark.method != NULL) == (own->labels[i] >= 0));
        if (own->labels[i] < 0)
            ck_assert(strstr(app.message, "in no cluster") != NULL);
        else
            ck_assert_int_eq(app.mark.label, own->labels[i]);
        app.mark.method = NULL;
    }
    for (size_t m = 0; m < clusters_of(app.a)->n; m++)
        n += clusters_of(app.a)->by[m].n_clusters;
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        press(']');
        ck_assert(app.mark.method != NULL);
        ck_assert(i != 0 || (app.mark.method == cluster_methods[0] && app.mark.label == 0));
        ck_assert(app_significant_index(&app, app.neuron, &at));
        ck_assert_int_eq(clustering_of(app.a, app.mark.method)->labels[at], app.mark.label);
    }
    const struct cluster_mark last = app.mark;
    press(']');
    ck_assert(app.mark.method == cluster_methods[0] && app.mark.label == 0);
    press('[');
    ck_assert(app.mark.method == last.method && app.mark.label == last.label);
    press('c'); /* the marked cluster is that of the neuron */
    ck_assert(app.mark.method == NULL);
    press('[');
    press(KEYCODE_ESCAPE);
    ck_assert(app.mark.method == NULL);
    end();
}
END_TEST

/* From any pane: the place of the cursor in all blocks. */
START_TEST(hook_points_of_every_block)
{
    begin_demo(&stage_ttest);
    press('2');
    draw_screen(&app, &c); /* the cursor is at what is chosen: h.3.mlp.c_fc */
    press('*');
    ck_assert_uint_eq(app.whole.params.n_hooks, 6);
    ck_assert_str_eq(app.whole.params.hooks[0], "h.0.mlp.c_fc");
    ck_assert_str_eq(app.whole.params.hooks[5], "h.5.mlp.c_fc");
    end();
}
END_TEST

/* The screen as a picture: text as text, nothing unescaped, and not over a file that is there. */
START_TEST(the_screen_becomes_a_picture)
{
    char *const folder = folder_new();
    char path[4096];
    size_t size;

    snprintf(path, sizeof path, "%s/<a&b>.svg", folder);
    begin_demo(&stage_cluster);
    press('6');
    for (size_t k = 0; k < 2; k++) {
        press('P');
        for (size_t i = 0; i < 20; i++)
            press(KEYCODE_BACKSPACE);
        type(path);
        press(KEYCODE_ENTER);
        ck_assert(app.mode == (k == 0 ? MODE_NORMAL : MODE_CONFIRM));
    }
    press('n');
    char *const text = slurp(path, &size);
    ck_assert(strncmp(text, "<svg xmlns=", 11) == 0);
    ck_assert_str_eq(text + size - 7, "</svg>\n");
    ck_assert(strstr(text, " noise, eps 1, min_samples 3<") != NULL);
    for (size_t k = 0; k < clusters_of(app.a)->by[0].n_clusters; k++) {
        char fill[40];
        snprintf(fill, sizeof fill, "fill=\"#%06x\"",
                 (unsigned)palette_rgb((ink)(INK_CLUSTER_0 + k % INK_N_CLUSTERS)));
        ck_assert_msg(strstr(text, fill) != NULL, "%s", fill);
    }
    for (size_t i = 0; i < size; i++)
        ck_assert(text[i] == '\n' || (unsigned char)text[i] >= ' ');
    free(text);
    end();
    folder_remove(folder);
}
END_TEST

/* Its card tells the words of a neuron once it is in view, computed in the background; another
 * neuron has others. */
START_TEST(the_card_of_a_neuron_has_its_words)
{
    begin_demo(&stage_ttest);
    app_select_neuron(&app, ttest_of(app.a)->significant[0]);
    ck_assert_int_eq(app.words.aside.state, ASIDE_NONE);
    app_go_to_view(&app, &stage_ttest, "card of a neuron");
    app.pane = PANE_VIEW;
    press('j');
    wait_for_worker();
    ck_assert_int_eq(app.words.aside.state, ASIDE_DONE);
    ck_assert(app.words.is_known);
    char *const first = card_write(&app);
    ck_assert_ptr_nonnull(strstr(first, "| raises | by | lowers | by |\n"));
    ck_assert_ptr_nonnull(strstr(first, "- words compared: "));
    app_select_neuron(&app, ttest_of(app.a)->significant[1]);
    char *const stale = card_write(&app); /* nothing of the neuron before */
    ck_assert_ptr_null(strstr(stale, "| raises |"));
    press('j');
    wait_for_worker();
    char *const second = card_write(&app);
    ck_assert_str_ne(strstr(second, "| raises |"), strstr(first, "| raises |"));
    free(first);
    free(stale);
    free(second);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_digit_brings_the_focus_back,
        one_key_computes_what_is_stale,
        stale_stages_have_one_sign,
        quick_results_follow_at_once,
        the_contrast_is_one_of_the_groups,
        tab_completes_no_file_in_a_number,
        messages_name_parameters,
        neighbours_are_others,
        no_neuron_is_shown_while_none_is_selected,
        clusters_are_marked_by_keys,
        hook_points_of_every_block,
        the_screen_becomes_a_picture,
        the_card_of_a_neuron_has_its_words,
    };
    return RUN_TESTS("change", tests);
}
