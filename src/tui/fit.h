/* Shortens text to its space: paths keep their end, errors keep what is wrong. */
#ifndef CT_TUI_FIT_H
#define CT_TUI_FIT_H

#include <stddef.h>

#include "plot/canvas.h"

/* The longest suffix of text that fits cols columns. */
const char *fit_tail(const struct canvas *c, const char *text, size_t cols);

/* Like canvas_text(), but truncated at the beginning. Returns the columns used. */
size_t fit_draw_tail(struct canvas *c, size_t row, size_t col, size_t cols, const char *text,
                     ink fg, uint8_t attr);

/* The number of bytes of text that fit on a line of cols columns, broken after a blank if possible;
 * 0 at the end. */
size_t fit_line(const struct canvas *c, const char *text, size_t cols);

/* Copies a message to out; if it is wider than cols, paths in it are shortened to their last
 * part. */
void fit_message(const struct canvas *c, const char *text, size_t cols, char *out, size_t size);

#endif
