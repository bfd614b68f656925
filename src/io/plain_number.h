/*
 * Decimal numbers as programs write them by the million: at most 16 digits after the point and no
 * exponent. Eight digits are read at a time; number.h reads the others.
 */
#ifndef CT_IO_PLAIN_NUMBER_H
#define CT_IO_PLAIN_NUMBER_H

#include <stdbool.h>

enum { PLAIN_NUMBER_AHEAD = 16 }; /* bytes behind a number's last that must be there to be read */

/*
 * The number at text up to the first byte that is none of it, which is returned; *value and
 * *is_f32 are what number_parse() and number_is_f32_text() make of it. NULL: not such a number, or
 * one that takes longer to decide; it is left to them.
 */
const char *plain_number_scan(const char *text, double *value, bool *is_f32);

#endif
