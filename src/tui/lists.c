#include "config.h"
#include "tui/lists.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_ttest.h"
#include "tui/fit.h"

/* Draws printf-formatted text in a row. */
#define PUT(c, row, col, cols, ink, ...)                                                           \
    canvas_printf((c), (row), (col), (cols), (ink), 0, __VA_ARGS__)

static void name_of(const struct app *app, size_t column, char *out, size_t size)
{
    size_t index;
    const char *const hook = neuron_hook(extract_of(app->a), column, &index);

    snprintf(out, size, "%.60s:%zu", hook, index);
}

/* The cluster of a neuron by the marked method, else by the first method. */
static int32_t cluster_of(const struct app *app, size_t column)
{
    const struct clustering *const c =
        clustering_of(app->a, app->mark.method != NULL ? app->mark.method : cluster_methods[0]);
    size_t i;

    return c != NULL && app_significant_index(app, column, &i) ? c->labels[i] : -1;
}

/* ---- sentences ---- */

static size_t count_sentences(struct app *app, const struct view_state *state)
{
    (void)state;
    return load_of(app->a)->n_sentences;
}

static ink group_ink(size_t group)
{
    return group == 0 ? INK_GROUP_A : group == 1 ? INK_GROUP_B : INK_DEFAULT;
}

/* Combining marks after a boundary belong to the character before it. */
static size_t past_marks(const struct sentence *s, size_t at)
{
    uint32_t ch;
    size_t size;

    while (at > 0 && (size = utf8_decode(s->text + at, s->size - at, &ch)) > 0 && ch >= 0x300 &&
           !text_is_control(ch) && text_width(ch) == 0)
        at += size;
    return at;
}

/* Draws the text with the target marked at its token boundaries; later text has no influence. If
 * the target does not fit, the beginning of the text is cut. */
static void draw_text(const struct sentence *s, struct canvas *c, size_t row, size_t col,
                      size_t cols)
{
    enum { AFTER_COLS = 8 }; /* columns kept for what follows */
    const size_t begin = past_marks(s, s->tokens[s->target_first].begin);
    const size_t end = past_marks(s, s->tokens[s->target].end);
    char *const before = ct_strndup(s->text, begin);
    char *const target = ct_strndup(s->text + begin, end > begin ? end - begin : 0);
    char *const after = ct_strndup(s->text + end, s->size - end);

    if (before != NULL && target != NULL && after != NULL) {
        const size_t width = canvas_text_width(c, after);
        const size_t rest =
            canvas_text_width(c, target) + (width < AFTER_COLS ? width : AFTER_COLS);
        size_t used =
            fit_draw_tail(c, row, col, cols > rest ? cols - rest : 0, before, INK_DEFAULT, 0);
        used += canvas_text(c, row, col + used, cols - used, target, INK_ACCENT,
                            CELL_BOLD | CELL_UNDERLINE);
        if (used < cols)
            canvas_text(c, row, col + used, cols - used, after, INK_DIM, 0);
    }
    free(before);
    free(target);
    free(after);
}

static void draw_sentence(struct app *app, const struct view_state *state, size_t i,
                          struct canvas *c, size_t row, size_t col, size_t cols)
{
    enum { GROUP_COLS = 8 };
    const struct sentence *const s = &load_of(app->a)->sentences[i];
    size_t used = PUT(c, row, col, cols, INK_DEFAULT, "%5zu ", i);

    (void)state;
    if (used + GROUP_COLS >= cols)
        return;
    canvas_text(c, row, col + used, GROUP_COLS, load_of(app->a)->group_names[s->group],
                group_ink(s->group), 0);
    used += GROUP_COLS;
    used += PUT(c, row, col + used, cols - used, INK_DEFAULT, " %4zu  ", s->target);
    if (s->text != NULL && used < cols)
        draw_text(s, c, row, col + used, cols - used);
}

static void select_sentence(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    app->sentence = i;
}

static size_t selected_sentence(struct app *app, const struct view_state *state)
{
    (void)state;
    return app->sentence;
}

const struct list sentence_list = {
    .header = "  row group    token  text",
    .count = count_sentences,
    .draw = draw_sentence,
    .select = select_sentence,
    .selected = selected_sentence,
};

