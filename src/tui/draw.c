#include "config.h"
#include "tui/draw.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "pipeline/expect.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "plot/series.h"
#include "tui/fit.h"
#include "tui/prompt.h"
#include "tui/view.h"

enum { PANEL_COLS = 23, NEURON_ROWS = 5, LEAST_PARAMETERS = 8 /* rows of that pane */ };

void layout_make(struct layout *l, size_t rows, size_t cols, bool is_wide)
{
    const size_t body = rows - 2;
    const size_t left = is_wide ? 0 : PANEL_COLS;
    const size_t low = !is_wide && rows >= 22 ? NEURON_ROWS : 0;

    *l = (struct layout){
        .header = { 0, 0, 1, cols },
        .view = { 1, left, body - low, cols - left },
        .neuron = { 1 + body - low, left, low, cols - left },
        .footer = { rows - 1, 0, 1, cols },
    };
    if (!is_wide) {
        const size_t all = panel_count() + 2;
        const size_t room = body > LEAST_PARAMETERS + 10 ? body - LEAST_PARAMETERS : 10;
        const size_t rows_shown = all < room ? all : room;
        l->pipeline = (struct rect){ 1, 0, rows_shown, left };
        l->parameters = (struct rect){ 1 + rows_shown, 0, body - rows_shown, left };
    }
}

size_t panel_top(const struct app *app, const struct layout *l)
{
    const size_t rows = l->pipeline.rows - 2;
    const size_t at = panel_row(app->stage);

    return at >= rows ? at - rows + 1 : 0;
}

/* The settings of a stage include those of the stages without a title that are shown at it; hook
 * points are chosen in a view. Those that are rarely changed come last. */
const struct setting *stage_setting(const struct stage *stage, size_t i)
{
    for (int is_rare = 0; is_rare <= 1; is_rare++)
        for (size_t s = 0; s < n_stages; s++)
            for (size_t k = 0; stage_shown(stages[s]) == stage && k < stages[s]->n_settings; k++) {
                const struct setting *const setting = &stages[s]->settings[k];
                if (setting->kind != &kind_names && setting->is_rare == (is_rare != 0) && i-- == 0)
                    return setting;
            }
    return NULL;
}

/* ---- frames ---- */

struct frame_glyphs {
    uint32_t top_left, top_right, bottom_left, bottom_right, across, down;
};

static struct rect draw_frame(struct canvas *c, struct rect r, const char *title, bool is_active)
{
    static const struct frame_glyphs lines = { 0x250C, 0x2510, 0x2514, 0x2518, 0x2500, 0x2502 };
    static const struct frame_glyphs ascii = { '+', '+', '+', '+', '-', '|' };
    const struct frame_glyphs *const g = c->ascii ? &ascii : &lines;
    const ink color = is_active ? INK_ACCENT : INK_FRAME;

    if (r.rows < 2 || r.cols < 2)
        return (struct rect){ r.row, r.col, 0, 0 };
    const size_t bottom = r.row + r.rows - 1;
    const size_t right = r.col + r.cols - 1;
    for (size_t col = r.col; col <= right; col++) {
        canvas_put(c, r.row, col, g->across, color, INK_DEFAULT, 0);
        canvas_put(c, bottom, col, g->across, color, INK_DEFAULT, 0);
    }
    for (size_t row = r.row; row <= bottom; row++) {
        canvas_put(c, row, r.col, g->down, color, INK_DEFAULT, 0);
        canvas_put(c, row, right, g->down, color, INK_DEFAULT, 0);
    }
    canvas_put(c, r.row, r.col, g->top_left, color, INK_DEFAULT, 0);
    canvas_put(c, r.row, right, g->top_right, color, INK_DEFAULT, 0);
    canvas_put(c, bottom, r.col, g->bottom_left, color, INK_DEFAULT, 0);
    canvas_put(c, bottom, right, g->bottom_right, color, INK_DEFAULT, 0);
    if (title != NULL && r.cols > 6)
        canvas_printf(c, r.row, r.col + 2, r.cols - 4, is_active ? INK_ACCENT : INK_TITLE,
                      CELL_BOLD, " %s ", title);
    return (struct rect){ r.row + 1, r.col + 1, r.rows - 2, r.cols - 2 };
}

