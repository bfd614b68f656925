/* Text that is too wide for its place: paths keep their end, errors keep what is wrong. */
#ifndef CT_TUI_FIT_H
#define CT_TUI_FIT_H

#include <stddef.h>

#include "plot/canvas.h"

/* The longest end of text that takes at most cols columns; all of it when it fits. */
const char *fit_tail(const struct canvas *c, const char *text, size_t cols);

/* As canvas_text(), but cut at the beginning. Returns the columns used. */
size_t fit_draw_tail(struct canvas *c, size_t row, size_t col, size_t cols, const char *text,
                     ink fg, uint8_t attr);

/* The bytes of text that make a line of at most cols columns, broken after a blank where it can be;
 * 0 at the end. */
size_t fit_line(const struct canvas *c, const char *text, size_t cols);

/* Copies a message to out; while it is wider than cols, its paths lose all but their last part. */
void fit_message(const struct canvas *c, const char *text, size_t cols, char *out, size_t size);

#endif
