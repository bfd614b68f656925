/*
 * The stage Load in the user interface, without a terminal: its views drawn into a canvas, and
 * typing and choosing there. The model is the demo's, the sentences are generated.
 */
#include "config.h"

#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model_files.h"
#include "pipeline/stage_load.h"
#include "pipeline/stages.h"
#include "support.h"
#include "tui/fit.h"
#include "tui/inputs.h"
#include "tui/screen.h"
#include "tui/run.h"
#include "tui/view.h"
#include "tui/views.h"

#define COMMIT "0123456789abcdef0123456789abcdef01234567"

enum { ROWS = 12, COLS = 60, PATH_SIZE = 4096 };

static struct app app;
static struct canvas c;
static struct view_state state;
static char *folder; /* of the test's files: sentences, home, and cache of models */

static char *in_folder(const char *name)
{
    static char path[2 * PATH_SIZE];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* A usable model, whose files are the demo's, and one without any files. */
static void make_cache(void)
{
    static const char *const names[] = { "config.json", "model.safetensors", "vocab.json",
                                         "merges.txt" };
    static const char *const folders[] = { "models--a--good", "models--a--good/refs",
                                           "models--a--good/snapshots",
                                           ("models--a--good/snapshots/" COMMIT),
                                           "models--a--empty" };

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        ck_assert_int_eq(mkdir(in_folder(folders[i]), 0777), 0);
    text_put(folder, "models--a--good/refs/main", COMMIT);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char link[PATH_SIZE];
        char demo_file[PATH_SIZE];
        snprintf(link, sizeof link, "models--a--good/snapshots/" COMMIT "/%s", names[i]);
        snprintf(demo_file, sizeof demo_file, "demo/%s", names[i]);
        ck_assert_int_eq(symlink(fixture_path(demo_file), in_folder(link)), 0);
    }
}

static void wait_for_worker(void)
{
    app_take_news(&app);
    while (app.news.state != WORKER_IDLE) {
        struct pollfd bell = { worker_fd(app.worker), POLLIN, 0 };
        ck_assert_int_ge(poll(&bell, 1, -1), 0);
        app_take_news(&app);
    }
}

static void begin(const char *sentences)
{
    static char demo[PATH_SIZE];

    setlocale(LC_CTYPE, "C.UTF-8");
    folder = folder_new();
    make_cache();
    text_put(folder, "sentences.csv", sentences);
    snprintf(demo, sizeof demo, "%s", fixture_path("demo"));
    views_init(false);
    ck_assert_int_eq(app_init(&app, NULL), CT_OK);
    app.demo = demo;
    app.hub = (struct hub_env){ .home = folder, .hf_hub_cache = folder };
    params_set(&app.whole.params.model, demo, NULL);
    params_set(&app.whole.params.stimuli, in_folder("sentences.csv"), NULL);
    app.whole.params.threads = 1;
    ck_assert_int_eq(canvas_init(&c, ROWS, COLS, false, true, NULL), CT_OK);
    state = (struct view_state){ .at = 0 };
    app_run(&app, &stage_load);
    wait_for_worker();
}

static void end(void)
{
    canvas_clear(&c);
    app_clear(&app);
    folder_remove(folder);
}

static const struct view *find_view(const char *name)
{
    for (size_t i = 0; i < n_views; i++)
        if (strcmp(views[i].name, name) == 0)
            return &views[i];
    ck_abort_msg("no view %s", name);
    return NULL;
}

static const struct view *draw(const char *name, size_t cols)
{
    const struct view *const view = find_view(name);

    canvas_fill(&c, canvas_area(&c), ' ', INK_DEFAULT, INK_DEFAULT);
    view->ops->draw(&app, view, &state, &c, (struct rect){ 0, 0, ROWS, cols });
    return view;
}

/* The characters of a row that have all of attr, as ASCII; non-ASCII as '?'. */
static const char *row_text(size_t row, uint8_t attr)
{
    static char text[COLS + 1];
    size_t used = 0;

    for (size_t col = 0; col < COLS; col++) {
        const struct cell *const cell = &c.cells[row * COLS + col];
        if ((cell->attr & attr) == attr && cell->ch != 0)
            text[used++] = cell->ch < 0x7F ? (char)cell->ch : '?';
    }
    while (used > 0 && text[used - 1] == ' ')
        used--;
    text[used] = '\0';
    return text;
}

