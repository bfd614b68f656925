/*
 * Sessions in the user interface without a terminal: after every key, the rows of the screen that
 * have changed, with their inks and attributes, compared with tests/golden/screen_film.txt.
 */
#include "config.h"
#include "golden_canvas.h"
#include "io_temp.h"
#include "support.h"

#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_tsne.h"
#include "report/tables.h"
#include "tui/draw.h"
#include "tui/follow.h"
#include "tui/keys.h"
#include "tui/run.h"
#include "tui/screen.h"
#include "tui/session.h"
#include "tui/views.h"

enum { MOST_ROWS = 60 };

struct film {
    struct app app;
    FILE *out;
    size_t rows, cols;
    bool ascii, color;
    char *shown[MOST_ROWS]; /* the last picture */
    char demo[4096], folder[4096];
    const void *tsne, *layers; /* the results that are made up already */
};

/* ---- pictures ---- */

/* `folder`, `demo` and seconds are different on every machine. */
static void clean(const struct film *f, char *text, size_t size)
{
    char out[MESSAGE_SIZE] = "";
    size_t n = 0;

    for (const char *at = text; *at != '\0' && n + 8 < sizeof out;) {
        if (strncmp(at, f->folder, strlen(f->folder)) == 0) {
            n += (size_t)snprintf(out + n, sizeof out - n, "$PWD");
            at += strlen(f->folder);
        } else if (strncmp(at, "done in ", 8) == 0) {
            n += (size_t)snprintf(out + n, sizeof out - n, "done in # s");
            at += strlen(at);
        } else {
            out[n++] = *at++;
            out[n] = '\0';
        }
    }
    snprintf(text, size, "%s", out);
}

/* Runs of cells: column, length, inks and attributes; of many only their number and a sum. */
static void add_styles(FILE *out, const struct cell *cells, size_t cols)
{
    enum { FEW = 6 };
    uint32_t sum = 2166136261U; /* FNV-1a */
    size_t n_runs = 0;

    for (int pass = 0; pass < 2; pass++)
        for (size_t j = 0, n; j < cols; j += n) {
            const struct cell *const at = &cells[j];
            const bool is_plain = at->fg == INK_DEFAULT && at->bg == INK_DEFAULT && at->attr == 0;
            n = 1;
            while (j + n < cols && at[n].fg == at->fg && at[n].bg == at->bg &&
                   at[n].attr == at->attr)
                n++;
            if (pass == 0) {
                const size_t parts[] = { j, n, at->fg, at->bg, at->attr };
                for (size_t k = 0; k < 5; k++)
                    sum = (sum ^ (uint32_t)parts[k]) * 16777619U;
                n_runs += !is_plain;
            } else if (n_runs <= FEW && !is_plain) {
                fprintf(out, " %zu+%zu:%d/%d/%d", j, n, at->fg, at->bg, at->attr);
            }
        }
    if (n_runs > FEW)
        fprintf(out, " %zu runs, %08x", n_runs, (unsigned)sum);
}

static char *row_picture(const struct canvas *c, size_t row)
{
    const struct cell *const cells = c->cells + row * c->cols;
    char *text = NULL;
    size_t size = 0, last = c->cols;
    FILE *const out = open_memstream(&text, &size);

    while (last > 0 && cells[last - 1].ch == ' ')
        last--;
    for (size_t j = 0; j < last; j++) {
        char bytes[4];
        if (cells[j].ch != 0)
            fwrite(bytes, 1, utf8_put(cells[j].ch, bytes), out);
        if (cells[j].mark != 0)
            fwrite(bytes, 1, utf8_put(cells[j].mark, bytes), out);
    }
    fputc('\n', out);
    add_styles(out, cells, c->cols);
    fclose(out);
    return text;
}

static void forget(struct film *f)
{
    for (size_t i = 0; i < MOST_ROWS; i++) {
        free(f->shown[i]);
        f->shown[i] = NULL;
    }
}

static void take_picture(struct film *f)
{
    struct canvas c = { 0 };

    clean(f, f->app.message, sizeof f->app.message);
    clean(f, f->app.question, sizeof f->app.question);
    ck_assert_int_eq(canvas_init(&c, f->rows, f->cols, f->ascii, f->color, NULL), CT_OK);
    draw_screen(&f->app, &c);
    for (size_t i = 0; i < f->rows; i++) {
        char *const text = row_picture(&c, i);
        if (f->shown[i] == NULL || strcmp(f->shown[i], text) != 0)
            fprintf(f->out, "%2zu|%s\n", i, text);
        free(f->shown[i]);
        f->shown[i] = text;
    }
    canvas_clear(&c);
}

/* ---- keys ---- */

