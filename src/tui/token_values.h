/* The activations of the selected neuron's hook point at every token of the selected sentence and
 * of its twin, computed by the worker when it is idle. */
#ifndef CT_TUI_TOKEN_VALUES_H
#define CT_TUI_TOKEN_VALUES_H

#include "pipeline/stage_load.h"
#include "tui/app.h"

/* Starts computing what is selected, if it is not known and the worker idle. True: it is busy with
 * that from now on. */
bool token_values_follow(struct app *app);

/* The number of sentences that there are values of: 0, 1 without a twin, or 2. */
size_t token_values_count(const struct app *app);

/* Why there are none, for people. */
const char *token_values_why(const struct app *app);

/* Sentence i < token_values_count(), its row, and the selected neuron's value at a token of it. */
const struct sentence *token_values_sentence(const struct app *app, size_t i, size_t *row);
double token_values_at(const struct app *app, size_t i, size_t token);

#endif