/* ---- panels ---- */

/* The last part of a path, or the name of a cached model without its organisation. */
static void short_name(const char *path, char *out, size_t size)
{
    hub_folder_name(path != NULL ? path : "", out, size);
    const char *const slash = strrchr(out, '/');
    if (slash != NULL)
        memmove(out, slash + 1, strlen(slash + 1) + 1);
}

static void draw_header(const struct app *app, struct canvas *c, struct rect r)
{
    const struct analysis *const a = app->a;
    size_t used = canvas_text(c, r.row, r.col + 1, r.cols, "circuittui", INK_ACCENT, CELL_BOLD) + 3;
    const size_t room = r.cols > 12 ? r.cols - 12 : 0;
    char name[256];

    short_name(a->params.activations != NULL ? a->params.activations : a->params.model, name,
               sizeof name);
    if (used < room)
        used += canvas_text(c, r.row, used, room - used, name, INK_DEFAULT, 0);
    if (used < room && extract_of(a) != NULL)
        used +=
            canvas_printf(c, r.row, used, room - used, INK_DEFAULT, 0, " | %s%s",
                          extract_of(a)->blocks[0].hook, extract_of(a)->n_blocks > 1 ? " ..." : "");
    for (size_t g = 0; load_of(a) != NULL && g < load_of(a)->n_groups && g < 4 && used < room; g++)
        used += canvas_printf(c, r.row, used, room - used, INK_DEFAULT, 0, "%s%s %zu",
                              g == 0 ? " | " : " / ", load_of(a)->group_names[g],
                              load_of(a)->group_starts[g + 1] - load_of(a)->group_starts[g]);
    char help[KEYS_TEXT_SIZE + 8];
    snprintf(help, sizeof help, "%s help", keymap_text(&app->keymap, ACTION_HELP).text);
    const size_t width = canvas_text_width(c, help);
    if (width < 30 && width + used + 2 < r.cols)
        canvas_text(c, r.row, r.cols - width - 1, width, help, INK_DIM, 0);
}

/* Done, stale, running, not computed: in ASCII, so that no terminal draws it two columns wide. */
static char stage_sign(const struct app *app, const struct stage *stage, ink *color)
{
    const bool is_stale = app_is_stale(app, stage_with_parts(stage));

    if (app_runs(app, stage)) {
        *color = INK_WARN;
        return '>';
    }
    if (!app_has(app, stage)) {
        *color = app->had[panel_row(stage)] ? INK_WARN : INK_DIM;
        return app->had[panel_row(stage)] ? '~' : '.';
    }
    *color = is_stale ? INK_WARN : INK_GOOD;
    return is_stale ? '~' : '*';
}

/* A summary of a stage in eight columns. */
static void stage_note(const struct app *app, const struct stage *stage, char out[NOTE_SIZE])
{
    const struct worker_news *const news = &app->news;

    out[0] = '\0';
    if (app_runs(app, stage) && news->total > 0)
        snprintf(out, NOTE_SIZE, "%.0f%%", 100.0 * (double)news->done / (double)news->total);
    else if (app_runs(app, stage))
        snprintf(out, NOTE_SIZE, "...");
    else if (stage->note != NULL && app_has(app, stage))
        stage->note(analysis_result(app_analysis(app, stage), stage), out);
}

