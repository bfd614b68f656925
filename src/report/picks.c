#include "config.h"
#include "report/picks.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "num/linear/similarity.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "report/plot_parts.h"

/* ---- places along an axis ---- */

/* The entry of n that x = k .. k + 1 (cells) or k - 0.5 .. k + 0.5 (points) means. */
static bool entry_at(double x, size_t n, bool is_cell, size_t *k)
{
    const double at = floor(is_cell ? x : x + 0.5);

    if (!(at >= 0.0) || at >= (double)n)
        return false;
    *k = (size_t)at;
    return true;
}

/* The place of value in order [n] (NULL: itself). */
static bool place_of(size_t value, const size_t *order, size_t n, size_t *place)
{
    if (order == NULL) {
        *place = value;
        return value < n;
    }
    for (size_t k = 0; k < n; k++)
        if (order[k] == value) {
            *place = k;
            return true;
        }
    return false;
}

static bool significant_place(const struct analysis *a, size_t neuron, size_t *k)
{
    return place_of(neuron, ttest_of(a)->significant, ttest_of(a)->n_significant, k);
}

static const size_t *matrix_order(const struct plot *plot, const struct analysis *a)
{
    return plot->order != NULL ? plot->order(a) : NULL;
}

/* The neuron at a place of a matrix. */
static size_t matrix_neuron(const struct plot *plot, const struct analysis *a, size_t place)
{
    const size_t *const order = matrix_order(plot, a);

    return ttest_of(a)->significant[order != NULL ? order[place] : place];
}

static bool matrix_place(const struct plot *plot, const struct analysis *a, size_t neuron,
                         size_t *place)
{
    size_t k;

    return significant_place(a, neuron, &k) &&
           place_of(k, matrix_order(plot, a), ttest_of(a)->n_significant, place);
}

/* ---- picking ---- */

static bool pick_sentence(const struct analysis *a, double y, bool is_cell, struct pick *pick)
{
    size_t k;

    if (!entry_at(y, load_of(a)->n_sentences, is_cell, &k))
        return false;
    pick->has_sentence = true;
    pick->sentence = load_of(a)->by_group[k];
    return true;
}

static bool pick_neuron(const struct analysis *a, double x, bool is_cell, struct pick *pick)
{
    pick->has_neuron = entry_at(x, extract_of(a)->X.cols, is_cell, &pick->neuron);
    return pick->has_neuron;
}

/* Points that are neurons: t-SNE's picture, or the volcano. */
struct cloud {
    const struct analysis *a;
    bool is_volcano;
    double ceiling;        /* of the volcano */
    double x_unit, y_unit; /* what counts as equally far */
    size_t n;
};

static size_t cloud_neuron(const struct cloud *cloud, size_t i)
{
    return cloud->is_volcano ? i : ttest_of(cloud->a)->significant[i];
}

static bool cloud_point(const struct cloud *cloud, size_t i, double *x, double *y)
{
    if (cloud->is_volcano)
        return volcano_point(cloud->a, i, cloud->ceiling, x, y);
    *x = mat_row(&tsne_of(cloud->a)->result.embedding, i)[0];
    *y = mat_row(&tsne_of(cloud->a)->result.embedding, i)[1];
    return true;
}

static struct cloud cloud_make(const struct plot *plot, const struct analysis *a)
{
    struct cloud cloud = { .a = a, .x_unit = 1.0, .y_unit = 1.0 };
    double widest = 0.0;
    double x;
    double y;

    cloud.is_volcano = plot->space == SPACE_VOLCANO;
    cloud.n = cloud.is_volcano ? ttest_of(a)->n_neurons : tsne_of(a)->result.embedding.rows;
    if (!cloud.is_volcano)
        return cloud;
    cloud.ceiling = volcano_ceiling(a);
    for (size_t i = 0; i < cloud.n; i++)
        if (cloud_point(&cloud, i, &x, &y))
            widest = fmax(widest, fabs(x));
    cloud.x_unit = widest > 0.0 ? widest : 1.0;
    cloud.y_unit = cloud.ceiling;
    return cloud;
}

static bool pick_point(const struct plot *plot, const struct analysis *a, double x, double y,
                       struct pick *pick)
{
    const struct cloud cloud = cloud_make(plot, a);
    double nearest = INFINITY;
    double px;
    double py;

