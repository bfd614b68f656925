/* Positions of the numbers of an axis: steps of 1, 2 or 5 times a power of ten (after Heckbert
 * 1990, "Nice numbers for graph labels", Graphics Gems), and how the numbers are formatted. */
#ifndef CT_PLOT_TICKS_H
#define CT_PLOT_TICKS_H

#include <stdbool.h>
#include <stddef.h>

enum { TICKS_MAX = 32, TICK_TEXT_SIZE = 24 };

struct ticks {
    size_t n;
    double at[TICKS_MAX];                 /* ascending, within lo .. hi */
    char text[TICKS_MAX][TICK_TEXT_SIZE]; /* ASCII, all with the same number of decimals */
    size_t width;                         /* of the longest text */
};

/* At most `most` ticks (and TICKS_MAX) in lo .. hi, evenly spaced; at least two if two are allowed,
 * so that they define the scale; integer: no step below 1. None when lo or hi is not finite, lo >
 * hi or most is 0; one when lo == hi. */
void ticks_make(struct ticks *t, double lo, double hi, size_t most, bool integer);

/* As many ticks as fit `cols` columns of a horizontal axis without touching. */
void ticks_fit(struct ticks *t, double lo, double hi, size_t cols, bool integer);

/* Widens lo .. hi so that the ticks have a step of a whole number of cells, chosen so that it
 * becomes little wider; and makes them. With is_centred they are in the middle of cells, else lo
 * stays. False if there are too few cells for that; nothing changes then. */
bool ticks_even(struct ticks *t, double *lo, double *hi, size_t cells, bool integer,
                bool is_centred);

/* A number in its shortest form with `digits` significant digits: -0.5, 1500, 1e-05. */
void number_short(char out[TICK_TEXT_SIZE], double value, int digits);

#endif