static void draw_pipeline(const struct app *app, struct canvas *c, const struct layout *l)
{
    const struct rect in = draw_frame(c, l->pipeline, "Pipeline", app->pane == PANE_PIPELINE);
    const size_t top = panel_top(app, l);

    for (size_t i = top; i < panel_count() && i - top < in.rows; i++) {
        const struct stage *const stage = panel_stage(i);
        char note[NOTE_SIZE];
        ink color;
        const char sign = stage_sign(app, stage, &color);
        const bool is_here = stage == app->stage;
        const size_t row = in.row + i - top;

        stage_note(app, stage, note);
        canvas_printf(c, row, in.col, in.cols, color, CELL_BOLD, "%c%c", is_here ? '>' : ' ', sign);
        canvas_printf(c, row, in.col + 3, in.cols - 3, is_here ? INK_ACCENT : INK_DEFAULT,
                      is_here ? CELL_BOLD : 0, "%zu %-10s", i + 1, stage->title);
        const size_t width = strlen(note);
        if (width < in.cols)
            canvas_text(c, row, in.col + in.cols - width, width, note, color, 0);
    }
}

/* The value used while a parameter is not set. */
static void describe_unset(const struct app *app, const struct setting *setting, char *out,
                           size_t size)
{
    const struct load_result *const load = load_of(app->a);

    out[0] = '\0';
    if (setting->kind == &kind_pair && load != NULL && load->n_groups == 2)
        snprintf(out, size, "%s,%s", load->group_names[0], load->group_names[1]);
    else if (setting->kind == &kind_path)
        snprintf(out, size, "%s", strcmp(setting->name, "tokenizer") == 0 ? "model's" : "none");
}

static void draw_parameters(const struct app *app, struct canvas *c, struct rect r)
{
    const bool is_active = app->pane == PANE_PARAMETERS;
    const struct rect in = draw_frame(c, r, "Parameters", is_active);
    const size_t top = app->parameter >= in.rows && in.rows > 0 ? app->parameter - in.rows + 1 : 0;
    const bool has_none = stage_setting(app->stage, 0) == NULL;
    const struct setting *setting;

    for (size_t i = top; i - top < in.rows && (setting = stage_setting(app->stage, i)) != NULL;
         i++) {
        const bool is_here = is_active && i == app->parameter;
        const size_t name = strlen(setting->name) + 1;
        char value[PROMPT_SIZE];
        char shown[PROMPT_SIZE];

        setting->kind->format(setting, &app->whole.params, value, sizeof value);
        if (value[0] == '\0')
            describe_unset(app, setting, shown, sizeof shown);
        else if (setting->kind == &kind_path)
            short_name(value, shown, sizeof shown);
        else
            snprintf(shown, sizeof shown, "%s", value);
        const size_t width = canvas_text_width(c, shown);
        const size_t room = in.cols > name ? in.cols - name : 0;
        canvas_text(c, in.row + i - top, in.col, in.cols, setting->name,
                    is_here ? INK_ACCENT : INK_DEFAULT, is_here ? CELL_REVERSE : 0);
        canvas_text(c, in.row + i - top, in.col + in.cols - (width < room ? width : room), room,
                    shown, is_here ? INK_ACCENT : INK_DIM, 0);
    }
    if (has_none && in.rows > 0 && app->stage == &stage_hook)
        canvas_printf(c, in.row, in.col, in.cols, INK_DIM, 0, "%s chooses",
                      app_key(app, ACTION_CHOOSE).text);
    else if (has_none && in.rows > 0)
        canvas_text(c, in.row, in.col, in.cols, "none", INK_DIM, 0);
}

/* The sentence with the selected neuron's largest activation. */
static size_t strongest_sentence(const struct app *app)
{
    const struct matview *const X = &extract_of(app->a)->X;
    size_t best = 0;

    for (size_t i = 1; i < X->rows; i++)
        if (fabs(matview_get(X, i, app->neuron)) > fabs(matview_get(X, best, app->neuron)))
            best = i;
    return best;
}

static void describe_cluster(int32_t label, char *out, size_t size)
{
    if (label < 0)
        snprintf(out, size, "  noise");
    else
        snprintf(out, size, "  cluster %d", (int)label);
}

