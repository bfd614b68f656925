#include "config.h"
#include "tui/list_parts.h"

#include <math.h>
#include <stdio.h>

#include "pipeline/stage_cluster.h"
#include "pipeline/stage_ttest.h"
#include "report/plots/cluster_names.h"
#include "tui/run.h"
#include "tui/view.h"

/* Rows of a method: its clusters, then noise, if there is any. */
static size_t rows_of(const struct clustering *c)
{
    return c->n_clusters + (c->n_noise > 0);
}

static struct cluster_mark cluster_at(const struct app *app, size_t i)
{
    const struct cluster_result *const c = clusters_of(app->a);
    size_t m = 0;

    while (i >= rows_of(&c->by[m]))
        i -= rows_of(&c->by[m++]);
    return (struct cluster_mark){ c->by[m].method, i < c->by[m].n_clusters ? (int32_t)i : -1 };
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
        n += rows_of(&clusters_of(app->a)->by[m]);
    return n;
}

/* Of the neurons in no cluster. */
static struct cluster_row noise_row(const struct app *app, const struct clustering *c)
{
    const struct ttest_stage *const t = ttest_of(app->a);
    struct cluster_row row = { .size = c->n_noise };

    for (size_t i = 0; i < c->n; i++)
        if (c->labels[i] < 0) {
            const double statistic = t->neurons[t->significant[i]].statistic;
            row.mean_t += statistic / (double)c->n_noise;
            row.mean_abs_t += fabs(statistic) / (double)c->n_noise;
        }
    return row;
}

static struct cluster_row row_of(const struct app *app, struct cluster_mark at)
{
    const struct clustering *const c = clustering_of(app->a, at.method);

    return at.label < 0 ? noise_row(app, c) : c->rows[at.label];
}

static void draw_cluster(struct app *app, const struct view_state *state, size_t i,
                         struct canvas *c, size_t row, size_t col, size_t cols)
{
    const struct cluster_mark at = cluster_at(app, i);
    const struct cluster_row r = row_of(app, at);
    char number[16];
    char title[CLUSTER_TITLE_SIZE];

    (void)state;
    if (at.label >= 0)
        snprintf(number, sizeof number, "%d", (int)at.label);
    else
        snprintf(number, sizeof number, at.method->has_noise ? "noise" : "none");
    cluster_title(app->a, clustering_of(app->a, at.method), at.label, title);
    PUT(c, row, col, cols, cluster_ink(at.label), "%c %-8s %7s %7zu %9.2f %9.2f  %s",
        is_same_mark(app->mark, at) ? '>' : ' ', at.method->title, number, r.size, r.mean_t,
        r.mean_abs_t, title);
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
    else if (!app->has_neuron || list_cluster_of(app, app->neuron) < 0)
        app_say(app, INK_WARN, "the neuron is in no cluster of %s", method->title);
    else
        toggle_mark(app, (struct cluster_mark){ method, list_cluster_of(app, app->neuron) });
}

/* Noise is no cluster, and is marked in the table only. */
void clusters_step(struct app *app, int step)
{
    const struct view_state *const none = NULL;
    const size_t n = clusters_of(app->a) != NULL ? count_clusters(app, none) : 0;
    size_t at = step > 0 ? n - 1 : 0;

    for (size_t i = 0; i < n; i++)
        if (is_same_mark(cluster_at(app, i), app->mark))
            at = i;
    for (size_t k = 0; k < n; k++) {
        at = (at + (step > 0 ? 1 : n - 1)) % n;
        if (cluster_at(app, at).label < 0)
            continue;
        app->mark = cluster_at(app, at);
        select_strongest(app, app->mark);
        return;
    }
}

/* ---- names ---- */

static enum ct_status accept_name(struct app *app, const char *text, struct ct_error *err)
{
    const struct clustering *const c = clustering_of(app->a, app->naming.method);
    char cluster[CLUSTER_WORDS_SIZE];

    if (c == NULL || (size_t)app->naming.label >= c->n_clusters)
        return ct_fail(err, CT_EINVAL, "the clusters have changed meanwhile");
    const enum ct_status st = cluster_title_set(app->a, c, app->naming.label, text,
                                                &app->whole.params.cluster_names, err);
    if (st != CT_OK)
        return st;
    app_follow_params(app);
    app->version++; /* pictures and filters show names */
    app->unsaved = true;
    cluster_words(app->a, app->naming, cluster);
    app_say(app, INK_GOOD, "%s%s", cluster, *text == '\0' ? " has no name" : "");
    return CT_OK;
}

static struct cluster_mark cluster_to_name(struct app *app)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    const struct cluster_method *const method = cluster_methods[0];

    if (view->what == &cluster_list && state->at < count_clusters(app, state))
        return cluster_at(app, state->at);
    if (app->mark.method != NULL)
        return app->mark;
    return (struct cluster_mark){ method,
                                  app->has_neuron ? list_cluster_of(app, app->neuron) : -1 };
}

void clusters_name(struct app *app)
{
    char title[CLUSTER_TITLE_SIZE];

    if (clusters_of(app->a) == NULL) {
        app_say(app, INK_WARN, "no clusters yet: %s in Cluster computes them",
                app_key(app, ACTION_RUN).text);
        return;
    }
    app->naming = cluster_to_name(app);
    if (app->naming.label < 0) {
        app_say(app, INK_WARN, "no cluster is selected: noise has no name");
        return;
    }
    const struct clustering *const c = clustering_of(app->a, app->naming.method);
    cluster_title(app->a, c, app->naming.label, title);
    app_prompt(app, "name of the cluster", title, 0, accept_name);
    snprintf(app->prompt.note, sizeof app->prompt.note, "%.20s %d, %zu neurons", c->method->title,
             (int)app->naming.label, c->rows[app->naming.label].size);
}

/* Marks the cluster and shows it in the picture. */
static void open_cluster(struct app *app, size_t i)
{
    const struct cluster_mark at = cluster_at(app, i);

    app->mark = at;
    select_strongest(app, at);
    app_go_to_view(app, &stage_cluster, at.method->title);
}

static double filter_cluster(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    return (double)cluster_at(app, i).label;
}

static double filter_size(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    return (double)row_of(app, cluster_at(app, i)).size;
}

static double filter_t(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    return row_of(app, cluster_at(app, i)).mean_t;
}

static double filter_abs_t(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    return row_of(app, cluster_at(app, i)).mean_abs_t;
}

static const struct list_value cluster_values[] = {
    { "cluster", filter_cluster }, { "size", filter_size }, { "t", filter_t },
    { "|t|", filter_abs_t },       { .name = NULL },
};

const struct list cluster_list = {
    .values = cluster_values,
    .open = open_cluster,
    .header = "  method   cluster    size    mean t  mean |t|",
    .count = count_clusters,
    .draw = draw_cluster,
    .act = choose_cluster,
    .act_help = "mark the cluster in every view, select its strongest neuron",
};
