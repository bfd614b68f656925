/* Helpers of the plot spaces: places along an axis, neurons and their names. */
#ifndef CT_REPORT_PLOTS_PLACES_H
#define CT_REPORT_PLOTS_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/analysis.h"
#include "report/plots/space.h"

/* The entry, of n, at x: k .. k + 1 (cells) or k - 0.5 .. k + 0.5 (points). */
bool entry_at(double x, size_t n, bool is_cell, size_t *k);

/* The index of value in order [n] (NULL: identity). */
bool place_of(size_t value, const size_t *order, size_t n, size_t *place);

/* The index of a column among the significant neurons. */
bool significant_place(const struct analysis *a, size_t neuron, size_t *k);

/* A step from k, clamped to n entries. */
size_t stepped(size_t k, int step, size_t n);

/* Pick by place along an axis, and move to the neighbour of a pick. */
bool pick_neuron(const struct analysis *a, double x, bool is_cell, struct pick *pick);
bool pick_sentence(const struct analysis *a, double y, bool is_cell, struct pick *pick);
void move_neuron(const struct analysis *a, int step, struct pick *pick);
void move_sentence(const struct analysis *a, int step, struct pick *pick);

/* HOOK:INDEX x HOOK:INDEX, or HOOK:INDEX x INDEX if both are of one hook point. */
void name_pair(const struct analysis *a, size_t first, size_t second, char *out, size_t size);

/* HOOK:INDEX, with controls escaped. */
void name_neuron(const struct analysis *a, size_t neuron, char *out, size_t size);

#endif