static void draw_numbers(const struct app *app, struct canvas *c, struct rect in)
{
    const struct ttest_stage *const t = ttest_of(app->a);
    char cluster[32] = "";
    size_t i;

    if (t == NULL)
        return;
    const struct ttest_result *const r = &t->neurons[app->neuron];
    if (clusters_of(app->a) != NULL && app_significant_index(app, app->neuron, &i))
        describe_cluster(clusters_of(app->a)->by[0].labels[i], cluster, sizeof cluster);
    canvas_printf(c, in.row, in.col, in.cols, INK_DEFAULT, 0,
                  "t %.2f  p %.2g%s%s  %s %.3g  %s %.3g", r->statistic, r->pvalue,
                  t->is_significant[app->neuron] ? " *" : "", cluster,
                  load_of(app->a)->group_names[contrast_of(app->a)->groups[0]], r->mean_a,
                  load_of(app->a)->group_names[contrast_of(app->a)->groups[1]], r->mean_b);
}

static void draw_spark(const struct app *app, struct canvas *c, struct rect in)
{
    enum { MOST = 512 };
    const struct load_result *const load = load_of(app->a);
    const size_t n = load->n_sentences < MOST ? load->n_sentences : MOST;
    double y[MOST];

    for (size_t k = 0; k < n; k++) /* if there are too many, the first ones represent all */
        y[k] = matview_get(&extract_of(app->a)->X, load->by_group[k * load->n_sentences / n],
                           app->neuron);
    const struct sparkline line = {
        .y = y,
        .n = n,
        .split = n > 0 && load->n_groups > 1 ? load->group_starts[1] * n / load->n_sentences : 0,
        .ink = INK_GROUP_A,
    };
    sparkline_draw(c, in.row + 1, in.col, in.cols, &line);
}

static void draw_neuron(const struct app *app, struct canvas *c, struct rect r)
{
    char title[100] = "Neuron";
    size_t index;

    if (app->has_neuron) {
        const char *const hook = neuron_hook(extract_of(app->a), app->neuron, &index);
        snprintf(title, sizeof title, "Neuron %.60s:%zu", hook, index);
    }
    const struct rect in = draw_frame(c, r, title, false);
    if (in.rows < 3)
        return;
    if (!app->has_neuron) {
        if (extract_of(app->a) != NULL)
            canvas_printf(c, in.row, in.col, in.cols, INK_DIM, 0,
                          "%s finds a neuron by number, %s selects a random one",
                          app_key(app, ACTION_FIND).text, app_key(app, ACTION_RANDOM_NEURON).text);
        return;
    }
    draw_numbers(app, c, in);
    draw_spark(app, c, in);
    const size_t best = strongest_sentence(app);
    const struct sentence *const s = &load_of(app->a)->sentences[best];
    canvas_printf(c, in.row + 2, in.col, in.cols, INK_DIM, 0, "%.4g  %.*s",
                  matview_get(&extract_of(app->a)->X, best, app->neuron),
                  s->text != NULL && s->size < 400 ? (int)s->size : 0,
                  s->text != NULL ? s->text : "");
}

/* ---- the view ---- */

/* `t-SNE 62 %, 3 s left, x cancels`. */
enum { TELL_FROM = 3 }; /* seconds from which an estimate is of interest */

static void progress_words(const struct app *app, char *out, size_t size)
{
    const struct worker_news *const news = &app->news;
    const struct key_text cancel = app_key(app, ACTION_CANCEL);
    const double part = news->total > 0 ? (double)news->done / (double)news->total : 0.0;

    if (!news->job.can_cancel)
        snprintf(out, size, "%s files, %.0f s", news->job.title, news->seconds);
    else if (news->canceling)
        snprintf(out, size, "cancelling %s", news->job.title);
    else if (part > 0.02)
        snprintf(out, size, "%s %.0f %%, %s left, %s cancels", news->job.title, 100.0 * part,
                 duration_of(news->seconds / part * (1.0 - part)).text, cancel.text);
    else if (news->expected >= TELL_FROM)
        snprintf(out, size, "%s, about %s, %s cancels", news->job.title,
                 duration_of(news->expected).text, cancel.text);
    else
        snprintf(out, size, "%s, %s, %s cancels", news->job.title, duration_of(news->seconds).text,
                 cancel.text);
}

