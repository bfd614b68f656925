/*
 * Arrays that may be larger than memory: allocated up to a size, beyond it stored in an unnamed,
 * mapped temporary file that disappears with the process. The system writes its pages out and
 * reclaims them when memory is short.
 */
#ifndef CT_BASE_SPILL_H
#define CT_BASE_SPILL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct spill {      /* zero-initialise; owns data until spill_clear() */
    void *data;     /* uninitialised; 64-byte aligned */
    size_t size;    /* bytes */
    bool is_mapped; /* stored in a file */
};

/*
 * count * size bytes; more than `most` go to a file in folder, whose disk space is allocated
 * immediately. what: for the message. CT_ENOMEM; CT_EIO: no such folder, or the disk is full. *s is
 * unchanged then.
 */
enum ct_status spill_init(struct spill *s, size_t count, size_t size, size_t most,
                          const char *folder, const char *what, struct ct_error *err);
/* Whether those bytes take memory: in a folder on a memory file system, all do. */
bool spill_takes_memory(double bytes, size_t most, const char *folder);
void spill_clear(struct spill *s);

#endif
