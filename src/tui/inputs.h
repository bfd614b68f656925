/* Setting the inputs of the analysis in the user interface. */
#ifndef CT_TUI_INPUTS_H
#define CT_TUI_INPUTS_H

#include "tui/app.h"

/*
 * Sets a path as typed: `~/` is the home directory, a model may be a name in the Hugging Face
 * cache, and an empty text selects the demo's. Existing results are kept, but become stale. CT_EIO:
 * no such file or name; CT_ENOMEM.
 */
enum ct_status inputs_set(struct app *app, const struct setting *setting, const char *text,
                          struct ct_error *err);

/* Sets the folder of a model, with its sentences instead of an activations file. CT_ENOMEM. */
enum ct_status inputs_set_model(struct app *app, const char *folder, struct ct_error *err);

/* Searches the cache for models on the first call; the result is stored in app->models. */
void inputs_find_models(struct app *app);

#endif
