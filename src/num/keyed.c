#include "config.h"
#include "num/keyed.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const struct keyed *const x = a, *const y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

void keyed_sort(struct keyed *k, size_t n)
{
    qsort(k, n, sizeof *k, compare);
}
