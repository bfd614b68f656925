/*
 * The memory that this process can still allocate: what the system has available including swap,
 * within the process's limits and those of its control groups. Linux does not refuse larger
 * allocations: it kills the process later, without a message.
 */
#ifndef CT_BASE_MEMORY_LIMIT_H
#define CT_BASE_MEMORY_LIMIT_H

#include <stdint.h>

#include "base/status.h"

struct memory_left {
    uint64_t bytes;    /* UINT64_MAX: unknown */
    const char *limit; /* what limits it: `this machine`, `the control group`, `ulimit` */
};

struct memory_left memory_left(void);

/* The same, reading /proc and control groups below a folder that replaces /. */
struct memory_left memory_left_in(const char *root);

/* What mapped files can stay in: without swap, and whatever ulimit says. */
struct memory_left memory_for_files(void);
struct memory_left memory_for_files_in(const char *root);

/* The rest within ulimit -v and -d; UINT64_MAX: not set. */
uint64_t address_space_left(void);

/* Smaller requests are not checked: a check takes some tenths of a millisecond. */
enum { MEMORY_LOOK_FROM = 32 << 20 };

/* CT_ENOMEM when bytes exceeds the memory left: `WHAT: needs .. of memory, .. left ..; ADVICE`. */
enum ct_status memory_check(double bytes, const char *what, const char *advice,
                            struct ct_error *err);

#endif
