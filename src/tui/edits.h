/*
 * Edits that people make one after another: of the selected neuron or the marked cluster, at the
 * target of every sentence. They hold together, and what they change is computed at once by the
 * worker.
 */
#ifndef CT_TUI_EDITS_H
#define CT_TUI_EDITS_H

#include "tui/app.h"

/* The text of all edits as --chosen takes it, or the command line that repeats them; owned by the
 * caller: free(). CT_ENOMEM; CT_EINVAL: they are not of this analysis. */
enum ct_status edits_text(const struct app *app, char **out, struct ct_error *err);
enum ct_status edits_command(const struct app *app, char **out, struct ct_error *err);

/* Edits what is selected, as the next edit says, and shows the view. */
void edits_add(struct app *app);

/* The next kind of edit; the last edit takes it as well, if what it edits is still selected. */
void edits_next_kind(struct app *app);
struct effect_edit edits_kind(const struct app *app);

/* Takes back the last edit. */
void edits_undo(struct app *app);

/* Computes what is not computed, or says why that cannot be done. */
void edits_update(struct app *app);

/* Whether the result is that of the edits and the analysis as they are. */
bool edits_are_shown(const struct app *app);

/* Whether it is, or will be as soon as the worker has ended. */
bool edits_are_visible(const struct app *app);

/* Adds an edit; neurons, as --chosen takes them, is handed over on success. CT_ENOMEM. */
enum ct_status edits_push(struct app *app, const struct effect_edit *edit, char *neurons,
                          const char *what, struct ct_error *err);
void edits_clear(struct app *app);

#define EDITS_VIEW "edits"

#endif
