#include "config.h"
#include "report/picks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

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
    return place_of(neuron, a->ttest->significant, a->ttest->n_significant, k);
}

static const size_t *matrix_order(const struct plot *plot, const struct analysis *a)
{
    return plot->order != NULL ? plot->order(a) : NULL;
}

/* The neuron at a place of a matrix. */
static size_t matrix_neuron(const struct plot *plot, const struct analysis *a, size_t place)
{
    const size_t *const order = matrix_order(plot, a);

    return a->ttest->significant[order != NULL ? order[place] : place];
}

static bool matrix_place(const struct plot *plot, const struct analysis *a, size_t neuron,
                         size_t *place)
{
    size_t k;

    return significant_place(a, neuron, &k) &&
           place_of(k, matrix_order(plot, a), a->ttest->n_significant, place);
}

/* ---- picking ---- */

static bool pick_sentence(const struct analysis *a, double y, bool is_cell, struct pick *pick)
{
    size_t k;

    if (!entry_at(y, a->load->n_sentences, is_cell, &k))
        return false;
    pick->has_sentence = true;
    pick->sentence = a->load->by_group[k];
    return true;
}

static bool pick_neuron(const struct analysis *a, double x, bool is_cell, struct pick *pick)
{
    pick->has_neuron = entry_at(x, a->extract->X.cols, is_cell, &pick->neuron);
    return pick->has_neuron;
}

static bool pick_point(const struct analysis *a, double x, double y, struct pick *pick)
{
    const struct mat *const points = &a->tsne->result.embedding;
    double nearest = INFINITY;

    for (size_t i = 0; i < points->rows; i++) {
        const double *const p = mat_row(points, i);
        const double distance = (p[0] - x) * (p[0] - x) + (p[1] - y) * (p[1] - y);
        if (distance < nearest) {
            nearest = distance;
            pick->neuron = a->ttest->significant[i];
        }
    }
    pick->has_neuron = isfinite(nearest);
    return pick->has_neuron;
}

static bool pick_pair(const struct plot *plot, const struct analysis *a, double x, double y,
                      struct pick *pick)
{
    const size_t n = a->ttest->n_significant;
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
        return pick_sentence(a, x, false, pick);
    case SPACE_ACTIVATIONS:
        return pick_neuron(a, x, true, pick) && pick_sentence(a, y, true, pick);
    case SPACE_NEURONS:
        return pick_neuron(a, x, false, pick);
    case SPACE_PLANE:
        return pick_point(a, x, y, pick);
    case SPACE_MATRIX:
        return pick_pair(plot, a, x, y, pick);
    case SPACE_OTHER:
        break;
    }
    return false;
}

bool pick_place(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                double *x, double *y)
{
    size_t k;
    size_t row;

    *x = 0.0;
    *y = 0.0;
    switch (plot->space) {
    case SPACE_SENTENCES:
        if (!pick->has_sentence ||
            !place_of(pick->sentence, a->load->by_group, a->load->n_sentences, &k))
            return false;
        *x = (double)k;
        return true;
    case SPACE_ACTIVATIONS:
        if (!pick->has_neuron || !pick->has_sentence ||
            !place_of(pick->sentence, a->load->by_group, a->load->n_sentences, &row))
            return false;
        *x = (double)pick->neuron + 0.5;
        *y = (double)row + 0.5;
        return true;
    case SPACE_NEURONS:
        *x = (double)pick->neuron;
        *y = a->ttest->neurons[pick->neuron].statistic;
        return pick->has_neuron;
    case SPACE_PLANE:
        if (!pick->has_neuron || !significant_place(a, pick->neuron, &k))
            return false;
        *x = mat_row(&a->tsne->result.embedding, k)[0];
        *y = mat_row(&a->tsne->result.embedding, k)[1];
        return true;
    case SPACE_MATRIX:
        if (!pick->has_neuron || !matrix_place(plot, a, pick->neuron, &k) ||
            !matrix_place(plot, a, pick->has_other ? pick->other : pick->neuron, &row))
            return false;
        *x = (double)k + 0.5;
        *y = (double)row + 0.5;
        return true;
    case SPACE_OTHER:
        break;
    }
    return false;
}

/* ---- moving ---- */

/* The nearest point whose direction is within 45 degrees of (dx, dy). */
static void move_in_plane(const struct plot *plot, const struct analysis *a, int dx, int dy,
                          struct pick *pick)
{
    const struct mat *const points = &a->tsne->result.embedding;
    double nearest = INFINITY;
    double x;
    double y;

