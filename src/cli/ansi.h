/* Writes a canvas to a stream: UTF-8 text with escape sequences for colours (ECMA-48 SGR). */
#ifndef CT_CLI_ANSI_H
#define CT_CLI_ANSI_H

#include <stdio.h>

#include "base/status.h"
#include "plot/canvas.h"

enum ansi_depth {
    ANSI_NONE, /* only characters, no escape sequences */
    ANSI_16,
    ANSI_256,
    ANSI_TRUE,
};

/*
 * Writes every row followed by a newline, without trailing blanks, with as few colour changes as
 * possible and colours reset before each newline. Flushes. CT_EIO when the stream reports an error.
 */
enum ct_status ansi_write(FILE *stream, const struct canvas *c, enum ansi_depth depth,
                          struct ct_error *err);

#endif
