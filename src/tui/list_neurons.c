#include "config.h"
#include "tui/list_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/cluster_title.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"
#include "tui/view.h"

static void name_of(const struct app *app, size_t column, char *out, size_t size)
{
    size_t index;
    const char *const hook = neuron_hook(extract_of(app->a), column, &index);

    snprintf(out, size, "%.60s:%zu", hook, index);
}

int32_t list_cluster_of(const struct app *app, size_t column)
{
    const struct clustering *const c =
        clustering_of(app->a, app->mark.method != NULL ? app->mark.method : cluster_methods[0]);
    size_t i;

    return c != NULL && app_significant_index(app, column, &i) ? c->labels[i] : -1;
}

enum { SORT_T, SORT_P, SORT_NUMBER, SORT_SIGNED_T, SORT_CLUSTER, SORT_MEAN_A, SORT_MEAN_B };
static const char *const neuron_sorts[] = {
    "by |t|", "by p", "by number", "by t", "by cluster", "by the first mean", "by the second mean",
    NULL
};

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

size_t *list_sorted(const struct app *app, size_t n,
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

bool list_is_sorted(const struct app *app, const struct sorted *s, const void *of, size_t sort)
{
    return s->of == of && s->sort == sort && s->version == app->version;
}

void list_take_order(const struct app *app, struct sorted *s, const void *of, size_t sort,
                     size_t *order)
{
    free(s->order);
    *s = (struct sorted){ of, sort, app->version, order };
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

/* From the largest, as t of the first group's neurons is. */
static double signed_t(const struct app *app, size_t column)
{
    return -ttest_of(app->a)->neurons[column].statistic;
}

/* Noise, then what is not significant, last. */
static double cluster_key(const struct app *app, size_t column)
{
    const int32_t label = list_cluster_of(app, column);

    return label >= 0 ? (double)label : ttest_of(app->a)->is_significant[column] ? 1e9 : 2e9;
}

static double mean_a(const struct app *app, size_t column)
{
    return -ttest_of(app->a)->neurons[column].mean_a;
}

static double mean_b(const struct app *app, size_t column)
{
    return -ttest_of(app->a)->neurons[column].mean_b;
}

/* The columns in the requested order, cached until the t-test or the order changes. */
static const size_t *neuron_order(struct app *app, size_t sort)
{
    static double (*const values[])(const struct app *, size_t) = {
        [SORT_T] = weakness,          [SORT_P] = pvalue,
        [SORT_NUMBER] = number,       [SORT_SIGNED_T] = signed_t,
        [SORT_CLUSTER] = cluster_key, [SORT_MEAN_A] = mean_a,
        [SORT_MEAN_B] = mean_b,
    };
    const struct ttest_stage *const t = ttest_of(app->a);

    if (!list_is_sorted(app, &app->neurons, t, sort)) {
        size_t *const order = list_sorted(app, t->n_neurons, values[sort]);
        if (order != NULL)
            list_take_order(app, &app->neurons, t, sort, order);
    }
    return app->neurons.of == t ? app->neurons.order : NULL;
}

const size_t *lists_neuron_order(struct app *app)
{
    return neuron_order(app, app->neurons.of == ttest_of(app->a) ? app->neurons.sort : SORT_T);
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
    return app->mark.method != NULL && ttest_of(app->a)->is_significant[column] &&
           list_cluster_of(app, column) == app->mark.label;
}

void list_draw_neuron(struct app *app, size_t column, struct canvas *c, size_t row, size_t col,
                      size_t cols)
{
    const struct ttest_stage *const t = ttest_of(app->a);
    const struct ttest_result *const r = &t->neurons[column];
    const int32_t label = list_cluster_of(app, column);
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
    list_draw_neuron(app, neuron_order(app, state->sort)[i], c, row, col, cols);
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

void list_mean_words(const struct app *app, char *out, size_t size)
{
    enum { COLS = 8 };
    const struct contrast *const contrast = contrast_of(app->a);
    const char *const *const names = load_of(app->a)->group_names;

    snprintf(out, size, " %*.*s %*.*s  adjusted p", COLS, COLS,
             contrast != NULL ? names[contrast->groups[0]] : "mean a", COLS, COLS,
             contrast != NULL ? names[contrast->groups[1]] : "mean b");
}

void list_open_neuron(struct app *app, size_t column)
{
    app_select_neuron(app, column);
    app_go_to_view(app, &stage_ttest, CARD_VIEW);
}

static void open_neuron(struct app *app, size_t i)
{
    list_open_neuron(app, lists_neuron_order(app)[i]);
}

/* ---- searches and filters ---- */

/* The name of its cluster. */
static void neuron_title(const struct app *app, size_t column, char title[CLUSTER_TITLE_SIZE])
{
    const struct clustering *const c =
        clustering_of(app->a, app->mark.method != NULL ? app->mark.method : cluster_methods[0]);

    title[0] = '\0';
    if (c != NULL && cluster_titles_exist(app->a))
        cluster_title(app->a, c, list_cluster_of(app, column), title);
}

static void neuron_text(struct app *app, const struct view_state *state, size_t i, char *out,
                        size_t size)
{
    const size_t column = neuron_order(app, state->sort)[i];
    char name[80];
    char title[CLUSTER_TITLE_SIZE];

    name_of(app, column, name, sizeof name);
    const bool is_significant = ttest_of(app->a)->is_significant[column];
    const bool is_noise =
        is_significant && clusters_of(app->a) != NULL && list_cluster_of(app, column) < 0;
    neuron_title(app, column, title);
    snprintf(out, size, "%s%s%s %s", name, is_significant ? " *" : "", is_noise ? " noise" : "",
             title);
}

static const struct ttest_result *result_at(struct app *app, const struct view_state *state,
                                            size_t i)
{
    return &ttest_of(app->a)->neurons[neuron_order(app, state->sort)[i]];
}

static double filter_t(struct app *app, const struct view_state *state, size_t i)
{
    return result_at(app, state, i)->statistic;
}

static double filter_abs_t(struct app *app, const struct view_state *state, size_t i)
{
    return fabs(result_at(app, state, i)->statistic);
}

static double filter_p(struct app *app, const struct view_state *state, size_t i)
{
    return result_at(app, state, i)->pvalue;
}

static double filter_mean_a(struct app *app, const struct view_state *state, size_t i)
{
    return result_at(app, state, i)->mean_a;
}

static double filter_mean_b(struct app *app, const struct view_state *state, size_t i)
{
    return result_at(app, state, i)->mean_b;
}

/* -1 is noise; what is not significant is not compared with. */
static double filter_cluster(struct app *app, const struct view_state *state, size_t i)
{
    const size_t column = neuron_order(app, state->sort)[i];

    return clusters_of(app->a) != NULL && ttest_of(app->a)->is_significant[column]
               ? (double)list_cluster_of(app, column)
               : NAN;
}

static const struct list_value neuron_values[] = {
    { "t", filter_t },          { "|t|", filter_abs_t },
    { "p", filter_p },          { "cluster", filter_cluster },
    { "mean1", filter_mean_a }, { "mean2", filter_mean_b },
    { .name = NULL },
};

size_t list_depends_on_method(const struct app *app)
{
    return (size_t)(uintptr_t)app->mark.method;
}

static size_t neuron_at(struct app *app, const struct view_state *state, size_t i)
{
    return neuron_order(app, state->sort)[i];
}

/* As list_draw_neuron() lays the columns out; t again: with its sign, or without. */
static size_t sort_at(size_t sort, size_t col)
{
    static const struct {
        size_t end, sort;
    } columns[] = { { 18, SORT_NUMBER },  { 26, SORT_T },      { 36, SORT_P },
                    { 42, SORT_CLUSTER }, { 51, SORT_MEAN_A }, { 60, SORT_MEAN_B } };
    size_t i = 0;

    while (i + 1 < sizeof columns / sizeof *columns && col >= columns[i].end)
        i++;
    if (col >= columns[i].end) /* the adjusted p, or the number of the row */
        return SORT_P;
    return columns[i].sort == SORT_T && sort == SORT_T ? SORT_SIGNED_T : columns[i].sort;
}

const struct list neuron_list = {
    .sort_at = sort_at,
    .neuron = neuron_at,
    .text = neuron_text,
    .values = neuron_values,
    .depends = list_depends_on_method,
    .open = open_neuron,
    .header = " neuron                  t        p  clust",
    .more_words = list_mean_words,
    .count = count_neurons,
    .draw = draw_neuron,
    .select = select_neuron,
    .selected = selected_neuron,
    .sorts = neuron_sorts,
};
