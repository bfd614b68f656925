/*
 * The memory that this process can still get: what the system has available and swap, within its
 * own limits and those of its control groups. What is allocated beyond is not refused by Linux: it
 * ends the process, at some later time, without a word.
 */
#ifndef CT_BASE_MEMORY_LIMIT_H
#define CT_BASE_MEMORY_LIMIT_H

#include <stdint.h>

#include "base/status.h"

struct memory_left {
    uint64_t bytes;    /* UINT64_MAX: not known */
    const char *limit; /* what sets it: `this machine`, `the control group`, `ulimit` */
};

struct memory_left memory_left(void);

/* The same with the files of /proc and of control groups below a folder that stands for /. */
struct memory_left memory_left_in(const char *root);

/* What ulimit -v and -d leave; UINT64_MAX: they are not set. */
uint64_t address_space_left(void);

/* Less is not worth a look: that takes some tenths of a millisecond. */
enum { MEMORY_LOOK_FROM = 32 << 20 };

/* CT_ENOMEM when that many bytes are more than are left: `WHAT: needs .. of memory, .. left ..;
 * ADVICE`. */
enum ct_status memory_check(double bytes, const char *what, const char *advice,
                            struct ct_error *err);

#endif
