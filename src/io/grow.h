/* Arrays that grow while a file is read. */
#ifndef CT_IO_GROW_H
#define CT_IO_GROW_H

#include <stddef.h>

/*
 * Makes room for at least need elements of size bytes: old (NULL with *room 0 to begin) moved to
 * where it fits, *room raised, doubled if memory allows it. NULL when memory is out: old and *room
 * are as they were.
 */
void *array_grow(void *old, size_t *room, size_t need, size_t size);

#endif
