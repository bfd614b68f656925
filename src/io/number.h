/*
 * Numbers as text that reads back to the same value, '.' as the decimal point whatever the locale
 * of the program or thread. Not finite: `nan`, `inf`, `-inf`, which pandas, numpy and R read.
 */
#ifndef CT_IO_NUMBER_H
#define CT_IO_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

enum { NUMBER_SIZE = 32 }; /* room for any number with its terminating zero */

/* As %.9g, and with the fewest digits that read back, as %.15g, %.16g or %.17g lays them out.
 * Returns the length. */
size_t number_format_f32(char out[NUMBER_SIZE], float value);
size_t number_format_f64(char out[NUMBER_SIZE], double value);
size_t number_format_size(char out[NUMBER_SIZE], size_t value);
size_t number_format_int(char out[NUMBER_SIZE], long long value);

/*
 * text[0 .. size), terminated by text[size] == 0, as a whole: an optional sign, digits with an
 * optional '.', an optional exponent; or nan, inf, infinity in any case. Rounded correctly. False,
 * leaving *value alone, when there is anything else, blanks and hexadecimal included. What is too
 * large becomes infinite, what is too small 0 or subnormal.
 */
bool number_parse(const char *text, size_t size, double *value);

/*
 * Is value, as parsed, the decimal number that %.9g makes of a float32? Of numbers with nine digits
 * one in six or fewer is, of longer ones none, so a file in which all are was written from float32.
 */
bool number_is_f32_text(double value);

/* number_parse() for a plain run of digits: no sign, no blank, no overflow. */
bool number_parse_size(const char *text, size_t size, size_t *value);

#endif
