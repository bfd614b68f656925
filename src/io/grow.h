/* Arrays that grow while a file is being read. */
#ifndef CT_IO_GROW_H
#define CT_IO_GROW_H

#include <stddef.h>

/*
 * Reallocates old (initially NULL, with *room 0) to hold at least need elements of size bytes, and
 * raises *room, to double if memory allows. Returns NULL if out of memory; old and *room are then
 * unchanged.
 */
void *array_grow(void *old, size_t *room, size_t need, size_t size);

#endif
