/* A canvas on a stream: UTF-8 text with the escape sequences that colour it (ECMA-48 SGR). */
#ifndef CT_CLI_ANSI_H
#define CT_CLI_ANSI_H

#include <stdio.h>

#include "base/status.h"
#include "plot/canvas.h"

enum ansi_depth {
    ANSI_NONE, /* characters alone, no escape sequence */
    ANSI_16,
    ANSI_256,
    ANSI_TRUE,
};

/*
 * Writes every row followed by a newline, blanks at the end of a row cut off, as few changes of
 * colour as can be, colours reset before each newline. Flushes. CT_EIO when the stream reports an
 * error.
 */
enum ct_status ansi_write(FILE *stream, const struct canvas *c, enum ansi_depth depth,
                          struct ct_error *err);

#endif
