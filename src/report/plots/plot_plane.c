#include "config.h"
#include "report/plots/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "num/tests/test.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "plot/palette.h"
#include "report/plots/cluster_names.h"
#include "report/plots/places.h"

/* ---- t-SNE ---- */

/* Fills in the points, the window and the selection, and draws. */
static void draw_plane(const struct analysis *a, const struct plot_target *target,
                       const struct plot_request *request, struct scatter *scatter)
{
    const struct mat *const points = &tsne_of(a)->result.embedding;

    if (points->rows == 0) {
        show_words(target, scatter->text.title, "no significant neuron");
        return;
    }
    scatter->x = points->data;
    scatter->y = points->data + 1;
    scatter->x_stride = 2;
    scatter->y_stride = 2;
    scatter->n = points->rows;
    scatter->equal_aspect = true;
    scatter->window = request->window;
    for (size_t i = 0; request->has_neuron && i < points->rows; i++)
        if (ttest_of(a)->significant[i] == request->neuron) {
            scatter->has_selected = true;
            scatter->selected = i;
            break;
        }
    show_scatter(target, scatter, request->view);
}

double largest_t(const struct ttest_stage *t)
{
    double largest = 0.0;

    for (size_t i = 0; i < t->n_significant; i++) {
        const double x = fabs(t->neurons[t->significant[i]].statistic);
        if (isfinite(x))
            largest = fmax(largest, x);
    }
    return largest > 0.0 ? largest : 1.0;
}

ink t_ink(double t, double largest)
{
    return palette_point_ink(t, -largest, largest);
}

void draw_tsne(const struct analysis *a, const struct plot_target *target,
               const struct plot_request *request)
{
    const struct ttest_stage *const t = ttest_of(a);
    const double scale = largest_t(t);
    const int32_t *const labels = marked_labels(a, &request->mark);
    ink *const inks = plot_scratch(target, t->n_significant, sizeof *inks);
    uint8_t *const markers = plot_scratch(target, t->n_significant, sizeof *markers);
    char title[TITLE_SIZE];

    if (inks == NULL || markers == NULL)
        goto done;
    for (size_t i = 0; i < t->n_significant; i++) {
        inks[i] = t_ink(t->neurons[t->significant[i]].statistic, scale);
        markers[i] = MARKER_VALUE;
        mark_point(labels, request, i, &inks[i], &markers[i]);
    }
    snprintf(title, sizeof title, "t-SNE of %zu neurons%s, perplexity %.3g, KL %.3f",
             t->n_significant, space_words(a), tsne_of(a)->perplexity,
             tsne_of(a)->result.kl_divergence);
    if (tsne_of(a)->perplexity == 0.0) /* nothing to embed */
        snprintf(title, sizeof title, "t-SNE of %zu neuron%s", t->n_significant,
                 t->n_significant == 1 ? "" : "s");
    struct scatter scatter = {
        .text = { .title = title },
        .inks = inks,
        .markers = markers,
        .bar = { true, true, -scale, scale, tests[a->params.test].statistic, true },
    };
    draw_plane(a, target, request, &scatter);
done:
    free(inks);
    free(markers);
}

/* Legend entries named as in the result files; none when there are more clusters than colours. */
struct cluster_legend {
    struct plot_legend entries[INK_N_CLUSTERS + 1];
    char names[INK_N_CLUSTERS][CLUSTER_NUMBER_SIZE];
};

static size_t fill_legend(const struct analysis *a, const struct clustering *c,
                          struct cluster_legend *legend)
{
    size_t n = 0;

    if (c->n_clusters > INK_N_CLUSTERS)
        return 0;
    for (; n < c->n_clusters; n++) {
        cluster_number(a, c, (int32_t)n, legend->names[n]);
        legend->entries[n] =
            (struct plot_legend){ legend->names[n], cluster_ink((int32_t)n), MARKER_CIRCLE };
    }
    if (c->n_noise > 0)
        legend->entries[n++] = (struct plot_legend){ c->method->has_noise ? "noise" : "none",
                                                     INK_NOISE, MARKER_NOISE };
    return n;
}

static void draw_labelled(const struct analysis *a, const struct plot_target *target,
                          const struct plot_request *request, const int32_t *labels,
                          struct scatter *scatter)
{
    const size_t n = ttest_of(a)->n_significant;
    const int32_t *const marked = marked_labels(a, &request->mark);
    ink *const inks = plot_scratch(target, n, sizeof *inks);
    uint8_t *const markers = plot_scratch(target, n, sizeof *markers);

