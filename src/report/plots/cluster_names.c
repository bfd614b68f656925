#include "config.h"
#include "report/plots/cluster_names.h"

#include <stdio.h>
#include <stdlib.h>

#include "pipeline/stage_cluster.h"
#include "pipeline/stage_tsne.h"
#include "report/plots/parts.h"

enum { MOST_NAMES = 60 }; /* on the points */

void cluster_names_clear(struct cluster_names *names)
{
    free(names->labels);
    free(names->rows);
    free(names->texts);
}

void cluster_words(const struct analysis *a, struct cluster_mark mark, char out[CLUSTER_WORDS_SIZE])
{
    char number[CLUSTER_NUMBER_SIZE];

    cluster_number(a, clustering_of(a, mark.method), mark.label, number);
    if (mark.label < 0)
        snprintf(out, CLUSTER_WORDS_SIZE, "%.20s %s", mark.method->title,
                 mark.method->has_noise ? "noise" : "none");
    else
        snprintf(out, CLUSTER_WORDS_SIZE, "%.20s %s", mark.method->title, number);
}

/* The last row. */
static void add_noise(const struct clustering *c, bool is_marked, struct cluster_names *names)
{
    struct cluster_text *const text = &names->texts[c->n_clusters];

    snprintf(text->row, sizeof text->row, "%4s %5zu", c->method->has_noise ? "-" : "none",
             c->n_noise);
    names->rows[names->list.n++] =
        (struct list_row){ text->row, INK_NOISE, MARKER_NOISE, is_marked };
}

/* Name k is at the mean of the points of cluster k. */
static void place_names(const struct analysis *a, const struct clustering *c,
                        struct cluster_names *names)
{
    const struct mat *const points = &tsne_of(a)->result.embedding;

    for (size_t i = 0; i < points->rows; i++)
        if (c->labels[i] >= 0) {
            const struct cluster_row *const row = &c->rows[c->labels[i]];
            names->labels[c->labels[i]].x += mat_row(points, i)[0] / (double)row->size;
            names->labels[c->labels[i]].y += mat_row(points, i)[1] / (double)row->size;
        }
    names->n_labels = c->n_clusters <= MOST_NAMES ? c->n_clusters : 0;
}

void cluster_names_make(const struct analysis *a, const struct clustering *c,
                        const struct plot_target *target, const struct plot_request *request,
                        struct cluster_names *names)
{
    const bool is_marked = request->mark.method == c->method;
    const size_t n = c->n_clusters;

    *names = (struct cluster_names){ .labels = plot_scratch(target, n + 1, sizeof *names->labels),
                                     .rows = plot_scratch(target, n + 1, sizeof *names->rows),
                                     .texts = plot_scratch(target, n + 1, sizeof *names->texts) };
    if (c->rows == NULL || names->labels == NULL || names->rows == NULL || names->texts == NULL)
        return;
    for (size_t k = 0; k < n; k++) {
        struct cluster_text *const text = &names->texts[k];
        const ink color = cluster_ink((int32_t)k);
        char title[CLUSTER_TITLE_SIZE];
        cluster_title(a, c, (int32_t)k, title);
        cluster_number(a, c, (int32_t)k, text->name);
        snprintf(text->row, sizeof text->row, "%4zu %5zu %7.2f%s%s", k, c->rows[k].size,
                 c->rows[k].mean_t, title[0] != '\0' ? " " : "", title);
        names->labels[k] = (struct scatter_label){ 0.0, 0.0, text->name, color };
        names->rows[k] = (struct list_row){ text->row, color, cluster_marker((int32_t)k),
                                            is_marked && request->mark.label == (int32_t)k };
    }
    names->list = (struct row_list){ "   #  size  mean t", names->rows, n };
    place_names(a, c, names);
    if (c->n_noise > 0)
        add_noise(c, is_marked && request->mark.label < 0, names);
}
