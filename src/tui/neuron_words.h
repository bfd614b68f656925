/* The words that the selected neuron raises and lowers by itself, for its card: computed in the
 * worker as soon as it is idle while the card is shown. */
#ifndef CT_TUI_NEURON_WORDS_H
#define CT_TUI_NEURON_WORDS_H

#include <stdio.h>

#include "tui/app.h"

/* If the worker is idle and the card in view lacks its words, starts computing them. True: a job
 * was started. */
bool neuron_words_follow(struct app *app);

/* A section of the card; nothing without a model. */
void neuron_words_write(const struct app *app, FILE *out);

#endif
