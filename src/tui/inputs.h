/* What the analysis begins with, as it is named in the user interface. */
#ifndef CT_TUI_INPUTS_H
#define CT_TUI_INPUTS_H

#include "tui/app.h"

/*
 * Sets a path from what was typed: `~/` is the home, a model may be a name in the Hugging Face
 * cache, and nothing at all is the demo's. What is there stays as it was, but stale. CT_EIO: there
 * is no such file, or name; CT_ENOMEM.
 */
enum ct_status inputs_set(struct app *app, const struct setting *setting, const char *text,
                          struct ct_error *err);

/* The folder of a model, and its sentences instead of an activations file. CT_ENOMEM. */
enum ct_status inputs_set_model(struct app *app, const char *folder, struct ct_error *err);

/* The models in the cache are in app->models from then on; looks for them once. */
void inputs_find_models(struct app *app);

#endif