static void draw_progress(const struct app *app, struct canvas *c, struct rect in)
{
    const struct worker_news *const news = &app->news;
    const double part = news->total > 0 ? (double)news->done / (double)news->total : 0.0;
    const size_t width = in.cols > 12 ? in.cols - 8 : in.cols;
    const size_t filled = (size_t)(part * (double)width);
    const size_t row = in.row + in.rows / 2;
    char words[120];

    progress_words(app, words, sizeof words);
    canvas_text(c, row - 1, in.col + 4, width, words, INK_DEFAULT, 0);
    for (size_t i = 0; i < width; i++)
        canvas_put(c, row, in.col + 4 + i, i < filled ? '#' : '.', INK_ACCENT, INK_DEFAULT, 0);
}

/* What the key computes, and how long that will take. */
static void draw_offer(const struct app *app, struct canvas *c, struct rect in,
                       const struct stage *stage)
{
    const double expected =
        analysis_expect(app_analysis(app, stage), stage_with_parts(stage_shown(stage)));
    char time[40] = "";

    if (expected >= TELL_FROM)
        snprintf(time, sizeof time, ", about %s", duration_of(expected).text);
    canvas_printf(c, in.row + in.rows / 2, in.col + 3, in.cols - 3, INK_DEFAULT, 0, "%s %s%s",
                  app_key(app, ACTION_RUN).text, stage->does, time);
}

static void draw_view(struct app *app, struct canvas *c, struct rect r)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    const bool runs = app_runs(app, view->stage);
    const bool is_stale =
        view->needs != NULL && app_has(app, view->needs) && app_is_stale(app, view->needs);
    char title[220];
    char stale[60];

    if (runs || app_is_due(app, view->needs))
        snprintf(stale, sizeof stale, ", being recomputed");
    else
        snprintf(stale, sizeof stale, ", stale: %s recomputes it",
                 app_key(app, ACTION_UPDATE).text);
    snprintf(title, sizeof title, "%s %zu/%zu%s", view->name, app->view[panel_row(app->stage)] + 1,
             view_count(app->stage), is_stale ? stale : "");
    const struct rect in = draw_frame(c, r, title, app->pane == PANE_VIEW);
    if (in.rows < 3 || in.cols < 10)
        return;
    const bool is_live =
        view_runs(app, view) && (view->ops == &live_view || view->ops == &report_view);
    if (view->needs == NULL || app_has(app, view->needs) || is_live)
        view->ops->draw(app, view, state, c, in);
    else if (runs || app_is_due(app, view->needs))
        draw_progress(app, c, in);
    else
        draw_offer(app, c, in, view->needs);
}

/* ---- last line and overlays ---- */

/* Draws a message whose last line is in this row; a long one takes up to three. */
static void draw_message(const struct app *app, struct canvas *c, size_t bottom, uint8_t attr)
{
    enum { MOST_LINES = 3 };
    char text[MESSAGE_SIZE];
    size_t lines[MOST_LINES];
    size_t n = 0;
    size_t at = 0;

    fit_message(c, app->message, (MOST_LINES - 1) * c->cols, text, sizeof text);
    while (n < MOST_LINES && n <= bottom && (lines[n] = fit_line(c, text + at, c->cols)) > 0)
        at += lines[n++];
    at = 0;
    for (size_t i = 0; i < n; i++) {
        const struct rect row = { bottom + 1 + i - n, 0, 1, c->cols };
        const int size =
            i + 1 < n ? (int)lines[i] : MESSAGE_SIZE; /* the rest, truncated if necessary */
        canvas_fill(c, row, ' ', INK_DEFAULT, INK_DEFAULT);
        canvas_printf(c, row.row, 0, row.cols, app->message_ink, attr, "%.*s", size, text + at);
        at += lines[i];
    }
}

static size_t count_actions(const struct view_key *key)
{
    size_t n = 0;

    while (n < sizeof key->actions / sizeof *key->actions && key->actions[n] != ACTION_NONE)
        n++;
    return n;
}

