/* What is said to people, which may hold a stranger's text. */
#ifndef CT_CLI_PRINT_H
#define CT_CLI_PRINT_H

#include <stdio.h>

/* As fprintf; controls are shown as text_piece_for_terminal() does, newlines stay. Whether the
 * stream is a terminal is not asked: what is said to a pager or a log ends up at one. */
__attribute__((format(printf, 2, 3))) void print(FILE *stream, const char *format, ...);

/* The same for text as it is; it takes no memory, so that all of it is written. */
void print_text(FILE *stream, const char *text);

#endif
