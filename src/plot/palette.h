/*
 * Colours of the inks. Colour maps are interpolated from a few anchors: cividis (Nunez, Anderton &
 * Renslow 2018, PLoS ONE 13:e0199239) for low to high, blue to red through near-white
 * (ColorBrewer's RdBu, reversed) for signed values. Clusters: the colours of Okabe & Ito (2008)
 * that are visible on both black and white, then twelve that differ from them in lightness. All are
 * chosen to be distinguishable with colour vision deficiency.
 */
#ifndef CT_PLOT_PALETTE_H
#define CT_PLOT_PALETTE_H

#include <stdbool.h>
#include <stdint.h>

#include "plot/canvas.h"

/* 0xRRGGBB; a light grey for INK_DEFAULT and invalid inks. */
uint32_t palette_rgb(ink i);

/* The same on white paper, where the neutral inks are dark and red-blue has its full range. */
uint32_t palette_paper_rgb(ink i);

/* A colour map for paper at u, clamped to 0 .. 1. */
uint32_t palette_paper_map(double u, bool diverging);

/* The map of palette_point_ink() there. */
uint32_t palette_point_map(double u);

/* Index into xterm's 256 colours (16 .. 255), or into the 16 standard ones (0 .. 15; 8 .. 15 are
 * the bright ones); -1: the terminal's default. */
int palette_256(ink i);
int palette_16(ink i);

/* CELL_* that replace an ink on a terminal without colour. */
uint8_t palette_attr(ink i);

/* The ink for a value, clamped to lo .. hi; NaN is INK_DIM, lo == hi the low end (diverging: the
 * middle). */
ink palette_ink(double value, double lo, double hi, bool diverging);

/* The same, diverging, for points: what is near 0 is visible on any background. */
ink palette_point_ink(double value, double lo, double hi);

/* The glyph for an ink of a colour map on a terminal without colour; ' ' for other inks. */
uint32_t palette_glyph(ink i, bool ascii);

/* a..z A..Z for a cluster's label, '+' for noise (below 0). */
char palette_letter(long label);

/* ---- the user's choice: call before anything is drawn ---- */

/* The role of that name, such as `accent`; INK_DEFAULT: unknown name. */
ink palette_role(const char *name);
const char *palette_role_name(ink i); /* NULL: not a role */

/* Parses `default` (-1), the name of one of the 16 terminal colours, or a number in 0 .. 255. */
bool palette_color_parse(const char *text, int *color);

enum { PALETTE_COLOR_SIZE = 16 };
void palette_color_text(int color, char out[PALETTE_COLOR_SIZE]);

/* Sets the colour of a role on screens; figures for paper are not affected. */
void palette_choose(ink role, int color);

#endif