static size_t find_row(const char *part)
{
    for (size_t row = 0; row < ROWS; row++)
        if (strstr(row_text(row, 0), part) != NULL)
            return row;
    ck_abort_msg("'%s' is not on the screen", part);
    return ROWS;
}

/* ---- text that does not fit ---- */

START_TEST(text_is_truncated_where_it_is_least_informative)
{
    char out[MESSAGE_SIZE];

    setlocale(LC_CTYPE, "C.UTF-8");
    ck_assert_int_eq(canvas_init(&c, 2, 10, false, true, NULL), CT_OK);
    ck_assert_str_eq(fit_tail(&c, "abcdef", 3), "def");
    ck_assert_str_eq(fit_tail(&c, "abc", 3), "abc");
    ck_assert_str_eq(fit_tail(&c, "a\u65E5\u672C", 3), "\u672C"); /* two columns each */
    ck_assert_str_eq(fit_tail(&c, "abc", 0), "");
    ck_assert_uint_eq(fit_draw_tail(&c, 0, 0, 5, "/long/path", INK_DEFAULT, 0), 5);
    ck_assert_uint_eq(c.cells[0].ch, 0x2026);
    ck_assert_uint_eq(c.cells[4].ch, 'h');

    ck_assert_uint_eq(fit_line(&c, "one two three", 9), 8);
    ck_assert_uint_eq(fit_line(&c, "onetwothree", 4), 4);
    ck_assert_uint_eq(fit_line(&c, "one", 4), 3);
    ck_assert_uint_eq(fit_line(&c, "", 4), 0);
    ck_assert_uint_eq(fit_line(&c, "\u65E5\u672C", 1), 3); /* never zero */

    fit_message(&c, "/a/long/way/to.csv: row 2: bad; see /and/another/one", 44, out, sizeof out);
    ck_assert_str_eq(out, ".../to.csv: row 2: bad; see /and/another/one");
    fit_message(&c, "/a/long/way/to.csv: row 2: bad; see /and/another/one", 40, out, sizeof out);
    ck_assert_str_eq(out, ".../to.csv: row 2: bad; see .../one");
    fit_message(&c, "no path at all", 4, out, sizeof out);
    ck_assert_str_eq(out, "no path at all");
    canvas_clear(&c);
}
END_TEST

/* ---- the table of sentences ---- */

static const char sentences[] = "group,target,text\n"
                                "a, him,They saw him there.\n"
                                "b, her,The words before the target are so many that her is far.\n"
                                "\u65E5\u672C\u306E\u5973\u6027, her,Cafe\u0301 and her\u0301 "
                                "\u65E5\u672C.\n";

START_TEST(the_target_is_marked_and_visible)
{
    begin(sentences);
    ck_assert_ptr_nonnull(load_of(app.a));
    state.at = 0;
    app.sentence = 0;
    draw("sentences", COLS);
    const uint8_t mark = CELL_BOLD | CELL_UNDERLINE;
    for (size_t row = 1; row <= 2; row++)
        ck_assert_str_eq(row_text(row, mark), row == 1 ? " him" : " her");
    /* Later text has no influence. */
    const char *const text = row_text(1, 0);
    const size_t there = (size_t)(strstr(text, "there.") - text);
    ck_assert_uint_eq(c.cells[COLS + there].fg, INK_DIM);
    ck_assert_uint_ne(c.cells[COLS + there - 8].fg, INK_DIM);

    draw("sentences", 44);
    ck_assert_str_eq(row_text(2, mark), " her");
    ck_assert_ptr_null(strstr(row_text(2, 0), "The words"));
    end();
}
END_TEST