    if (!pick_place(plot, a, pick, &x, &y)) {
        pick_point(a, 0.0, 0.0, pick);
        return;
    }
    for (size_t i = 0; i < points->rows; i++) {
        const double along = dx * (mat_row(points, i)[0] - x) + dy * (mat_row(points, i)[1] - y);
        const double across = dy * (mat_row(points, i)[0] - x) + dx * (mat_row(points, i)[1] - y);
        const double distance = along * along + 2.0 * across * across; /* rather straight on */
        if (along > 0.0 && fabs(across) <= along && distance < nearest) {
            nearest = distance;
            pick->neuron = a->ttest->significant[i];
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
    const size_t n = a->ttest->n_significant;
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
    const size_t n = a->load->n_sentences;
    size_t k = 0;

    if (pick->has_sentence && place_of(pick->sentence, a->load->by_group, n, &k))
        k = stepped(k, step, n);
    pick->has_sentence = n > 0;
    pick->sentence = n > 0 ? a->load->by_group[k] : 0;
}

static void move_neuron(const struct analysis *a, int step, struct pick *pick)
{
    pick->neuron = pick->has_neuron ? stepped(pick->neuron, step, a->extract->X.cols) : 0;
    pick->has_neuron = true;
}

void pick_move(const struct plot *plot, const struct analysis *a, int dx, int dy, bool y_down,
               struct pick *pick)
{
    switch (plot->space) {
    case SPACE_SENTENCES:
        move_sentence(a, dx != 0 ? dx : dy, pick);
        break;
    case SPACE_ACTIVATIONS:
        move_neuron(a, dx, pick);
        move_sentence(a, y_down ? -dy : dy, pick);
        break;
    case SPACE_NEURONS:
        move_neuron(a, dx != 0 ? dx : dy, pick);
        break;
    case SPACE_PLANE:
        move_in_plane(plot, a, dx, dy, pick);
        break;
    case SPACE_MATRIX:
        move_in_matrix(plot, a, dx, y_down ? -dy : dy, pick);
        break;
    case SPACE_OTHER:
        break;
    }
}

/* ---- describing ---- */

static void name_neuron(const struct analysis *a, size_t neuron, char *out, size_t size)
{
    size_t index;
    char hook[80];
    const char *const raw = neuron_hook(a->extract, neuron, &index);

    text_visible(hook, sizeof hook, raw, strlen(raw));
    snprintf(out, size, "%s:%zu", hook, index);
}

void pick_describe(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                   char *out, size_t size)
{
    char neuron[120] = "";
    char other[120];
    size_t k;
    size_t row;

    out[0] = '\0';
    if (pick->has_neuron)
        name_neuron(a, pick->neuron, neuron, sizeof neuron);
    switch (plot->space) {
    case SPACE_ACTIVATIONS:
        if (pick->has_neuron && pick->has_sentence)
            snprintf(out, size, "%s, sentence %zu: %.6g", neuron, pick->sentence,
                     matview_get(&a->extract->X, pick->sentence, pick->neuron));
        break;
    case SPACE_SENTENCES:
        if (pick->has_sentence)
            snprintf(out, size, "sentence %zu: mean %.6g%s%s", pick->sentence,
                     a->extract->sentence_means[pick->sentence], pick->has_neuron ? ", " : "",
                     neuron);
        break;
    case SPACE_NEURONS:
        if (pick->has_neuron)
            snprintf(out, size, "%s: t %.6g, p %.3g", neuron,
                     a->ttest->neurons[pick->neuron].statistic,
                     a->ttest->neurons[pick->neuron].pvalue);
        break;
    case SPACE_PLANE:
        if (pick->has_neuron && significant_place(a, pick->neuron, &k))
            snprintf(out, size, "%s: (%.4g, %.4g)", neuron,
                     mat_row(&a->tsne->result.embedding, k)[0],
                     mat_row(&a->tsne->result.embedding, k)[1]);
        break;
    case SPACE_MATRIX:
        if (!pick->has_neuron || !pick->has_other || !significant_place(a, pick->neuron, &k) ||
            !significant_place(a, pick->other, &row) || !a->similarity->is_whole)
            break;
        name_neuron(a, pick->other, other, sizeof other);
        snprintf(out, size, "%s x %s: cosine %.4f, product %.4g", neuron, other,
                 similarity_cosine(a->similarity, k, row), mat_row(&a->similarity->gram, k)[row]);
        break;
    case SPACE_OTHER:
        break;
    }
}
