#include "config.h"
#include "tui/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/stage_load.h"
#include "tui/fit.h"
#include "tui/screen.h"
#include "tui/scroll.h"

/* What has been loaded, as lines of label and value. */

enum { MAX_FACTS = 64, LABEL_COLS = 12 };

struct fact {
    char label[LABEL_COLS]; /* empty: a continued line, or a gap */
    char value[600];
    ink ink;
    bool is_path; /* its end is the most important part */
};

struct facts {
    struct fact items[MAX_FACTS];
    size_t n;
};

__attribute__((format(printf, 4, 5))) static void add(struct facts *f, const char *label, ink color,
                                                      const char *format, ...)
{
    va_list args;

    if (f->n == MAX_FACTS)
        return;
    struct fact *const fact = &f->items[f->n++];
    snprintf(fact->label, sizeof fact->label, "%s", label);
    fact->ink = color;
    fact->is_path = false;
    va_start(args, format);
    vsnprintf(fact->value, sizeof fact->value, format, args);
    va_end(args);
}

/* A path may be longer than a value; its end is more informative. */
static void add_path(struct facts *f, const char *label, const char *path)
{
    const size_t size = strlen(path);

    add(f, label, INK_DEFAULT, "%s", path + (size > 590 ? size - 590 : 0));
    f->items[f->n - 1].is_path = true;
}

static void add_model(struct facts *f, const struct model *model)
{
    const struct model_config *const c = model_config(model);
    struct model_info info;
    char folder[4096] = "";
    char name[256];

    model_describe(model, &info);
    const char *const slash = info.n_files > 0 ? strrchr(info.files[0], '/') : NULL;
    if (slash != NULL)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - info.files[0]), info.files[0]);
    hub_folder_name(folder, name, sizeof name);
    add(f, "model", INK_ACCENT, "%s", name);
    add_path(f, "folder", folder);
    add(f, "layers", INK_DEFAULT, "%zu of width %zu, %zu heads", c->n_layers, c->hidden_size,
        c->n_heads);
    add(f, "MLP", INK_DEFAULT, "%zu neurons a layer, %s", c->intermediate_size,
        c->activation != ACTIVATION_UNKNOWN ? activation_name(c->activation) : c->activation_name);
    add(f, "positions", INK_DEFAULT, "%zu", c->n_positions);
    add(f, "vocabulary", INK_DEFAULT, "%zu tokens", c->vocab_size);
    add(f, "parameters", INK_DEFAULT, "%.4g M (%llu)", (double)info.n_parameters / 1e6,
        (unsigned long long)info.n_parameters);
    add(f, "weights", INK_DEFAULT, "%s, %.2f MB in %zu file%s", info.dtype,
        (double)info.file_bytes / 1e6, info.n_files, info.n_files == 1 ? "" : "s");
}

static void add_groups(struct facts *f, const struct load_result *load)
{
    add(f, "sentences", INK_DEFAULT, "%zu in %zu group%s", load->n_sentences, load->n_groups,
        load->n_groups == 1 ? "" : "s");
    for (size_t g = 0; g < load->n_groups; g++) {
        const size_t n = load->group_starts[g + 1] - load->group_starts[g];
        if (f->n + 6 > MAX_FACTS) {
            add(f, "", INK_DIM, "and %zu more groups", load->n_groups - g);
            return;
        }
        add(f, g == 0 ? "groups" : "",
            g == 0   ? INK_GROUP_A
            : g == 1 ? INK_GROUP_B
                     : INK_DEFAULT,
            "%6zu %.500s", n, load->group_names[g]);
    }
}

static void add_tokens(struct facts *f, const struct load_result *load)
{
    size_t sum = 0;
    size_t longest = 0;
    size_t first = SIZE_MAX;
    size_t last = 0;

    for (size_t i = 0; i < load->n_sentences; i++) {
        const struct sentence *const s = &load->sentences[i];
        sum += s->n_tokens;
        if (s->n_tokens > load->sentences[longest].n_tokens)
            longest = i;
        first = s->target < first ? s->target : first;
        last = s->target > last ? s->target : last;
    }
    add(f, "tokens", INK_DEFAULT, "%zu, at most %zu (sentence %zu)", sum,
        load->sentences[longest].n_tokens, longest);
    add(f, "target", INK_DEFAULT, "token %zu to %zu of a sentence", first, last);
}

static void collect(struct facts *f, const struct load_result *load)
{
    f->n = 0;
    if (load->model == NULL) {
        add_path(f, "activations", load->activations.name);
        add(f, "neurons", INK_DEFAULT, "%zu", load->activations.values.cols);
        add_groups(f, load);
        return;
    }
    add_model(f, load->model);
    add(f, "", INK_DEFAULT, "%s", "");
    add_path(f, "stimuli", load->stimuli.name);
    add_groups(f, load);
    if (load->n_sentences > 0)
        add_tokens(f, load);
}

static void overview_draw(struct app *app, const struct view *view, struct view_state *state,
                          struct canvas *c, struct rect area)
{
    static struct facts facts; /* only one thread draws; too large for the stack */

    (void)view;
    collect(&facts, load_of(app->a));
    state->rows_shown = area.rows;
    state->top = scroll_clamp(state->top, facts.n, area.rows);
    for (size_t i = 0; i < area.rows && state->top + i < facts.n; i++) {
        const struct fact *const fact = &facts.items[state->top + i];
        canvas_text(c, area.row + i, area.col + 1, LABEL_COLS, fact->label, INK_DIM, 0);
        if (area.cols > LABEL_COLS + 3)
            (fact->is_path ? fit_draw_tail
                           : canvas_text)(c, area.row + i, area.col + LABEL_COLS + 2,
                                          area.cols - LABEL_COLS - 3, fact->value, fact->ink, 0);
    }
}

const struct view_ops overview_view = { overview_draw, scroll_act, scroll_mouse, scroll_keys,
                                        scroll_hint };
