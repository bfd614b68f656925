#include "config.h"
#include "tui/draw_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/cluster_title.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "plot/series.h"

/* The last part of a path, or the name of a cached model without its organisation. */
static void short_name(const char *path, char *out, size_t size)
{
    hub_folder_name(path != NULL ? path : "", out, size);
    const char *const slash = strrchr(out, '/');
    if (slash != NULL)
        memmove(out, slash + 1, strlen(slash + 1) + 1);
}

void draw_panel_header(const struct app *app, struct canvas *c, struct rect r)
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

/* The key that goes to a stage, if it is a character, or the stage's number. */
static struct key_text stage_key(const struct app *app, size_t row)
{
    struct key_text key = { "" };

    if (ACTION_STAGE_1 + row <= ACTION_STAGE_10)
        key = app_key(app, (enum action)(ACTION_STAGE_1 + row));
    if (strlen(key.text) != 1)
        snprintf(key.text, sizeof key.text, "%u", (unsigned)(row + 1) % 1000);
    return key;
}

void draw_panel_pipeline(const struct app *app, struct canvas *c, const struct layout *l)
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
                      is_here ? CELL_BOLD : 0, "%s %-10s", stage_key(app, i).text, stage->title);
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

void draw_panel_parameters(const struct app *app, struct canvas *c, struct rect r)
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

static void describe_cluster(const struct app *app, int32_t label, char *out, size_t size)
{
    char number[CLUSTER_NUMBER_SIZE];

    cluster_number(app->a, &clusters_of(app->a)->by[0], label, number);
    if (label < 0)
        snprintf(out, size, "  noise");
    else
        snprintf(out, size, "  cluster %s", number);
}

static void draw_numbers(const struct app *app, struct canvas *c, struct rect in)
{
    const struct ttest_stage *const t = ttest_of(app->a);
    char cluster[32 + CLUSTER_TITLE_SIZE] = "";
    size_t i;

    if (t == NULL)
        return;
    const struct ttest_result *const r = &t->neurons[app->neuron];
    if (clusters_of(app->a) != NULL && app_significant_index(app, app->neuron, &i))
        describe_cluster(app, clusters_of(app->a)->by[0].labels[i], cluster, sizeof cluster);
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

void draw_panel_neuron(const struct app *app, struct canvas *c, struct rect r)
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
