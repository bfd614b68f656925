/* Output for people that may contain untrusted text. */
#ifndef CT_CLI_PRINT_H
#define CT_CLI_PRINT_H

#include <stdio.h>

/* Like fprintf; controls are escaped as by text_piece_for_terminal(), except newlines. Also if the
 * stream is not a terminal: the output of a pager or log may end up on one. */
__attribute__((format(printf, 2, 3))) void print(FILE *stream, const char *format, ...);

/* The same for plain text; it allocates nothing, so all of it is always written. */
void print_text(FILE *stream, const char *text);

#endif