/* Draws `up/down move  space choose  `; returns the columns used. */
static size_t draw_hint_keys(const struct app *app, const struct view_key *keys, struct canvas *c,
                             struct rect r)
{
    size_t used = 0;

    for (; keys->what != NULL && used < r.cols; keys++) {
        const size_t n = count_actions(keys);
        const struct keys_text text = keymap_keys(&app->keymap, keys->actions, n, '/');
        const struct key_text first = app_key(app, keys->actions[0]);
        if (app->keymap.keys[keys->actions[0]][0] != 0)
            used +=
                canvas_printf(c, r.row, r.col + used, r.cols - used, INK_DIM, 0, "%s%s %s",
                              used > 0 ? "  " : "", n == 1 ? first.text : text.text, keys->what);
    }
    return used;
}

/* Draws the keys that are useful now. */
static void draw_hint(struct app *app, struct canvas *c, struct rect r)
{
#define ONE(action, what)                                                                          \
    {                                                                                              \
        { ACTION_##action }, NULL, what                                                            \
    }
#define TWO(one, two, what)                                                                        \
    {                                                                                              \
        { ACTION_##one, ACTION_##two }, NULL, what                                                 \
    }
    static const struct view_key of_panes[N_PANES][9] = {
        [PANE_PIPELINE] = { ONE(RUN, "run"), TWO(UP, DOWN, "stage"), ONE(NEXT_PANE, "pane"),
                            ONE(NEXT_VIEW, "view"), ONE(FIND, "find"), ONE(EXPORT, "export"),
                            ONE(CANCEL, "cancel"), ONE(QUIT, "quit") },
        [PANE_PARAMETERS] = { ONE(RUN, "edit"), TWO(LEFT, RIGHT, "change"),
                              TWO(UP, DOWN, "parameter"), ONE(NEXT_PANE, "pane"),
                              ONE(QUIT, "quit") },
        [PANE_VIEW] = { ONE(NEXT_VIEW, "view"), ONE(WIDE, "wide"), ONE(RUN, "run"),
                        ONE(NEXT_PANE, "pane"), ONE(PRINT, "print"), ONE(QUIT, "quit") },
    };
#undef ONE
#undef TWO
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    size_t used = 0;

    if (app->pane == PANE_VIEW)
        used = draw_hint_keys(app, view->ops->hint(view), c, r) + 2;
    if (used < r.cols)
        draw_hint_keys(app, of_panes[app->pane], c,
                       (struct rect){ r.row, r.col + used, 1, r.cols - used });
}

/* The hints beside what ends at column `width`, if that is short. */
static void draw_hint_beside(struct app *app, struct canvas *c, struct rect r, size_t width)
{
    enum { GAP = 3, WORTHWHILE = 20 };

    if (width + GAP + WORTHWHILE < r.cols)
        draw_hint(app, c, (struct rect){ r.row, width + GAP, 1, r.cols - width - GAP });
}

static void draw_message_and_hint(struct app *app, struct canvas *c, struct rect r)
{
    draw_message(app, c, r.row, 0);
    draw_hint_beside(app, c, r, canvas_text_width(c, app->message));
}

static void draw_running_and_hint(struct app *app, struct canvas *c, struct rect r)
{
    char words[120];

    progress_words(app, words, sizeof words);
    draw_hint_beside(app, c, r, canvas_text(c, r.row, 0, r.cols, words, INK_WARN, 0));
}

static void draw_footer(struct app *app, struct canvas *c, struct rect r)
{
    const struct prompt *const p = &app->prompt;

    if (app->mode == MODE_PROMPT)
        canvas_printf(c, r.row, 0, r.cols, INK_ACCENT, 0, "%s: %s", p->label, prompt_shown(p, c));
    else if (app->mode == MODE_CONFIRM)
        canvas_printf(c, r.row, 0, r.cols, INK_WARN, CELL_BOLD, "%s  y/n", app->question);
    else if (app->message[0] != '\0')
        draw_message_and_hint(app, c, r);
    else if (app->news.state == WORKER_RUNNING)
        draw_running_and_hint(app, c, r);
    else
        draw_hint(app, c, r);
    if (app->mode == MODE_PROMPT && app->message[0] != '\0' && r.row > 0)
        draw_message(app, c, r.row - 1, CELL_REVERSE);
}

enum { HELP_KEYS_COLS = 19 };

static void draw_key_row(struct canvas *c, struct rect in, size_t row, const char *keys,
                         const char *what)
{
    canvas_text(c, in.row + row, in.col + 1, HELP_KEYS_COLS - 1, keys, INK_ACCENT, 0);
    if (in.cols > HELP_KEYS_COLS + 1)
        canvas_text(c, in.row + row, in.col + 1 + HELP_KEYS_COLS, in.cols - HELP_KEYS_COLS - 1,
                    what, INK_DEFAULT, 0);
}

/* Lists the keys with the same meaning everywhere, from the table of actions. */
static size_t draw_global_keys(const struct app *app, struct canvas *c, struct rect in, size_t row)
{
    enum action all[N_ACTIONS];

    for (enum action a = ACTION_RUN; a < ACTION_HELP && row < in.rows; row++) {
        const char *const what = actions[a].what;
        size_t n = 0;
        while (a < ACTION_HELP && strcmp(actions[a].what, what) == 0)
            all[n++] = a++;
        draw_key_row(c, in, row, keymap_keys(&app->keymap, all, n, ' ').text, what);
    }
    return row;
}

static void draw_view_keys(const struct app *app, struct canvas *c, struct rect in, size_t row,
                           const struct view_key *keys)
{
    for (; keys->what != NULL && row < in.rows; keys++, row++) {
        const size_t n = count_actions(keys);
        struct keys_text text = { "" };
        if (n > 0)
            text = keymap_keys(&app->keymap, keys->actions, n, ' ');
        if (keys->mouse != NULL) {
            const size_t used = strlen(text.text);
            snprintf(text.text + used, sizeof text.text - used, "%s%s", n > 0 ? " " : "",
                     keys->mouse);
        }
        draw_key_row(c, in, row, text.text, keys->what);
    }
}

static void draw_help(struct app *app, struct canvas *c)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    const size_t cols = c->cols < 76 ? c->cols : 76;
    const size_t rows = c->rows < 22 ? c->rows : 22;
    const struct rect r = { (c->rows - rows) / 2, (c->cols - cols) / 2, rows, cols };

    canvas_fill(c, r, ' ', INK_DEFAULT, INK_DEFAULT);
    const struct rect in =
        draw_frame(c, r, "Keys; any key closes - stages: * computed ~ stale > runs . not yet",
                   true);
    size_t row = draw_global_keys(app, c, in, 0);
    if (row < in.rows)
        canvas_printf(c, in.row + row++, in.col + 1, in.cols, INK_TITLE, CELL_BOLD,
                      "In this view (%s)", view->name);
    draw_view_keys(app, c, in, row, view->ops->keys);
}

void draw_screen(struct app *app, struct canvas *c)
{
    struct layout l;

    if (c->rows < MIN_ROWS || c->cols < MIN_COLS) {
        canvas_printf(c, 0, 0, c->cols, INK_WARN, 0, "needs %d x %d, has %zu x %zu", MIN_COLS,
                      MIN_ROWS, c->cols, c->rows);
        return;
    }
    layout_make(&l, c->rows, c->cols, app->is_wide);
    draw_header(app, c, l.header);
    draw_view(app, c, l.view);
    if (l.pipeline.rows > 0)
        draw_pipeline(app, c, &l);
    if (l.parameters.rows > 2)
        draw_parameters(app, c, l.parameters);
    if (l.neuron.rows > 0)
        draw_neuron(app, c, l.neuron);
    draw_footer(app, c, l.footer);
    if (app->mode == MODE_HELP)
        draw_help(app, c);
}