/* ---- hook points ---- */

static size_t count_hooks(struct app *app, const struct view_state *state)
{
    (void)state;
    return app->n_hook_points;
}

static bool is_chosen(const struct app *app, const char *name)
{
    const struct hook_result *const hook = hook_of(app->a);

    if (app->whole.params.n_hooks > 0) {
        for (size_t i = 0; i < app->whole.params.n_hooks; i++)
            if (strcmp(app->whole.params.hooks[i], name) == 0)
                return true;
        if (analysis_is_stale(&app->whole, &stage_hook))
            return false;
    }
    for (size_t i = 0; hook != NULL && i < hook->n_hooks; i++)
        if (strcmp(hook->hooks[i].name, name) == 0)
            return true;
    return false;
}

static void draw_hook(struct app *app, const struct view_state *state, size_t i, struct canvas *c,
                      size_t row, size_t col, size_t cols)
{
    const struct hook_point *const hook = &app->hook_points[i];
    const bool is_inside = hook->is_in_block && hook->place != PLACE_BLOCK;
    const bool chosen = is_chosen(app, hook->name);

    (void)state;
    /* the names last: those of some families are long */
    PUT(c, row, col, cols, chosen ? INK_ACCENT : INK_DEFAULT, "%s %6zu  %s%s",
        chosen ? "[x]" : "[ ]", hook->width, is_inside ? "  " : "", hook->name);
}

static size_t first_chosen_hook(struct app *app)
{
    size_t i = 0;

    while (i < app->n_hook_points && !is_chosen(app, app->hook_points[i].name))
        i++;
    return i;
}

/* Replaces globs or defaults by the names of those that are wanted. */
static void choose_hooks(struct app *app, size_t i,
                         bool (*is_wanted)(const struct app *app, size_t k, size_t i))
{
    struct params chosen = { 0 };
    struct ct_error err = { 0 };
    enum ct_status status = CT_OK;

    for (size_t k = 0; k < app->n_hook_points && status == CT_OK; k++)
        if (is_wanted(app, k, i))
            status = params_add_hook(&chosen, app->hook_points[k].name, &err);
    if (status != CT_OK) {
        app_say(app, INK_BAD, "%s", err.text);
        params_clear(&chosen);
        return;
    }
    params_clear_hooks(&app->whole.params);
    app->whole.params.hooks = chosen.hooks; /* handed over */
    app->whole.params.n_hooks = chosen.n_hooks;
    app_say(app, INK_DEFAULT, "%zu hook point%s chosen; %s computes", chosen.n_hooks,
            chosen.n_hooks == 1 ? "" : "s", app_key(app, ACTION_RUN).text);
}

static bool is_toggled(const struct app *app, size_t k, size_t i)
{
    return is_chosen(app, app->hook_points[k].name) != (k == i);
}

static void toggle_hook(struct app *app, size_t i)
{
    choose_hooks(app, i, is_toggled);
}

static bool is_alike(const struct app *app, size_t k, size_t i)
{
    const struct hook_point *const one = &app->hook_points[k];
    const struct hook_point *const other = &app->hook_points[i];

    return k == i || (one->is_in_block && other->is_in_block && one->place == other->place);
}

static void choose_every_block(struct app *app, size_t i)
{
    choose_hooks(app, i, is_alike);
}

const struct list hook_list = {
    .header = "     width  hook point",
    .count = count_hooks,
    .draw = draw_hook,
    .start = first_chosen_hook,
    .act = toggle_hook,
    .act_help = "add or remove the hook point",
    .every = choose_every_block,
};

/* ---- neurons ---- */

enum { SORT_T, SORT_P, SORT_NUMBER };
static const char *const neuron_sorts[] = { "by |t|", "by p", "by number", NULL };

struct sortable {
    double value;
    size_t i;
};

/* By value, NaN last; ties by index. */
static int by_value(const void *a, const void *b)
{
    const struct sortable *const x = a;
    const struct sortable *const y = b;
    const bool x_is_nan = isnan(x->value);
    const bool y_is_nan = isnan(y->value);

    if (x_is_nan != y_is_nan)
        return x_is_nan ? 1 : -1;
    if (x->value < y->value || x->value > y->value)
        return x->value < y->value ? -1 : 1;
    return (x->i > y->i) - (x->i < y->i);
}

