/* An SVG of cairo whose bytes do not depend on what was drawn before it. */
#ifndef CT_PLOT_SVG_IDS_H
#define CT_PLOT_SVG_IDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Cairo counts its surfaces from the start of the program, and names parts of an SVG by these
 * numbers (`surface76`, `image78`). Hands svg [n] to write() with its names numbered in the order
 * of their first appearance, from 1. False when memory is out.
 */
bool svg_ids_write(const char *svg, size_t n,
                   void (*write)(void *context, const void *data, size_t size), void *context);

#endif
