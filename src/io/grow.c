#include "config.h"
#include "io/grow.h"

#include <stdint.h>

#include "base/mem.h"

void *array_grow(void *old, size_t *room, size_t need, size_t size)
{
    enum { LEAST = 16 };

    if (old != NULL && need <= *room)
        return old;
    const size_t twice = *room < SIZE_MAX / 2 ? 2 * *room : SIZE_MAX;
    size_t wanted = need > twice ? need : twice;
    if (wanted < LEAST)
        wanted = LEAST;
    void *grown = ct_realloc_array(old, wanted, size);
    if (grown == NULL && need < wanted) {
        wanted = need + need / 16 < wanted ? need + need / 16 : need;
        grown = ct_realloc_array(old, wanted, size);
    }
    if (grown != NULL)
        *room = wanted;
    return grown;
}
