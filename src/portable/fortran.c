/* What LAPACK needs of the library of Fortran, which is not installed with it. */
#include "config.h"

#include <string.h>

void concatenate(size_t size, char *out, size_t size_a, const char *a, size_t size_b,
                 const char *b) __asm__("_gfortran_concat_string");

/* out [size] = a // b, cut off or filled with blanks. */
void concatenate(size_t size, char *out, size_t size_a, const char *a, size_t size_b, const char *b)
{
    const size_t n_a = size_a < size ? size_a : size;
    const size_t n_b = size_b < size - n_a ? size_b : size - n_a;

    memcpy(out, a, n_a);
    memcpy(out + n_a, b, n_b);
    memset(out + n_a + n_b, ' ', size - n_a - n_b);
}
