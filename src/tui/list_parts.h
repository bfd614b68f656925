/* Rows that several lists draw, and their order; for list_*.c. */
#ifndef CT_TUI_LIST_PARTS_H
#define CT_TUI_LIST_PARTS_H

#include "pipeline/stage_load.h"
#include "tui/lists.h"

/* Draws printf-formatted text in a row. */
#define PUT(c, row, col, cols, ink, ...)                                                           \
    canvas_printf((c), (row), (col), (cols), (ink), 0, __VA_ARGS__)

/* Row i of the table of sentences, see struct list. */
void list_draw_sentence(struct app *app, const struct view_state *state, size_t i, struct canvas *c,
                        size_t row, size_t col, size_t cols);

/* The text of a sentence with the target marked. */
void list_draw_text(const struct sentence *s, struct canvas *c, size_t row, size_t col,
                    size_t cols);

/* A row of the table of neurons. */
void list_draw_neuron(struct app *app, size_t column, struct canvas *c, size_t row, size_t col,
                      size_t cols);

/* The cluster of a neuron by the marked method, else by the first method. */
int32_t list_cluster_of(const struct app *app, size_t column);

/* The header of the means, with the names of the groups. */
void list_mean_words(const struct app *app, char *out, size_t size);

/* For rows that show clusters, see struct list. */
size_t list_depends_on_method(const struct app *app);

/* Selects a neuron and shows its card. */
void list_open_neuron(struct app *app, size_t column);

/* 0 .. n - 1 sorted by value; owned by the caller. NULL: out of memory. */
size_t *list_sorted(const struct app *app, size_t n,
                    double (*value)(const struct app *app, size_t i));

/* Whether s is the order of `of` wanted now; and makes it that, which takes ownership of order. */
bool list_is_sorted(const struct app *app, const struct sorted *s, const void *of, size_t sort);
void list_take_order(const struct app *app, struct sorted *s, const void *of, size_t sort,
                     size_t *order);

#endif