    for (size_t i = 0; inks != NULL && markers != NULL && i < n; i++) {
        inks[i] = cluster_ink(labels[i]);
        markers[i] = cluster_marker(labels[i]);
        mark_point(marked, request, i, &inks[i], &markers[i]);
    }
    scatter->inks = inks;
    scatter->markers = markers;
    if (inks != NULL && markers != NULL)
        draw_plane(a, target, request, scatter);
    free(inks);
    free(markers);
}

/* Lines from each point to its cluster's centre; with too many to distinguish, from every second,
 * third and so on. */
static size_t list_lines(const struct analysis *a, const struct clustering *c,
                         const struct plot_target *target, const struct plot_request *request,
                         struct scatter_line **out)
{
    enum { MOST_LINES = 4000 };
    const struct mat *const points = &tsne_of(a)->result.embedding;
    const int32_t *const marked = marked_labels(a, &request->mark);
    const size_t step = points->rows / MOST_LINES + 1;
    const size_t n = c->centers.rows > 0 ? (points->rows + step - 1) / step : 0;
    struct scatter_line *const lines = n > 0 ? plot_scratch(target, n, sizeof *lines) : NULL;

    *out = lines;
    for (size_t k = 0; lines != NULL && k < n; k++) {
        const size_t i = k * step;
        const double *const point = mat_row(points, i);
        const double *const center = mat_row(&c->centers, (size_t)c->labels[i]);
        const bool steps_back = marked != NULL && marked[i] != request->mark.label;
        lines[k] = (struct scatter_line){ point[0], point[1], center[0], center[1],
                                          steps_back ? (ink)INK_DIM : cluster_ink(c->labels[i]) };
    }
    return lines != NULL ? n : 0;
}

enum { RING_LINES = 48 };

/* A circle of radius eps around the selected neuron: DBSCAN's neighbourhood. Returns the number of
 * lines; 0: no neuron of the picture is selected. */
static size_t draw_ring(const struct analysis *a, const struct plot_request *request,
                        struct scatter_line lines[RING_LINES])
{
    static const double turn = 6.283185307179586 / RING_LINES;
    const double eps = a->params.eps;
    size_t i;

    if (!request->has_neuron || !significant_place(a, request->neuron, &i))
        return 0;
    const double *const p = mat_row(&tsne_of(a)->result.embedding, i);
    for (size_t k = 0; k < RING_LINES; k++)
        lines[k] = (struct scatter_line){ p[0] + eps * cos((double)k * turn),
                                          p[1] + eps * sin((double)k * turn),
                                          p[0] + eps * cos((double)(k + 1) * turn),
                                          p[1] + eps * sin((double)(k + 1) * turn), INK_ACCENT };
    return RING_LINES;
}

void draw_clusters(const struct cluster_method *method, const struct analysis *a,
                   const struct plot_target *target, const struct plot_request *request)
{
    const struct clustering *const c = clustering_of(a, method);
    const struct mat *const centers = &c->centers;
    struct scatter_line *lines = NULL;
    const size_t n_lines = list_lines(a, c, target, request, &lines);
    char title[TITLE_SIZE];
    struct cluster_legend legend;
    struct cluster_names names;
    struct scatter_line ring[RING_LINES];
    const size_t n_ring = method == &method_dbscan ? draw_ring(a, request, ring) : 0;
    cluster_names_make(a, c, target, request, &names);
    struct scatter scatter = {
        .text = { .title = title,
                  .legend = legend.entries,
                  .n_legend = fill_legend(a, c, &legend),
                  .legend_on_page = true },
        .over_x = centers->data,
        .over_y = centers->rows > 0 ? centers->data + 1 : NULL,
        .over_stride = 2,
        .n_over = centers->rows,
        .lines = n_ring > 0 ? ring : lines,
        .n_lines = n_ring > 0 ? n_ring : n_lines,
        .labels = names.labels,
        .n_labels = names.n_labels,
        .list = names.list,
    };

    method->caption(c, &a->params, title, sizeof title);
    const size_t used = strlen(title);
    snprintf(title + used, sizeof title - used, "%s", space_words(a));
    draw_labelled(a, target, request, c->labels, &scatter);
    cluster_names_clear(&names);
    free(lines);
}

/* ---- curves ---- */