/* Columns stay aligned after a wide name; an accent over the target's last letter is drawn. */
START_TEST(wide_and_combining_characters_stay_aligned)
{
    begin(sentences);
    draw("sentences", COLS);
    const size_t row = 3;
    size_t cafe = 0;
    while (cafe < COLS && c.cells[row * COLS + cafe].ch != 'C')
        cafe++;
    size_t they = 0;
    while (they < COLS && c.cells[COLS + they].ch != 'T')
        they++;
    ck_assert_uint_eq(cafe, they);
    ck_assert_uint_eq(c.cells[row * COLS + cafe + 3].ch, 'e');
    ck_assert_uint_eq(c.cells[row * COLS + cafe + 3].mark, 0x301);
    ck_assert_uint_eq(c.cells[row * COLS + cafe + 11].ch, 'r');
    ck_assert_uint_eq(c.cells[row * COLS + cafe + 11].mark, 0x301);
    ck_assert_uint_eq(c.cells[row * COLS + cafe + 11].attr & CELL_UNDERLINE, CELL_UNDERLINE);
    end();
}
END_TEST

START_TEST(the_overview_shows_model_and_sentences)
{
    begin(sentences);
    draw("model and sentences", COLS);
    ck_assert_str_eq(row_text(0, 0), " model        demo");
    ck_assert_uint_eq(find_row("6 of width 64, 4 heads"), 2);
    find_row("F16, ");
    find_row("3 in 3 groups");
    const struct view *const view = find_view("model and sentences");
    ck_assert(view->ops->act(&app, view, &state, ACTION_LAST));
    draw("model and sentences", COLS);
    find_row("token 2 to "); /* the end, by scrolling */
    size_t sum = 0, longest = 0;
    char line[COLS];
    for (size_t i = 0; i < 3; i++) {
        const struct sentence *const s = &load_of(app.a)->sentences[i];
        sum += s->n_tokens;
        longest = s->n_tokens > load_of(app.a)->sentences[longest].n_tokens ? i : longest;
    }
    snprintf(line, sizeof line, "%zu, at most %zu (sentence %zu)", sum,
             load_of(app.a)->sentences[longest].n_tokens, longest);
    find_row(line);
    end();
}
END_TEST

/* ---- choosing ---- */

START_TEST(enter_chooses_a_model_then_loads_it)
{
    begin(sentences);
    const void *const before = load_of(app.a);
    const struct view *const view = draw("choose a model", COLS);
    ck_assert_ptr_nonnull(strstr(row_text(1, 0), "[x] demo"));
    const size_t row = find_row("[ ] a/good");
    ck_assert_uint_gt(find_row(" -  a/empty"), row);

    ck_assert(!view->ops->act(&app, view, &state, ACTION_RUN)); /* the demo is already loaded */
    ck_assert(view->ops->act(&app, view, &state, ACTION_STEP_DOWN));
    ck_assert(view->ops->act(&app, view, &state, ACTION_RUN));
    ck_assert_str_eq(app.whole.params.model, in_folder("models--a--good/snapshots/" COMMIT));
    ck_assert(analysis_is_stale(app.a, &stage_load));
    ck_assert_ptr_eq(load_of(app.a), before);
    ck_assert(!view->ops->act(&app, view, &state, ACTION_RUN)); /* now it is handled by the stage */
    ck_assert(view->ops->act(&app, view, &state, ACTION_STEP_DOWN));
    ck_assert(view->ops->act(&app, view, &state, ACTION_CHOOSE)); /* an unusable one */
    ck_assert_ptr_nonnull(strstr(app.message, "nothing of it has been downloaded"));
    ck_assert_str_eq(app.whole.params.model, in_folder("models--a--good/snapshots/" COMMIT));
    app_run(&app, &stage_load);
    wait_for_worker();
    ck_assert(!analysis_is_stale(app.a, &stage_load));
    end();
}
END_TEST

static const struct setting *find_setting(const char *name)
{
    return setting_find(name);
}

