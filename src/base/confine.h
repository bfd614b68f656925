/*
 * Gives up rights that are not needed, by Landlock (Linux 5.13): whatever a malformed file makes
 * the program do, it can then write nowhere else. Best effort: what the kernel lacks is not
 * confined.
 */
#ifndef CT_BASE_CONFINE_H
#define CT_BASE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

/* From now on, this thread and those that it starts may create, write and remove files only beneath
 * the open folders [n], and write to /dev/null and to what is open already. */
void confine_writes(const int *folders, size_t n);

/* From now on, they open no TCP connections (Linux 6.7). */
void confine_network(void);

/* Whether writing is confined: a refusal may then be ours. */
bool confine_is_on(void);

#endif
