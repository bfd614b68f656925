/* Overflow-checked sizes, and allocation of arrays whose size comes from data. */
#ifndef CT_BASE_MEM_H
#define CT_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

static inline size_t size_min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* count * size in *product; false on overflow. */
bool ct_mul_size(size_t count, size_t size, size_t *product);

/* Like malloc, calloc and realloc of count * size bytes; NULL on overflow, or when that is more
 * than the memory left, see memory_left(). A count of 0 gives a pointer that can be freed. */
void *ct_malloc_array(size_t count, size_t size);
void *ct_calloc_array(size_t count, size_t size);
void *ct_realloc_array(void *old, size_t count, size_t size);

/* count * size bytes, 64-byte aligned for vector loads, uninitialised; large arrays request huge
 * pages. Free with free(). */
void *ct_aligned_array(size_t count, size_t size);

/* Closes a stream of open_memstream(&buffer, ...). False: memory ran out, and *buffer is freed and
 * NULL. The C library reports that in one of three ways. */
bool ct_close_memstream(FILE *stream, char **buffer);

/* A copy of text[0 .. size) with a terminating NUL; NULL when memory is out. */
char *ct_strndup(const char *text, size_t size);

#endif
