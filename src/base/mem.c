#include "config.h"
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

bool ct_mul_size(size_t count, size_t size, size_t *product)
{
    return !__builtin_mul_overflow(count, size, product);
}

void *ct_malloc_array(size_t count, size_t size)
{
    size_t bytes;

    return ct_mul_size(count, size, &bytes) ? malloc(bytes > 0 ? bytes : 1) : NULL;
}

void *ct_calloc_array(size_t count, size_t size)
{
    size_t bytes;

    return ct_mul_size(count, size, &bytes) ? calloc(bytes > 0 ? bytes : 1, 1) : NULL;
}

void *ct_realloc_array(void *old, size_t count, size_t size)
{
    size_t bytes;

    return ct_mul_size(count, size, &bytes) ? realloc(old, bytes > 0 ? bytes : 1) : NULL;
}

void *ct_aligned_array(size_t count, size_t size)
{
    enum { LINE = 64, HUGE_PAGE = 2 << 20 };
    size_t bytes;

    if (!ct_mul_size(count, size, &bytes) || bytes > SIZE_MAX - HUGE_PAGE)
        return NULL;
    const size_t unit = bytes >= 2 * (size_t)HUGE_PAGE ? HUGE_PAGE : LINE;
    const size_t whole = (bytes > 0 ? bytes + unit - 1 : unit) / unit * unit;
    void *const memory = aligned_alloc(unit, whole);
#ifdef MADV_HUGEPAGE
    if (memory != NULL && unit == HUGE_PAGE)
        madvise(memory, whole, MADV_HUGEPAGE); /* a hint: first touch of small pages is slow */
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