    for (size_t i = 0; i < cloud.n; i++) {
        if (!cloud_point(&cloud, i, &px, &py))
            continue;
        const double dx = (px - x) / cloud.x_unit;
        const double dy = (py - y) / cloud.y_unit;
        if (dx * dx + dy * dy < nearest) {
            nearest = dx * dx + dy * dy;
            pick->neuron = cloud_neuron(&cloud, i);
        }
    }
    pick->has_neuron = isfinite(nearest);
    return pick->has_neuron;
}

/* The item nearest to x; they ascend. */
static bool pick_item(const struct plot *plot, const struct analysis *a, double x,
                      struct pick *pick)
{
    struct plot_item item;
    size_t low = 0;
    size_t high = plot->item(a, SIZE_MAX, &item);

    if (high == 0)
        return false;
    while (high - low > 1) { /* low: the last whose x is at most x, or the first */
        const size_t middle = low + (high - low) / 2;
        plot->item(a, middle, &item);
        if (item.x <= x)
            low = middle;
        else
            high = middle;
    }
    plot->item(a, low, &item);
    const double left = x - item.x;
    if (plot->item(a, low + 1, &item) > low + 1 && item.x - x < left)
        low++;
    pick->has_item = true;
    pick->item = low;
    return true;
}

static bool pick_pair(const struct plot *plot, const struct analysis *a, double x, double y,
                      struct pick *pick)
{
    const size_t n = ttest_of(a)->n_significant;
    size_t column;
    size_t row;

    if (!entry_at(x, n, true, &column) || !entry_at(y, n, true, &row))
        return false;
    *pick = (struct pick){ .has_neuron = true,
                           .neuron = matrix_neuron(plot, a, column),
                           .has_other = true,
                           .other = matrix_neuron(plot, a, row) };
    return true;
}

bool pick_at(const struct plot *plot, const struct analysis *a, double x, double y,
             struct pick *pick)
{
    *pick = (struct pick){ 0 };
    switch (plot->space) {
    case SPACE_SENTENCES:
    case SPACE_NEURON:
        return pick_sentence(a, x, false, pick);
    case SPACE_ACTIVATIONS:
        return pick_neuron(a, x, true, pick) && pick_sentence(a, y, true, pick);
    case SPACE_NEURONS:
        return pick_neuron(a, x, false, pick);
    case SPACE_VOLCANO:
    case SPACE_PLANE:
        return pick_point(plot, a, x, y, pick);
    case SPACE_MATRIX:
        return pick_pair(plot, a, x, y, pick);
    case SPACE_BINS:
    case SPACE_CURVE:
        return pick_item(plot, a, x, pick);
    }
    return false;
}

/* What the one-neuron plot shows of a sentence. */
static double shown_value(const struct analysis *a, const struct pick *pick)
{
    return matview_get(&extract_of(a)->X, pick->sentence,
                       neuron_to_show(a, pick->has_neuron, pick->neuron));
}

static bool place_sentence(const struct plot *plot, const struct analysis *a,
                           const struct pick *pick, double *x, double *y)
{
    size_t k;

    if (!pick->has_sentence ||
        !place_of(pick->sentence, load_of(a)->by_group, load_of(a)->n_sentences, &k))
        return false;
    if (plot->space == SPACE_ACTIVATIONS) {
        *x = (double)pick->neuron + 0.5;
        *y = (double)k + 0.5;
        return pick->has_neuron;
    }
    *x = (double)k;
    *y = plot->space == SPACE_NEURON ? shown_value(a, pick)
                                     : extract_of(a)->sentence_means[pick->sentence];
    return true;
}

static bool place_point(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                        double *x, double *y)
{
    size_t k;

    if (!pick->has_neuron)
        return false;
    if (plot->space == SPACE_VOLCANO)
        return volcano_point(a, pick->neuron, volcano_ceiling(a), x, y);
    if (!significant_place(a, pick->neuron, &k))
        return false;
    *x = mat_row(&tsne_of(a)->result.embedding, k)[0];
    *y = mat_row(&tsne_of(a)->result.embedding, k)[1];
    return true;
}

