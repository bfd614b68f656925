#include "config.h"
#include "base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory_limit.h"

bool ct_mul_size(size_t count, size_t size, size_t *product)
{
    return !__builtin_mul_overflow(count, size, product);
}

/* Computes the product, at least 1; true when memory suffices for that many bytes beyond old's. */
static bool fits(const void *old, size_t count, size_t size, size_t *bytes)
{
    if (!ct_mul_size(count, size, bytes))
        return false;
    *bytes += *bytes == 0;
    if (*bytes < MEMORY_LOOK_FROM)
        return true;
    const size_t had = old != NULL ? malloc_usable_size((void *)old) : 0;
    return *bytes <= had || *bytes - had <= memory_left().bytes;
}

void *ct_malloc_array(size_t count, size_t size)
{
    size_t bytes;

    return fits(NULL, count, size, &bytes) ? malloc(bytes) : NULL;
}

void *ct_calloc_array(size_t count, size_t size)
{
    size_t bytes;

    return fits(NULL, count, size, &bytes) ? calloc(bytes, 1) : NULL;
}

void *ct_realloc_array(void *old, size_t count, size_t size)
{
    size_t bytes;

    return fits(old, count, size, &bytes) ? realloc(old, bytes) : NULL;
}

void *ct_aligned_array(size_t count, size_t size)
{
    enum { LINE = 64, HUGE_PAGE = 2 << 20 };
    size_t bytes;

    if (!fits(NULL, count, size, &bytes) || bytes > SIZE_MAX - HUGE_PAGE)
        return NULL;
    const size_t unit = bytes >= 2 * (size_t)HUGE_PAGE ? HUGE_PAGE : LINE;
    const size_t whole = (bytes + unit - 1) / unit * unit;
    void *const memory = aligned_alloc(unit, whole);
#ifdef MADV_HUGEPAGE
    if (memory != NULL && unit == HUGE_PAGE)
        madvise(memory, whole, MADV_HUGEPAGE); /* a hint: faulting in small pages is slow */
#endif
    return memory;
}

bool ct_close_memstream(FILE *stream, char **buffer)
{
    const bool is_short = ferror(stream) != 0;

    if (fclose(stream) == 0 && !is_short && *buffer != NULL)
        return true;
    free(*buffer);
    *buffer = NULL;
    return false;
}

char *ct_strndup(const char *text, size_t size)
{
    char *const copy = size < SIZE_MAX ? malloc(size + 1) : NULL;

    if (copy != NULL) {
        memcpy(copy, text, size);
        copy[size] = '\0';
    }
    return copy;
}
