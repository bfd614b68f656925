#include "config.h"
#include "report/plots/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "pipeline/stage_cluster.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_ttest.h"
#include "report/plots/cluster_names.h"

/* The same for every model, so that plots can be compared; data well below it use their own
 * range. */
static const double GRAM_SCALE = 80.0;

static double scale_for(double largest, double usual)
{
    return largest > 0.0 && largest < usual ? largest : usual;
}

struct matrix_plot {
    const char *title;
    const size_t *order;         /* NULL: unsorted */
    const struct clustering *by; /* that order's clusters */
    bool is_cosine;
};

/* The largest entry of a Gram matrix is on its diagonal. */
static double largest_product(const struct space_stage *s)
{
    double largest = 0.0;

    for (size_t i = 0; i < s->points.rows; i++)
        largest = fmax(largest, s->norms[i] * s->norms[i]);
    return largest;
}

/* Inverse norm of each neuron, 0 for a zero norm; NULL: out of memory. */
static double *inverse_norms(const struct space_stage *s, const struct plot_target *target)
{
    double *const factors = plot_scratch(target, s->points.rows, sizeof *factors);

    for (size_t i = 0; factors != NULL && i < s->points.rows; i++)
        factors[i] = s->norms[i] > 0.0 ? 1.0 / s->norms[i] : 0.0;
    return factors;
}

static void mark_rows(const struct analysis *a, const struct plot_target *target,
                      const struct plot_request *request, const size_t *order,
                      const struct plot_view *view)
{
    const int32_t *const labels = marked_labels(a, &request->mark);
    const ink color = cluster_ink(request->mark.label);

    for (size_t k = 0; labels != NULL && k < ttest_of(a)->n_significant; k++)
        if (labels[order != NULL ? order[k] : k] == request->mark.label) {
            mark_column(target, view, (double)k, color);
            mark_row(target, view, (double)k, color);
        }
}

/* The places where the next cluster starts, and the clusters; all but a marked one are dimmed. */
static size_t find_groups(const struct matrix_plot *m, const struct cluster_mark *mark, size_t n,
                          size_t *breaks, struct heatmap_group *groups)
{
    const bool is_marked = mark->method == m->by->method;
    size_t n_breaks = 0;

    for (size_t k = 0; k < n; k++) {
        const int32_t label = m->by->labels[m->order[k]];
        if (k > 0 && label == groups[n_breaks].number)
            continue;
        if (k > 0)
            breaks[n_breaks++] = k;
        groups[n_breaks] =
            (struct heatmap_group){ label, is_marked && label != mark->label ? (ink)INK_DIM
                                                                             : cluster_ink(label) };
    }
    return n_breaks;
}

static void draw_matrix(const struct analysis *a, const struct plot_target *target,
                        const struct plot_request *request, const struct matrix_plot *m)
{
    const size_t n = ttest_of(a)->n_significant;

    if (n == 0) {
        show_words(target, m->title, "no significant neuron");
        return;
    }
    const double factor = request->scale > 0.0 ? request->scale : 1.0;
    const double scale =
        m->is_cosine ? 1.0 : factor * scale_for(largest_product(space_of(a)), GRAM_SCALE);
    size_t *const breaks = plot_scratch(target, n, sizeof *breaks);
    struct heatmap_group *const groups = plot_scratch(target, n, sizeof *groups);
    const bool has_groups = breaks != NULL && groups != NULL && m->by != NULL && m->order != NULL;
    const size_t n_breaks = has_groups ? find_groups(m, &request->mark, n, breaks, groups) : 0;
    const char *const label = has_groups ? "position, by cluster" : "position";
    struct cluster_names names = { .rows = NULL };
    double *const factors = m->is_cosine ? inverse_norms(space_of(a), target) : NULL;
    struct plot_view view = { 0 };
    if (has_groups)
        cluster_names_make(a, m->by, target, request, &names);
    const struct heatmap map = {
        .text = { .title = m->title, .x_label = label, .y_label = label },
        .data = mat_view(&space_of(a)->points),
        .products = true,
        .factors = factors,
        .row_order = m->order,
        .row_breaks = breaks,
        .n_row_breaks = n_breaks,
        .col_breaks = breaks,
        .n_col_breaks = n_breaks,
        .row_groups = has_groups ? groups : NULL,
        .groups_on_axes = true,
        .list = names.list,
        .vmin = -scale,
        .vmax = scale,
        .diverging = true,
        .bar_label = m->is_cosine ? "cosine" : "product",
        .lower = true,
        .window = request->window,
        .cache = request->cache,
        .version = request->version,
    };
    show_heatmap(target, &map, &view);
    if (!has_groups || m->by->method != request->mark.method)
        mark_rows(a, target, request, m->order, &view);
    if (request->view != NULL)
        *request->view = view;
    cluster_names_clear(&names);
    free(factors);
    free(groups);
    free(breaks);
}

void draw_gram(const struct analysis *a, const struct plot_target *target,
               const struct plot_request *request)
{
    char title[TITLE_SIZE];

    snprintf(title, sizeof title, "Gram matrix of the significant neurons%s", space_words(a));
    draw_matrix(a, target, request, &(struct matrix_plot){ .title = title });
}

static void draw_matrix_by(const struct cluster_method *method, const struct analysis *a,
                           const struct plot_target *target, const struct plot_request *request,
                           bool is_cosine)
{
    char title[TITLE_SIZE];

    snprintf(title, sizeof title, "%s%s, sorted by %s cluster",
             is_cosine ? "Cosine similarity" : "Gram matrix", space_words(a), method->title);
    draw_matrix(a, target, request,
                &(struct matrix_plot){ title, similarity_order(a, method), clustering_of(a, method),
                                       is_cosine });
}

void draw_gram_by(const struct cluster_method *method, const struct analysis *a,
                  const struct plot_target *target, const struct plot_request *request)
{
    draw_matrix_by(method, a, target, request, false);
}

void draw_cosine_by(const struct cluster_method *method, const struct analysis *a,
                    const struct plot_target *target, const struct plot_request *request)
{
    draw_matrix_by(method, a, target, request, true);
}

void draw_cosines(const struct analysis *a, const struct plot_target *target,
                  const struct plot_request *request)
{
    char title[TITLE_SIZE];
    const struct bars bars = {
        .text = { .title = title, .x_label = "cosine", .y_label = "entries" },
        .counts = similarity_of(a)->cosine_counts,
        .edges = similarity_of(a)->cosine_edges,
        .n_bins = COSINE_BINS,
        .ink = INK_CLUSTER_0,
    };

    snprintf(title, sizeof title, "All cosine similarities%s", space_words(a));
    if (ttest_of(a)->n_significant == 0)
        show_words(target, title, "no significant neuron");
    else
        show_bars(target, &bars, request->view);
}

size_t item_cosines(const struct analysis *a, size_t i, struct plot_item *item)
{
    const struct similarity_result *const s = similarity_of(a);

    if (ttest_of(a)->n_significant == 0)
        return 0;
    if (i < COSINE_BINS)
        item_of_bin(s->cosine_counts, s->cosine_edges, COSINE_BINS, i, "cosine", item);
    return COSINE_BINS;
}
