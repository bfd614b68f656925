/* Indices in the order of a number each, ties by index. */
#ifndef CT_NUM_KEYED_H
#define CT_NUM_KEYED_H

#include <stddef.h>

struct keyed {
    double key; /* not NaN */
    size_t index;
};

/* Sorts k [n] by key ascending, equal keys by index. */
void keyed_sort(struct keyed *k, size_t n);

#endif
