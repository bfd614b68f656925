/*
 * What a program carries with it: the ordinary one nothing, its data are files of the system. The
 * portable program, which is linked statically and finds no files, has these functions in
 * src/portable/ instead of inside.c.
 */
#ifndef CT_BASE_INSIDE_H
#define CT_BASE_INSIDE_H

#include <stddef.h>

struct inside_file {
    const char *name;
    const void *data; /* [size] */
    size_t size;
};

/* The files of the demo: *files, static; their number, which may be 0. */
size_t inside_demo(const struct inside_file **files);

/* The description of a terminal as a value of TERMINFO, static; NULL: there is none. */
const char *inside_terminal(const char *name);

#endif
