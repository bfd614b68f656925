/* Canvases as text, compared with files under $GOLDEN_DIR; UPDATE_GOLDEN=1 rewrites them. */
#ifndef CT_TESTS_GOLDEN_CANVAS_H
#define CT_TESTS_GOLDEN_CANVAS_H

#include <stdio.h>

#include "plot/canvas.h"

struct golden { /* zero-initialise */
    char *text; /* the output so far; grows with golden_add(), freed by golden_compare() */
    size_t size;
    FILE *stream;
};

/*
 * Appends a canvas under a heading. For a canvas with colour, the characters are followed by two
 * maps, one sign per cell, for foreground and background: `.` the default, 0 .. 9 from low to high
 * in either colour map, A B the groups, d dim, T title, f frame, ! accent, g w b good, warn and
 * bad, n noise, a .. t clusters.
 */
void golden_add(struct golden *g, const char *heading, const struct canvas *c);

/* Fails the test at the first line that differs from the file. */
void golden_compare(struct golden *g, const char *name);

#endif
