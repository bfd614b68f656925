/* The parts of the screen, for draw.c. Each draws into a rectangle of the canvas. */
#ifndef CT_TUI_DRAW_PARTS_H
#define CT_TUI_DRAW_PARTS_H

#include "tui/layout.h"
#include "tui/view.h"

/* A frame with a title (NULL: none); returns its inside. */
struct rect draw_frame(struct canvas *c, struct rect r, const char *title, bool is_active);

/* draw_panels.c */
void draw_panel_header(const struct app *app, struct canvas *c, struct rect r);
void draw_panel_pipeline(const struct app *app, struct canvas *c, const struct layout *l);
void draw_panel_parameters(const struct app *app, struct canvas *c, struct rect r);
void draw_panel_neuron(const struct app *app, struct canvas *c, struct rect r);

/* `t-SNE 62 %, 3 s left, x cancels`. */
void progress_words(const struct app *app, char *out, size_t size);

/* The same with a bar, in a view that has nothing to show yet. */
void draw_progress(const struct app *app, struct canvas *c, struct rect in);

/* What the key computes, and how long that will take. */
void draw_offer(const struct app *app, struct canvas *c, struct rect in, const struct stage *stage);

/* The last line: a prompt, a question, a message, or the keys that are useful now. */
void draw_footer(struct app *app, struct canvas *c, struct rect r);

/* The overlay with all keys. */
void draw_help(struct app *app, struct canvas *c);

/* The number of actions of a row of keys. */
size_t count_actions(const struct view_key *key);

#endif