/* 0 .. n - 1 sorted by value; owned by the caller. NULL: out of memory. */
static size_t *sorted(const struct app *app, size_t n,
                      double (*value)(const struct app *app, size_t i))
{
    size_t *const order = ct_malloc_array(n, sizeof *order);
    struct sortable *const items = ct_malloc_array(n, sizeof *items);

    if (order == NULL || items == NULL) {
        free(order);
        free(items);
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        items[i] = (struct sortable){ value(app, i), i };
    qsort(items, n, sizeof *items, by_value);
    for (size_t i = 0; i < n; i++)
        order[i] = items[i].i;
    free(items);
    return order;
}

static double weakness(const struct app *app, size_t column)
{
    return -fabs(ttest_of(app->a)->neurons[column].statistic);
}

static double pvalue(const struct app *app, size_t column)
{
    return ttest_of(app->a)->neurons[column].pvalue;
}

static double number(const struct app *app, size_t column)
{
    (void)app;
    return (double)column;
}

/* The columns in the requested order, cached until the t-test or the order changes. */
static const size_t *neuron_order(struct app *app, size_t sort)
{
    static double (*const values[])(const struct app *, size_t) = {
        [SORT_T] = weakness, [SORT_P] = pvalue, [SORT_NUMBER] = number
    };
    const struct ttest_stage *const t = ttest_of(app->a);

    if (app->order_of == t && app->order_sort == sort)
        return app->order;
    size_t *const order = sorted(app, t->n_neurons, values[sort]);
    if (order != NULL) {
        free(app->order);
        app->order = order;
        app->order_of = t;
        app->order_sort = sort;
    }
    return app->order_of == t ? app->order : NULL;
}

const size_t *lists_neuron_order(struct app *app)
{
    return neuron_order(app, app->order_of == ttest_of(app->a) ? app->order_sort : SORT_T);
}

static size_t count_neurons(struct app *app, const struct view_state *state)
{
    return neuron_order(app, state->sort) != NULL ? ttest_of(app->a)->n_neurons : 0;
}

/* The name in `cols` columns: a long one is cut at the beginning, its number is kept. */
static void short_name(const struct app *app, size_t column, size_t cols, char out[80])
{
    char name[80];

    name_of(app, column, name, sizeof name);
    const size_t length = strlen(name);
    if (length <= cols)
        snprintf(out, 80, "%-*s", (int)cols, name);
    else
        snprintf(out, 80, "~%s", name + (length - cols + 1));
}

/* Whether the neuron is in the marked cluster. */
static bool is_marked(const struct app *app, size_t column)
{
    return app->mark.method != NULL && cluster_of(app, column) == app->mark.label;
}

static void draw_neuron_row(struct app *app, size_t column, struct canvas *c, size_t row,
                            size_t col, size_t cols)
{
    const struct ttest_stage *const t = ttest_of(app->a);
    const struct ttest_result *const r = &t->neurons[column];
    const int32_t label = cluster_of(app, column);
    const bool is_significant = t->is_significant[column];
    const bool steps_back =
        !is_significant || (app->mark.method != NULL && !is_marked(app, column));
    const ink color = steps_back                    ? (ink)INK_DIM
                      : clusters_of(app->a) != NULL ? cluster_ink(label)
                                                    : (ink)INK_DEFAULT;
    char name[80];
    char cluster[16] = "";

    short_name(app, column, 17, name);
    if (clusters_of(app->a) != NULL && is_significant)
        snprintf(cluster, sizeof cluster, label < 0 ? "noise" : "%d", (int)label);
    const size_t used =
        PUT(c, row, col, cols, color, "%c%s %7.2f %8.2g%c %5s", is_marked(app, column) ? '>' : ' ',
            name, r->statistic, r->pvalue, is_significant ? '*' : ' ', cluster);
    if (cols >= LIST_WIDE - 10) /* 10: a column to the left */
        PUT(c, row, col + used, cols - used, color, " %8.3f %8.3f  %.4g", r->mean_a, r->mean_b,
            t->p_adjusted[column]);
}

static void draw_neuron(struct app *app, const struct view_state *state, size_t i, struct canvas *c,
                        size_t row, size_t col, size_t cols)
{
    draw_neuron_row(app, neuron_order(app, state->sort)[i], c, row, col, cols);
}

static void select_neuron(struct app *app, const struct view_state *state, size_t i)
{
    app_select_neuron(app, neuron_order(app, state->sort)[i]);
}

static size_t selected_neuron(struct app *app, const struct view_state *state)
{
    const size_t *const order = neuron_order(app, state->sort);
    const size_t n = ttest_of(app->a)->n_neurons;

    for (size_t i = 0; app->has_neuron && i < n; i++)
        if (order[i] == app->neuron)
            return i;
    return n;
}

const struct list neuron_list = {
    .header = " neuron                  t        p  clust",
    .more = "   mean a   mean b  adjusted p",
    .count = count_neurons,
    .draw = draw_neuron,
    .select = select_neuron,
    .selected = selected_neuron,
    .sorts = neuron_sorts,
};

/* ---- clusters of each method ---- */

static struct cluster_mark cluster_at(const struct app *app, size_t i)
{
    const struct cluster_result *const c = clusters_of(app->a);
    size_t m = 0;

    while (i >= c->by[m].n_clusters)
        i -= c->by[m++].n_clusters;
    return (struct cluster_mark){ c->by[m].method, (int32_t)i };
}

static bool is_same_mark(struct cluster_mark x, struct cluster_mark y)
{
    return x.method == y.method && x.label == y.label;
}

static size_t count_clusters(struct app *app, const struct view_state *state)
{
    size_t n = 0;

    (void)state;
    for (size_t m = 0; m < clusters_of(app->a)->n; m++)
        n += clusters_of(app->a)->by[m].n_clusters;
    return n;
}

static void draw_cluster(struct app *app, const struct view_state *state, size_t i,
                         struct canvas *c, size_t row, size_t col, size_t cols)
{
    const struct cluster_mark at = cluster_at(app, i);
    const struct cluster_row *const r = &clustering_of(app->a, at.method)->rows[at.label];

    (void)state;
    PUT(c, row, col, cols, cluster_ink(at.label), "%c %-8s %7d %7zu %9.2f %9.2f",
        is_same_mark(app->mark, at) ? '>' : ' ', at.method->title, (int)at.label, r->size,
        r->mean_t, r->mean_abs_t);
}

/* Selects the strongest neuron of a cluster. */
static void select_strongest(struct app *app, struct cluster_mark at)
{
    const int32_t *const labels = clustering_of(app->a, at.method)->labels;
    const struct ttest_stage *const t = ttest_of(app->a);
    double strongest = -1.0;

    for (size_t k = 0; k < t->n_significant; k++) {
        const double abs_t = fabs(t->neurons[t->significant[k]].statistic);
        if (labels[k] == at.label && abs_t > strongest) {
            strongest = abs_t;
            app_select_neuron(app, t->significant[k]);
        }
    }
}

/* Marks the cluster in all views, or unmarks it. */
static void toggle_mark(struct app *app, struct cluster_mark at)
{
    app->mark = is_same_mark(app->mark, at) ? (struct cluster_mark){ NULL, 0 } : at;
}

static void choose_cluster(struct app *app, size_t i)
{
    toggle_mark(app, cluster_at(app, i));
    select_strongest(app, cluster_at(app, i));
}

void clusters_mark_own(struct app *app)
{
    const struct cluster_method *const method =
        app->mark.method != NULL ? app->mark.method : cluster_methods[0];

    if (clustering_of(app->a, method) == NULL)
        app_say(app, INK_WARN, "no clusters yet: %s in Cluster computes them",
                app_key(app, ACTION_RUN).text);
    else if (!app->has_neuron || cluster_of(app, app->neuron) < 0)
        app_say(app, INK_WARN, "the neuron is in no cluster of %s", method->title);
    else
        toggle_mark(app, (struct cluster_mark){ method, cluster_of(app, app->neuron) });
}

void clusters_step(struct app *app, int step)
{
    const struct view_state *const none = NULL;
    const size_t n = clusters_of(app->a) != NULL ? count_clusters(app, none) : 0;
    size_t at = step > 0 ? n - 1 : 0;

    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        if (is_same_mark(cluster_at(app, i), app->mark))
            at = i;
    at = (at + (step > 0 ? 1 : n - 1)) % n;
    app->mark = cluster_at(app, at);
    select_strongest(app, app->mark);
}

const struct list cluster_list = {
    .header = "  method   cluster    size    mean t  mean |t|",
    .count = count_clusters,
    .draw = draw_cluster,
    .act = choose_cluster,
    .act_help = "mark the cluster in every view, select its strongest neuron",
};

/* ---- the selected neuron's sentences and neighbours ---- */

/* Sorts a list for the selected neuron; cached until another is selected. */
static const size_t *ranked(struct app *app, struct ranking *ranking, const void *of, size_t n,
                            double (*value)(const struct app *app, size_t i))
{
    if (ranking->of == of && ranking->neuron == app->neuron && ranking->order != NULL)
        return ranking->order;
    free(ranking->order);
    *ranking = (struct ranking){ .of = of, .neuron = app->neuron, .order = sorted(app, n, value) };
    return ranking->order;
}

static double drive(const struct app *app, size_t sentence)
{
    return -fabs(matview_get(&extract_of(app->a)->X, sentence, app->neuron));
}

static const size_t *driver_order(struct app *app)
{
    return ranked(app, &app->drivers, extract_of(app->a), extract_of(app->a)->X.rows, drive);
}

static size_t count_drivers(struct app *app, const struct view_state *state)
{
    (void)state;
    return app->has_neuron && driver_order(app) != NULL ? extract_of(app->a)->X.rows : 0;
}

static void draw_driver(struct app *app, const struct view_state *state, size_t i, struct canvas *c,
                        size_t row, size_t col, size_t cols)
{
    const size_t sentence = driver_order(app)[i];
    const size_t used = PUT(c, row, col, cols, INK_DEFAULT, "%9.4f ",
                            matview_get(&extract_of(app->a)->X, sentence, app->neuron));

    if (used < cols)
        draw_sentence(app, state, sentence, c, row, col + used, cols - used);
}

static void select_driver(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    app->sentence = driver_order(app)[i];
}

const struct list driver_list = {
    .header = "    value   row group    token  text",
    .empty = "finds a neuron by number",
    .empty_action = ACTION_FIND,
    .count = count_drivers,
    .draw = draw_driver,
    .select = select_driver,
};

/* The neuron itself comes last, where the list does not reach. */
static double nearness(const struct app *app, size_t other)
{
    size_t i = 0;

    app_significant_index(app, app->neuron, &i);
    if (other == i)
        return NAN;
    return -row_cosine(&space_of(app->a)->points, space_of(app->a)->norms, i, other);
}

static const size_t *neighbour_order(struct app *app)
{
    return ranked(app, &app->neighbours, similarity_of(app->a), ttest_of(app->a)->n_significant,
                  nearness);
}

static size_t count_neighbours(struct app *app, const struct view_state *state)
{
    size_t i;

    (void)state;
    return app->has_neuron && app_significant_index(app, app->neuron, &i) &&
                   neighbour_order(app) != NULL
               ? ttest_of(app->a)->n_significant - 1
               : 0;
}

static void draw_neighbour(struct app *app, const struct view_state *state, size_t i,
                           struct canvas *c, size_t row, size_t col, size_t cols)
{
    const size_t other = neighbour_order(app)[i];
    const size_t used = PUT(c, row, col, cols, INK_DEFAULT, "%7.4f  ", -nearness(app, other));

    (void)state;
    if (used < cols)
        draw_neuron_row(app, ttest_of(app->a)->significant[other], c, row, col + used, cols - used);
}

static void go_to_neighbour(struct app *app, size_t i)
{
    app_select_neuron(app, ttest_of(app->a)->significant[neighbour_order(app)[i]]);
}

const struct list neighbour_list = {
    .header = " cosine   neuron                  t        p  clust",
    .more = "   mean a   mean b  adjusted p",
    .empty = "selects a significant neuron",
    .empty_action = ACTION_NEXT_SIGNIFICANT,
    .count = count_neighbours,
    .draw = draw_neighbour,
    .act = go_to_neighbour,
    .act_help = "select that neuron",
};