START_TEST(typed_text_is_checked_immediately)
{
    const struct setting *const model = find_setting("model");
    const struct setting *const stimuli = find_setting("stimuli");
    struct ct_error err;

    begin(sentences);
    ck_assert_int_eq(inputs_set(&app, model, "/not/there", &err), CT_EIO);
    ck_assert_str_eq(err.text, "/not/there: No such file or directory");
    ck_assert_int_eq(inputs_set(&app, model, "gpt2-xl", &err), CT_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "circuittui fetch"));
    ck_assert_int_eq(inputs_set(&app, stimuli, "~/not there.csv", &err), CT_EIO);
    ck_assert(!analysis_is_stale(app.a, &stage_load));

    ck_assert_int_eq(inputs_set(&app, model, "a/good", &err), CT_OK);
    ck_assert_str_eq(app.whole.params.model, in_folder("models--a--good/snapshots/" COMMIT));
    ck_assert_int_eq(inputs_set(&app, model, "", &err), CT_OK);
    ck_assert_str_eq(app.whole.params.model, app.demo);
    ck_assert_int_eq(inputs_set(&app, stimuli, "", &err), CT_OK);
    ck_assert_ptr_nonnull(strstr(app.whole.params.stimuli, "demo/stimuli.csv"));
    ck_assert_int_eq(inputs_set(&app, stimuli, "~/sentences.csv", &err), CT_OK);
    ck_assert_str_eq(app.whole.params.stimuli, in_folder("sentences.csv"));
    ck_assert(!analysis_is_stale(app.a, &stage_load));        /* everything is unchanged */
    params_set(&app.whole.params.activations, "a.csv", NULL); /* a model takes its place */
    ck_assert_int_eq(inputs_set(&app, model, "a/good", &err), CT_OK);
    ck_assert_ptr_null(app.whole.params.activations);
    end();
}
END_TEST

/* A model of the cache without a tokenizer, as long as another one is named. */
START_TEST(a_tokenizer_of_its_own_is_enough)
{
    static const char *const names[] = { "config.json", "model.safetensors" };
    static const char *const folders[] = { "models--a--bare", "models--a--bare/refs",
                                           "models--a--bare/snapshots",
                                           ("models--a--bare/snapshots/" COMMIT) };
    struct ct_error err;

    begin(sentences);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        ck_assert_int_eq(mkdir(in_folder(folders[i]), 0777), 0);
    text_put(folder, "models--a--bare/refs/main", COMMIT);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char link[PATH_SIZE];
        char demo_file[PATH_SIZE];
        snprintf(link, sizeof link, "models--a--bare/snapshots/" COMMIT "/%s", names[i]);
        snprintf(demo_file, sizeof demo_file, "demo/%s", names[i]);
        ck_assert_int_eq(symlink(fixture_path(demo_file), in_folder(link)), 0);
    }
    ck_assert_int_eq(inputs_set(&app, find_setting("model"), "a/bare", &err), CT_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "the tokenizer is missing"));
    params_set(&app.whole.params.tokenizer, app.demo, NULL);
    ck_assert_int_eq(inputs_set(&app, find_setting("model"), "a/bare", &err), CT_OK);
    end();
}
END_TEST

START_TEST(a_bad_row_keeps_existing_results)
{
    struct ct_error err;

    begin(sentences);
    const void *const before = load_of(app.a);
    text_put(folder, "bad.csv", "group,target,text\na, him,We saw him\nb, her,We saw nobody\n");
    ck_assert_int_eq(inputs_set(&app, find_setting("stimuli"), "~/bad.csv", &err), CT_OK);
    app_run(&app, &stage_load);
    wait_for_worker();
    ck_assert_ptr_eq(load_of(app.a), before);
    ck_assert_ptr_nonnull(strstr(app.message, "bad.csv: row 2 (line 3): "));
    ck_assert_uint_eq(load_of(app.a)->n_sentences, 3);
    draw("sentences", COLS);
    ck_assert_ptr_nonnull(strstr(row_text(1, 0), "They saw him there."));
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        text_is_truncated_where_it_is_least_informative,
        the_target_is_marked_and_visible,
        wide_and_combining_characters_stay_aligned,
        the_overview_shows_model_and_sentences,
        enter_chooses_a_model_then_loads_it,
        typed_text_is_checked_immediately,
        a_tokenizer_of_its_own_is_enough,
        a_bad_row_keeps_existing_results,
    };

    return RUN_TESTS("load_views", tests);
}