/*
 * Where t-SNE ends depends on the last bits of its sums, and so on the compiler and the processor:
 * its result is replaced by a made one, a spiral, before anything is computed from it; and what
 * layers tell of theirs.
 */
static void make_up_results(struct film *f)
{
    struct tsne_stage *const t = (struct tsne_stage *)tsne_of(f->app.a);
    const struct layers_result *const layers = layers_of(f->app.a);

    if (t != NULL && t != f->tsne) {
        struct mat *const points = &t->result.embedding;
        ck_assert_msg(app_is_stale(&f->app, &stage_cluster), "clusters of a raw embedding");
        for (size_t i = 0; i < points->rows; i++) {
            mat_row(points, i)[0] = (double)(i % 7) * (double)i / 8.0 - 3.0;
            mat_row(points, i)[1] = (double)(i % 5) * 0.75 + (double)(i / 16);
        }
        t->result.kl_divergence = 0.5;
        t->n_kl = t->n_kl < 6 ? t->n_kl : 6;
        for (size_t k = 0; k < t->n_kl; k++) {
            t->kl_iter[k] = 50.0 * (double)(k + 1);
            t->kl[k] = 4.0 / (double)(k + 1);
        }
    }
    for (size_t l = 0; layers != NULL && layers != f->layers && l < layers->n_rows; l++)
        for (size_t m = 0; m < 2; m++)
            layers->rows[l].by[m] =
                (struct layer_clusters){ 2 + l + m, layers->rows[l].n_significant / 4, 0.25 };
    f->tsne = t;
    f->layers = layers;
}

static void wait_until_idle(struct film *f)
{
    app_take_news(&f->app);
    views_follow(&f->app);
    while (f->app.news.state != WORKER_IDLE) {
        struct pollfd bell = { worker_fd(f->app.worker), POLLIN, 0 };
        ck_assert_int_ge(poll(&bell, 1, -1), 0);
        app_take_news(&f->app);
        views_follow(&f->app);
    }
    make_up_results(f);
}

static uint32_t key_named(const char *name)
{
    static const struct {
        const char *name;
        uint32_t key;
    } names[] = { { "up", KEYCODE_UP },
                  { "down", KEYCODE_DOWN },
                  { "left", KEYCODE_LEFT },
                  { "right", KEYCODE_RIGHT },
                  { "home", KEYCODE_HOME },
                  { "end", KEYCODE_END },
                  { "pgup", KEYCODE_PAGE_UP },
                  { "pgdn", KEYCODE_PAGE_DOWN },
                  { "enter", KEYCODE_ENTER },
                  { "bs", KEYCODE_BACKSPACE },
                  { "del", KEYCODE_DELETE },
                  { "tab", KEYCODE_TAB },
                  { "backtab", KEYCODE_BACKTAB },
                  { "esc", KEYCODE_ESCAPE },
                  { "space", ' ' },
                  { "ctrl-a", 1 },
                  { "ctrl-c", 3 },
                  { "ctrl-e", 5 },
                  { "ctrl-u", 21 },
                  { "ctrl-l", 12 } };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].key;
    ck_assert_msg(name[1] == '\0', "no key %s", name);
    return (unsigned char)name[0];
}

static void press(struct film *f, uint32_t key)
{
    const struct event event = { .kind = EVENT_KEY, .key = key };

    keys_handle(&f->app, &event, f->rows, f->cols);
    wait_until_idle(f);
}

static void point(struct film *f, const char *word)
{
    struct event event = { .kind = EVENT_CLICK };

    if (sscanf(word, "click:%zu,%zu", &event.row, &event.col) != 2) {
        event.kind = EVENT_WHEEL;
        ck_assert_int_eq(sscanf(word, "wheel:%zu,%zu,%d", &event.row, &event.col, &event.wheel), 3);
    }
    keys_handle(&f->app, &event, f->rows, f->cols);
    wait_until_idle(f);
}