bool pick_place(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                double *x, double *y)
{
    struct plot_item item;
    size_t k;
    size_t row;

    *x = 0.0;
    *y = 0.0;
    switch (plot->space) {
    case SPACE_SENTENCES:
    case SPACE_NEURON:
    case SPACE_ACTIVATIONS:
        return place_sentence(plot, a, pick, x, y);
    case SPACE_NEURONS:
        *x = (double)pick->neuron;
        *y = pick->has_neuron ? ttest_of(a)->neurons[pick->neuron].statistic : 0.0;
        return pick->has_neuron;
    case SPACE_VOLCANO:
    case SPACE_PLANE:
        return place_point(plot, a, pick, x, y);
    case SPACE_MATRIX:
        if (!pick->has_neuron || !matrix_place(plot, a, pick->neuron, &k) ||
            !matrix_place(plot, a, pick->has_other ? pick->other : pick->neuron, &row))
            return false;
        *x = (double)k + 0.5;
        *y = (double)row + 0.5;
        return true;
    case SPACE_BINS:
    case SPACE_CURVE:
        if (!pick->has_item || plot->item(a, pick->item, &item) <= pick->item)
            return false;
        *x = item.x;
        *y = item.y;
        return true;
    }
    return false;
}

/* ---- moving ---- */

/* The nearest point whose direction is within 45 degrees of (dx, dy). */
static void move_in_cloud(const struct plot *plot, const struct analysis *a, int dx, int dy,
                          struct pick *pick)
{
    const struct cloud cloud = cloud_make(plot, a);
    double nearest = INFINITY;
    double x;
    double y;
    double px;
    double py;

    if (!pick_place(plot, a, pick, &x, &y)) {
        pick_point(plot, a, 0.0, 0.0, pick);
        return;
    }
    for (size_t i = 0; i < cloud.n; i++) {
        if (!cloud_point(&cloud, i, &px, &py))
            continue;
        const double right = (px - x) / cloud.x_unit;
        const double up = (py - y) / cloud.y_unit;
        const double along = dx * right + dy * up;
        const double across = dy * right + dx * up;
        const double distance = along * along + 2.0 * across * across; /* rather straight on */
        if (along > 0.0 && fabs(across) <= along && distance < nearest) {
            nearest = distance;
            pick->neuron = cloud_neuron(&cloud, i);
        }
    }
}

/* A step from k that stays within n. */
static size_t stepped(size_t k, int step, size_t n)
{
    if (step < 0)
        return k > 0 ? k - 1 : 0;
    return step > 0 && k + 1 < n ? k + 1 : k;
}

static void move_in_matrix(const struct plot *plot, const struct analysis *a, int dx, int dy,
                           struct pick *pick)
{
    const size_t n = ttest_of(a)->n_significant;
    size_t column = 0;
    size_t row = 0;

    if (n == 0)
        return;
    if (pick->has_neuron)
        matrix_place(plot, a, pick->neuron, &column);
    row = column;
    if (pick->has_other)
        matrix_place(plot, a, pick->other, &row);
    pick->neuron = matrix_neuron(plot, a, stepped(column, dx, n));
    pick->other = matrix_neuron(plot, a, stepped(row, dy, n));
    pick->has_neuron = true;
    pick->has_other = true;
}

static void move_sentence(const struct analysis *a, int step, struct pick *pick)
{
    const size_t n = load_of(a)->n_sentences;
    size_t k = 0;

    if (pick->has_sentence && place_of(pick->sentence, load_of(a)->by_group, n, &k))
        k = stepped(k, step, n);
    pick->has_sentence = n > 0;
    pick->sentence = n > 0 ? load_of(a)->by_group[k] : 0;
}

static void move_neuron(const struct analysis *a, int step, struct pick *pick)
{
    pick->neuron = pick->has_neuron ? stepped(pick->neuron, step, extract_of(a)->X.cols) : 0;
    pick->has_neuron = true;
}

static void move_item(const struct plot *plot, const struct analysis *a, int step,
                      struct pick *pick)
{
    struct plot_item item;
    const size_t n = plot->item(a, SIZE_MAX, &item);

    if (n == 0)
        return;
    pick->item = pick->has_item && pick->item < n ? stepped(pick->item, step, n) : 0;
    pick->has_item = true;
}

