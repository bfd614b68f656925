/* Makes the bytes of a cairo SVG independent of what was drawn before. */
#ifndef CT_PLOT_SVG_IDS_H
#define CT_PLOT_SVG_IDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Cairo numbers its surfaces from the start of the program, and names parts of an SVG by these
 * numbers (`surface76`, `image78`). Passes svg [n] to write() with its names renumbered from 1 in
 * order of first appearance. False: out of memory.
 */
bool svg_ids_write(const char *svg, size_t n,
                   void (*write)(void *context, const void *data, size_t size), void *context);

#endif
