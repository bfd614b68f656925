#include "config.h"
#include "tui/eps_curve.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fnv.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_tsne.h"
#include "plot/series.h"
#include "report/plots/space.h"
#include "tui/aside.h"

bool plot_shows_eps(const struct plot *plot)
{
    return plot->stage == &stage_cluster &&
           (plot->method == &method_dbscan || plot->space == &space_curve);
}

/* What the curve depends on: the embedding, and min_samples. */
static uint64_t key_of(const struct app *app)
{
    const struct tsne_stage *const t = tsne_of(app->a);
    const struct mat *const points = &t->result.embedding;
    uint64_t key = fnv_add(FNV_START, &t, sizeof t);

    key = fnv_add(key, &t->result.kl_divergence, sizeof t->result.kl_divergence);
    key = fnv_add(key, &points->rows, sizeof points->rows);
    return fnv_add(key, &app->a->params.min_samples, sizeof app->a->params.min_samples);
}

/* ---- the job ---- */

static enum ct_status run(void *context, const struct analysis *a,
                          const struct analysis_watch *watch, struct ct_error *err)
{
    struct eps_curve *const e = context;
    const struct progress progress = aside_progress(watch);

    return eps_counts_find(&tsne_of(a)->result.embedding, a->params.min_samples, &progress,
                           &e->counts, err);
}

static void done(void *owner, void *context, enum ct_status status, const struct ct_error *err)
{
    struct eps_curve *const e = context;

    if (owner != NULL) /* the application is not shutting down */
        aside_end(owner, &e->aside, status, err);
}

bool eps_curve_follow(struct app *app)
{
    struct eps_curve *const e = &app->eps_curve;
    const struct job job = { .title = "Clusters by eps",
                             .can_cancel = true,
                             .gives_way = true,
                             .run = run,
                             .done = done,
                             .context = e };

    if (app->news.state != WORKER_IDLE || clusters_of(app->a) == NULL || tsne_of(app->a) == NULL ||
        aside_is_of(&e->aside, key_of(app)))
        return false;
    *e = (struct eps_curve){ 0 };
    return aside_start(app, &e->aside, key_of(app), &job);
}

/* ---- the row ---- */

/* Marks the column of eps, also where there are no clusters. */
static void mark_eps(struct canvas *c, size_t row, size_t col)
{
    struct cell *const cell = &c->cells[row * c->cols + col];

    cell->fg = INK_ACCENT;
    cell->attr |= CELL_BOLD;
    if (cell->ch == ' ')
        cell->ch = c->ascii ? '.' : 0x2581;
}

/* `clusters by eps 0.21 ..:|%:. 9.4  most 23 at 0.9` */
static void draw_curve(const struct app *app, const struct eps_counts *counts, struct canvas *c,
                       struct rect row)
{
    enum { LEAST_COLS = 12 };
    size_t best = 0;
    char before[40];
    char after[60];

    for (size_t i = 1; i < counts->n; i++)
        if (counts->n_clusters[i] > counts->n_clusters[best])
            best = i;
    snprintf(before, sizeof before, "clusters, eps %.2g ", counts->eps[0]);
    snprintf(after, sizeof after, " %.2g, most %.0f at %.2g", counts->eps[counts->n - 1],
             counts->n_clusters[best], counts->eps[best]);
    if (row.cols < strlen(before) + strlen(after) + LEAST_COLS)
        snprintf(after, sizeof after, " %.2g", counts->eps[counts->n - 1]);
    const size_t words = strlen(before) + strlen(after);
    if (row.cols < words + LEAST_COLS)
        return;
    const size_t cols = row.cols - words < N_EPS ? row.cols - words : N_EPS;
    const struct sparkline line = { .y = counts->n_clusters,
                                    .n = counts->n,
                                    .ink = INK_CLUSTER_0,
                                    .lo = 0.0,
                                    .hi = fmax(counts->n_clusters[best], 1.0) };
    const double place = eps_counts_place(counts, app->a->params.eps);
    size_t used = canvas_text(c, row.row, row.col, row.cols, before, INK_DIM, 0);
    sparkline_draw(c, row.row, row.col + used, cols, &line);
    mark_eps(c, row.row, row.col + used + (size_t)lround(place * (double)(cols - 1)));
    used += cols;
    canvas_text(c, row.row, row.col + used, row.cols - used, after, INK_DIM, 0);
}

void eps_curve_draw(const struct app *app, struct canvas *c, struct rect row)
{
    const struct eps_curve *const e = &app->eps_curve;
    const bool is_own = tsne_of(app->a) != NULL && aside_is_of(&e->aside, key_of(app));

    if (is_own && e->aside.state == ASIDE_DONE && e->counts.n > 0)
        draw_curve(app, &e->counts, c, row);
    else if (is_own && e->aside.state == ASIDE_RUNS)
        canvas_text(c, row.row, row.col, row.cols, "clusters by eps: being computed", INK_DIM, 0);
}
