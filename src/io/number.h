/*
 * Numbers as text that reads back to the same value. The decimal point is '.' whatever the locale
 * of the program or thread. Non-finite values are `nan`, `inf`, `-inf`, which pandas, numpy and R
 * read.
 */
#ifndef CT_IO_NUMBER_H
#define CT_IO_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

enum { NUMBER_SIZE = 32 }; /* any number with its terminating zero */

/* float32 as %.9g; float64 with the fewest digits that read back, laid out as by %.15g, %.16g or
 * %.17g. Both return the length. */
size_t number_format_f32(char out[NUMBER_SIZE], float value);
size_t number_format_f64(char out[NUMBER_SIZE], double value);
size_t number_format_size(char out[NUMBER_SIZE], size_t value);
size_t number_format_int(char out[NUMBER_SIZE], long long value);

/*
 * Parses all of text[0 .. size), terminated by text[size] == 0: an optional sign, digits with an
 * optional '.', an optional exponent; or nan, inf, infinity in any case. Correctly rounded;
 * overflow gives infinity, underflow 0 or a subnormal. Returns false, with *value untouched, for
 * anything else, including blanks and hexadecimal.
 */
bool number_parse(const char *text, size_t size, double *value);

/*
 * Whether value, as parsed, is the decimal number that %.9g prints for some float32. At most one in
 * six numbers of nine digits is, and no longer one, so a file in which all are was written from
 * float32.
 */
bool number_is_f32_text(double value);

/* Parses a plain run of digits: no sign, no blank, no overflow. */
bool number_parse_size(const char *text, size_t size, size_t *value);

#endif
