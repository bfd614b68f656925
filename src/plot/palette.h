/*
 * What the inks look like. The colour maps are interpolated from a few anchors in our own table:
 * cividis (Nunez, Anderton & Renslow 2018, PLoS ONE 13:e0199239) for low to high, blue to red
 * through near-white (ColorBrewer's RdBu, reversed) for what has a sign. Clusters: the eight of
 * Okabe & Ito (2008) as far as they are seen on black and on white, then twelve that differ from
 * them in lightness. All are meant to be told apart by colour-blind people.
 */
#ifndef CT_PLOT_PALETTE_H
#define CT_PLOT_PALETTE_H

#include <stdbool.h>
#include <stdint.h>

#include "plot/canvas.h"

/* 0xRRGGBB; for INK_DEFAULT, and what is no ink, a light grey. */
uint32_t palette_rgb(ink i);

/* The same on white paper, where the neutral inks are dark and red-blue has all of its depth. */
uint32_t palette_paper_rgb(ink i);

/* A colour map of paper at u, 0 .. 1; beyond them the end. */
uint32_t palette_paper_map(double u, bool diverging);

/* Index into xterm's 256 colours (16 .. 255), or into the 16 of every terminal (0 .. 15; 8 .. 15
 * are the bright ones); -1: the terminal's own colour. */
int palette_256(ink i);
int palette_16(ink i);

/* CELL_* that stand in for an ink where there is no colour at all. */
uint8_t palette_attr(ink i);

/* The ink for a value between lo and hi: beyond them the end, NaN INK_DIM, lo == hi the low end
 * (diverging: the middle). */
ink palette_ink(double value, double lo, double hi, bool diverging);

/* The glyph that stands for an ink of a colour map where there is no colour; ' ' for other inks. */
uint32_t palette_glyph(ink i, bool ascii);

/* a..z A..Z for a cluster's label, '+' for noise (below 0). */
char palette_letter(long label);

/* ---- the user's choice: before anything is drawn ---- */

/* The inks that have a name, as `accent`, are roles; INK_DEFAULT: there is no such name. */
ink palette_role(const char *name);
const char *palette_role_name(ink i); /* NULL: no role */

/* Reads `default` (-1), the name of one of a terminal's 16 colours, or a number of 0 .. 255. */
bool palette_color_parse(const char *text, int *color);

enum { PALETTE_COLOR_SIZE = 16 };
void palette_color_text(int color, char out[PALETTE_COLOR_SIZE]);

/* Colours a role on screens; figures for paper stay as they are. */
void palette_choose(ink role, int color);

#endif