/* Words: keys, `type:TEXT`, `click:ROW,COL`, `wheel:ROW,COL,STEP`, `size:ROWS,COLS`, `ascii`. */
static void play(struct film *f, const char *script)
{
    char words[4000];
    char *rest = NULL;

    snprintf(words, sizeof words, "%s", script);
    for (char *word = strtok_r(words, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        if (strncmp(word, "type:", 5) == 0)
            for (const char *at = word + 5; *at != '\0'; at++)
                press(f, *at == '_' ? ' ' : (unsigned char)*at);
        else if (strncmp(word, "size:", 5) == 0 || strcmp(word, "ascii") == 0) {
            f->ascii = f->ascii || word[0] == 'a';
            f->color = f->color && word[0] == 's';
            (void)sscanf(word, "size:%zu,%zu", &f->rows, &f->cols);
            forget(f);
        } else if (strncmp(word, "click:", 6) == 0 || strncmp(word, "wheel:", 6) == 0)
            point(f, word);
        else
            press(f, key_named(word));
        fprintf(f->out, "==== %s%s\n", word, f->app.quit ? ", quits" : "");
        take_picture(f);
    }
}

static void begin(struct film *f, struct golden *g, const char *model, const char *stimuli,
                  const char *activations)
{
    struct params *p;

    *f = (struct film){ .rows = 24, .cols = 80, .color = true };
    if (g->stream == NULL)
        g->stream = open_memstream(&g->text, &g->size);
    ck_assert_ptr_nonnull(g->stream);
    f->out = g->stream;
    snprintf(f->demo, sizeof f->demo, "%s", fixture_path("demo"));
    snprintf(f->folder, sizeof f->folder, "%s", temp_folder());
    ck_assert_int_eq(chdir(f->folder), 0);
    ck_assert_int_eq(symlink(f->demo, "demo"), 0);
    views_init(false);
    ck_assert_int_eq(app_init(&f->app, NULL), CT_OK);
    p = &f->app.whole.params;
    f->app.demo = "demo";
    f->app.hub = (struct hub_env){ .home = f->folder, .hf_hub_cache = "cache" };
    f->app.formats = FORMAT_CSV;
    p->threads = 1;
    p->iterations = 250;
    p->shuffles = 0; /* their pictures, and those of clouds, depend on rounding */
    p->pictures = 0;
    params_set(&p->model, model, NULL);
    params_set(&p->stimuli, stimuli, NULL);
    params_set(&p->activations, activations, NULL);
}

static void end(struct film *f)
{
    forget(f);
    app_clear(&f->app);
}

/* ---- sessions ---- */

START_TEST(a_model_from_load_to_export)
{
    struct golden g = { 0 };
    struct film f;

    begin(&f, &g, "demo", "demo/stimuli.csv", NULL);
    app_run(&f.app, panel_stage(0));
    wait_until_idle(&f);
    play(&f,
         "? x enter enter enter enter enter enter v v V / type:12x enter bs enter n n N 1 v v v "
         "down down enter down enter up 2 v down down space space up end enter home 3 v v v v v v");
    play(
        &f,
        "4 v right right l h k j + + - 0 _ = s v down s s s pgdn end home 5 v v + right up esc 6 v "
        "down enter v v v v v enter esc 7 v v v v v v down s enter 8 v v v V V V 9 7");
    play(&f, "tab down right right left enter ctrl-u type:abc enter esc tab z v v z ctrl-l f esc "
             "e ctrl-u type:out enter e ctrl-u type:out enter y P ctrl-u type:screen.svg enter Q q "
             "n q y");
    end(&f);
    golden_compare(&g, "screen_film.txt");
}
END_TEST

START_TEST(filters_of_lists)
{
    struct golden g = { 0 };
    struct film f;

    begin(&f, &g, "demo", "demo/stimuli.csv", NULL);
    app_run(&f.app, panel_stage(0));
    wait_until_idle(&f);
    play(&f, "tab tab & type:the_!him up enter down end & ctrl-u type:zzz enter esc esc 2 & "
             "type:attn enter space space v 3 enter 4 enter v v & type:|t|>9 enter s n & bs enter "
             "& type:x>1 enter esc / type:99 enter esc");
    end(&f);
    golden_compare(&g, "screen_filters.txt");
}
END_TEST

/* What edits change depends on the last bits of sums: the film has pictures without numbers, or
 * with edits that change nothing. */
START_TEST(edits_of_neurons)
{
    struct golden g = { 0 };
    struct film f;

    begin(&f, &g, "demo", "demo/stimuli.csv", NULL);
    params_set(&f.app.whole.params.edit, "scale=1", NULL);
    app_run(&f.app, panel_stage(0));
    wait_until_idle(&f);
    play(&f, "E v a A U 3 enter A A E / type:12 enter a tab tab down s s end home a / type:40 "
             "enter a U U U y 4 enter n E a y U y v left V ? x");
    play(&f, "size:16,60 size:30,110 ascii a U size:24,80");
    end(&f);
    golden_compare(&g, "screen_edits.txt");
}
END_TEST

START_TEST(hook_points_one_by_one)
{
    struct golden g = { 0 };
    struct film f;

    begin(&f, &g, "demo", "demo/stimuli.csv", NULL);
    ck_assert_int_eq(params_add_hook(&f.app.whole.params, "h.[14].attn.c_proj", NULL), CT_OK);
    app_run(&f.app, panel_stage(0));
    wait_until_idle(&f);
    play(&f, "9 enter down 9 enter 5 enter 6 enter 7 enter 4 v v n up 9 v home enter tab tab "
             "size:16,60 V v v V V "
             "size:15,59 size:30,110 ascii 1 2 3 4 5 6 7 8 9");
    end(&f);
    golden_compare(&g, "screen_layers.txt");
}
END_TEST

START_TEST(activations_from_a_file)
{
    static const char acts[] = "group,a,b,c,d,e\nx,1,2,0,4,-1\nx,2,4,0,5,-2\nx,1.5,3,0,4.5,-1\n"
                               "y,3,1,0,1,7\ny,5,2,0,0.5,9\ny,4,1.5,0,2,8\n";
    struct golden g = { 0 };
    struct film f;

    temp_text("acts.csv", acts);
    temp_text("other.csv", acts);
    begin(&f, &g, NULL, NULL, "acts.csv");
    f.app.figures = "pictures";
    app_run(&f.app, panel_stage(0));
    wait_until_idle(&f);
    play(&f,
         "v v 5 enter 6 enter 7 enter 1 2 3 v v v 4 v v v v 5 6 v v v v 7 v v v v v tab click:4,3 "
         "click:3,40 "
         "wheel:8,40,1 wheel:8,40,-1 click:14,5 click:15,5");
    play(&f,
         "1 tab down down down enter ctrl-u type:absent enter bs bs ctrl-a right del ctrl-e left "
         "type:x home end tab ctrl-u type:oth tab enter ctrl-u type:demo/ tab tab enter esc esc "
         "backtab enter P enter enter r / type:a:0 enter / type:q:7 enter esc ctrl-c Q");
    play(
        &f,
        "4 tab right right enter ctrl-u type:0.5 enter down left left right enter type:x enter esc "
        "up enter ctrl-u type:7 enter esc tab enter 5 enter 6 enter tab right right right left "
        "down right "
        "down right right enter ctrl-u type:2 enter f esc n q y");
    end(&f);
    golden_compare(&g, "screen_activations.txt");
}
END_TEST

START_TEST(a_model_that_is_missing)
{
    struct golden g = { 0 };
    struct film f;

    begin(&f, &g, "nowhere", "demo/stimuli.csv", NULL);
    app_run(&f.app, panel_stage(0));
    wait_until_idle(&f);
    play(&f,
         "v v down enter enter 2 3 enter / e f P esc n r 4 5 6 7 8 z ? ? esc tab tab backtab 1 tab "
         "enter "
         "ctrl-u type:~/nothing enter ctrl-u type:some/name enter ctrl-u enter enter q");
    end(&f);
    golden_compare(&g, "screen_missing.txt");
}
END_TEST

START_TEST(an_interrupted_session_is_continued)
{
    struct golden g = { 0 };
    struct film f;

    temp_text("acts.csv", "group,a,b\nx,1,2\nx,2,4\nx,1.5,3\ny,3,1\ny,5,2\ny,4,1.5\n");
    begin(&f, &g, NULL, NULL, "acts.csv");
    f.app.sessions = "sessions";
    session_offer(&f.app);
    play(&f, "esc 4 enter");
    ck_assert_int_eq(session_save(&f.app, NULL), CT_OK);
    ck_assert_uint_eq(count_entries("sessions"), 1);
    ck_assert_int_eq(system("mv sessions/* sessions/cut-off-20260731-235959"), 0);
    ck_assert_int_eq(system(
                         "mkdir sessions/cut-off-20250731-235959 sessions/session-20270101-000000"),
                     0);
    end(&f);
    ck_assert_int_eq(unlink("demo"), 0);
    begin(&f, &g, NULL, NULL, "absent.csv");
    f.app.sessions = "sessions";
    session_offer(&f.app);
    play(&f, "y 5");
    ck_assert_int_eq(access("sessions/session-20260731-235959/manifest.json", F_OK), 0);
    session_offer(&f.app); /* the older one has no manifest */
    play(&f, "y");
    session_offer(&f.app);
    play(&f, "1");
    end(&f);
    golden_compare(&g, "screen_session.txt");
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("screen film");

    setenv("LC_ALL", "C.UTF-8", 1);
    setlocale(LC_ALL, "");
    tcase_add_checked_fixture(tcase, temp_begin, temp_end);
    tcase_add_test(tcase, a_model_from_load_to_export);
    tcase_add_test(tcase, edits_of_neurons);
    tcase_add_test(tcase, filters_of_lists);
    tcase_add_test(tcase, hook_points_one_by_one);
    tcase_add_test(tcase, activations_from_a_file);
    tcase_add_test(tcase, a_model_that_is_missing);
    tcase_add_test(tcase, an_interrupted_session_is_continued);
    return run_tcase("screen film", tcase);
}