/* True where one descent ends and the next begins: a gap. */
static bool is_new_descent(const double *x, size_t i, size_t max_iter)
{
    return i > 0 && max_iter > 0 &&
           (size_t)(x[i] - 1.0) / max_iter != (size_t)(x[i - 1] - 1.0) / max_iter;
}

void kl_curve_draw(const struct plot_target *target, const struct plot_request *request,
                   const char *title, const double *x, const double *y, size_t n, size_t max_iter)
{
    double *const line = plot_scratch(target, n, 4 * sizeof *line);
    size_t k = 0;

    for (size_t i = 0; line != NULL && i < n; i++) {
        if (is_new_descent(x, i, max_iter)) {
            line[k] = x[i - 1];
            line[2 * n + k++] = NAN;
        }
        line[k] = x[i];
        line[2 * n + k++] = y[i];
    }
    const struct series series = {
        .text = { .title = title, .x_label = "iteration", .y_label = "KL divergence" },
        .x = line,
        .y = line != NULL ? line + 2 * n : NULL,
        .n = k,
        .style = SERIES_LINE,
        .ink = INK_CLUSTER_0,
        .window = request->window,
    };
    show_series(target, &series, request->view);
    free(line);
}

void draw_kl(const struct analysis *a, const struct plot_target *target,
             const struct plot_request *request)
{
    const struct tsne_stage *const t = tsne_of(a);
    char title[TITLE_SIZE];

    snprintf(title, sizeof title, "KL %.4f after %zu iterations%s", t->result.kl_divergence,
             t->result.n_iter,
             t->n_kl > 0 && t->kl_iter[t->n_kl - 1] > (double)t->max_iter ? ", best of several"
                                                                          : "");
    if (t->n_kl == 0)
        show_words(target, "KL divergence by iteration", "nothing was embedded");
    else
        kl_curve_draw(target, request, title, t->kl_iter, t->kl, t->n_kl, t->max_iter);
}

size_t item_kl(const struct analysis *a, size_t i, struct plot_item *item)
{
    const struct tsne_stage *const t = tsne_of(a);

    if (i < t->n_kl) {
        item->x = t->kl_iter[i];
        item->y = t->kl[i];
        snprintf(item->words, sizeof item->words, "iteration %.0f: KL %.6f", item->x, item->y);
    }
    return t->n_kl;
}

static const char *ordinal_end(size_t k)
{
    static const char *const ends[] = { "th", "st", "nd", "rd" };

    return k % 10 < 4 && k % 100 / 10 != 1 ? ends[k % 10] : ends[0];
}

void draw_k_distance(const struct analysis *a, const struct plot_target *target,
                     const struct plot_request *request)
{
    const struct clustering *const cluster = clustering_of(a, &method_dbscan);
    const size_t n = cluster->n_k_distance;
    struct plot_window window = request->window;
    char title[TITLE_SIZE];
    char eps[40];

    snprintf(title, sizeof title, "Distance of each neuron to its %zu%s neighbour%s, sorted",
             cluster->k, ordinal_end(cluster->k), space_words(a));
    if (n == 0) {
        show_words(target, "Sorted k-distances",
                   cluster->k == 0 ? "with min_samples 1 every point is a core point"
                                   : "fewer neurons than min_samples");
        return;
    }
    if (!(window.y0 < window.y1)) { /* eps is visible */
        window.y0 = 0.0;
        window.y1 = 1.05 * fmax(cluster->k_distance[n - 1], a->params.eps);
    }
    snprintf(eps, sizeof eps, "eps %g", a->params.eps);
    const struct plot_rule rule = {
        .at = a->params.eps, .across = true, .ink = INK_ACCENT, .label = eps
    };
    const struct series series = {
        .text = { .title = title, .x_label = "neurons, nearest first", .y_label = "distance" },
        .y = cluster->k_distance,
        .n = n,
        .style = SERIES_LINE,
        .ink = INK_CLUSTER_0,
        .rules = &rule,
        .n_rules = 1,
        .window = window,
    };
    show_series(target, &series, request->view);
}

size_t item_k_distance(const struct analysis *a, size_t i, struct plot_item *item)
{
    const struct clustering *const c = clustering_of(a, &method_dbscan);

    if (i < c->n_k_distance) {
        item->x = (double)i;
        item->y = c->k_distance[i];
        snprintf(item->words, sizeof item->words, "%zu of %zu neurons within %.6g", i + 1,
                 c->n_k_distance, item->y);
    }
    return c->n_k_distance;
}
