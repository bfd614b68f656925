#include "config.h"
#include "io/grow.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/memory_limit.h"

/*
 * Whether there is memory for `more` elements. Other arrays with the same rows grow at the same
 * time, and memory_left() does not count what they have allocated but not touched yet.
 */
static bool is_safe(size_t room, size_t more, size_t size)
{
    enum { ARRAYS = 4 }; /* a row takes at most this multiple of its bytes in this array */
    size_t bytes;

    if (!ct_mul_size(room + more, size, &bytes))
        return false;
    return bytes < MEMORY_LOOK_FROM || more * size <= memory_left().bytes / ARRAYS;
}

void *array_grow(void *old, size_t *room, size_t need, size_t size)
{
    enum { LEAST = 16, FINE = 64 };

    if (old != NULL && need <= *room)
        return old;
    const size_t twice = *room < SIZE_MAX / 2 ? 2 * *room : SIZE_MAX;
    size_t wanted = need > twice ? need : twice;
    if (wanted < LEAST)
        wanted = LEAST;
    void *grown = NULL;
    if (is_safe(*room, wanted - *room, size))
        grown = ct_realloc_array(old, wanted, size);
    if (grown == NULL && need < wanted) {
        wanted = need + need / FINE < wanted ? need + need / FINE : need;
        if (is_safe(*room, wanted - *room, size))
            grown = ct_realloc_array(old, wanted, size);
    }
    if (grown != NULL)
        *room = wanted;
    return grown;
}