void pick_move(const struct plot *plot, const struct analysis *a, int dx, int dy, bool y_down,
               struct pick *pick)
{
    switch (plot->space) {
    case SPACE_SENTENCES:
    case SPACE_NEURON:
        move_sentence(a, dx != 0 ? dx : dy, pick);
        break;
    case SPACE_ACTIVATIONS:
        move_neuron(a, dx, pick);
        move_sentence(a, y_down ? -dy : dy, pick);
        break;
    case SPACE_NEURONS:
        move_neuron(a, dx != 0 ? dx : dy, pick);
        break;
    case SPACE_VOLCANO:
    case SPACE_PLANE:
        move_in_cloud(plot, a, dx, dy, pick);
        break;
    case SPACE_MATRIX:
        move_in_matrix(plot, a, dx, y_down ? -dy : dy, pick);
        break;
    case SPACE_BINS:
    case SPACE_CURVE:
        move_item(plot, a, dx != 0 ? dx : dy, pick);
        break;
    }
}

/* ---- describing ---- */

static void name_neuron(const struct analysis *a, size_t neuron, char *out, size_t size)
{
    size_t index;
    char hook[80];
    const char *const raw = neuron_hook(extract_of(a), neuron, &index);

    text_visible(hook, sizeof hook, raw, strlen(raw));
    snprintf(out, size, "%s:%zu", hook, index);
}

static void describe_neuron(const struct plot *plot, const struct analysis *a, size_t neuron,
                            const char *name, char *out, size_t size)
{
    const struct ttest_result *const r = &ttest_of(a)->neurons[neuron];

    if (plot->space == SPACE_VOLCANO)
        snprintf(out, size, "%s: difference %.4g, p %.3g", name, r->mean_a - r->mean_b, r->pvalue);
    else
        snprintf(out, size, "%s: t %.6g, p %.3g", name, r->statistic, r->pvalue);
}

/* The value, then both names: what is cut on a narrow screen is the least. */
static void describe_pair(const struct analysis *a, const struct pick *pick, char *out, size_t size)
{
    char names[2][120];
    size_t column;
    size_t row;

    if (!pick->has_neuron || !significant_place(a, pick->neuron, &column) ||
        !significant_place(a, pick->has_other ? pick->other : pick->neuron, &row))
        return;
    name_neuron(a, pick->neuron, names[0], sizeof names[0]);
    name_neuron(a, ttest_of(a)->significant[row], names[1], sizeof names[1]);
    const double product = row_product(&ttest_of(a)->selected, row, column);
    const double cosine = cosine_of_product(product, ttest_of(a)->norms, row, column);
    /* Of one hook point: its name once. */
    const char *const colon = strrchr(names[0], ':');
    const size_t hook = colon != NULL ? (size_t)(colon - names[0]) + 1 : 0;
    const char *const other = strncmp(names[0], names[1], hook) == 0 ? names[1] + hook : names[1];
    snprintf(out, size, "product %.5g, cosine %.4f: %s x %s", product, cosine, names[0], other);
}

void pick_describe(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                   char *out, size_t size)
{
    char name[120] = "";
    struct plot_item item;
    double x;
    double y;

    out[0] = '\0';
    if (plot->space != SPACE_MATRIX && !pick_place(plot, a, pick, &x, &y))
        return;
    if (pick->has_neuron || plot->space == SPACE_NEURON)
        name_neuron(a, neuron_to_show(a, pick->has_neuron, pick->neuron), name, sizeof name);
    switch (plot->space) {
    case SPACE_ACTIVATIONS:
        snprintf(out, size, "%s, sentence %zu: %.6g", name, pick->sentence,
                 matview_get(&extract_of(a)->X, pick->sentence, pick->neuron));
        break;
    case SPACE_SENTENCES:
        snprintf(out, size, "sentence %zu: mean %.6g", pick->sentence, y);
        break;
    case SPACE_NEURON:
        snprintf(out, size, "sentence %zu: %.6g, %s", pick->sentence, y, name);
        break;
    case SPACE_NEURONS:
    case SPACE_VOLCANO:
        describe_neuron(plot, a, pick->neuron, name, out, size);
        break;
    case SPACE_PLANE:
        snprintf(out, size, "%s: (%.4g, %.4g), t %.4g", name, x, y,
                 ttest_of(a)->neurons[pick->neuron].statistic);
        break;
    case SPACE_MATRIX:
        describe_pair(a, pick, out, size);
        break;
    case SPACE_BINS:
    case SPACE_CURVE:
        plot->item(a, pick->item, &item);
        snprintf(out, size, "%s", item.words);
        break;
    }
}
