/*
 * Fast parser for plain decimal numbers, as programs write them by the million: at most 16 digits
 * after the point and no exponent. Eight digits are read at a time; number.h reads all other
 * numbers.
 */
#ifndef CT_IO_PLAIN_NUMBER_H
#define CT_IO_PLAIN_NUMBER_H

#include <stdbool.h>

enum { PLAIN_NUMBER_AHEAD = 16 }; /* bytes after a number that must be readable */

/*
 * Parses the number at text and returns the first byte after it; *value and *is_f32 are as by
 * number_parse() and number_is_f32_text(). NULL: not such a number, or not decided quickly; call
 * those instead.
 */
const char *plain_number_scan(const char *text, double *value, bool *is_f32);

#endif
