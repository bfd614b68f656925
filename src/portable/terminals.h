/* Descriptions of terminals, in terminals.c, which terminals.sh writes. */
#ifndef CT_PORTABLE_TERMINALS_H
#define CT_PORTABLE_TERMINALS_H

#include <stddef.h>

struct terminal {
    const char *name;
    const char *entry; /* `b64:...`, a value of TERMINFO (curses 6.1) */
};

extern const struct terminal terminals[]; /* [n_terminals] */
extern const size_t n_terminals;

#endif
