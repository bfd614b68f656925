/*
 * Arrays that may be larger than memory: allocated up to a size, beyond it in a temporary file that
 * has no name, is mapped, and is gone with the process. The system writes its pages out and takes
 * them back when memory is short.
 */
#ifndef CT_BASE_SPILL_H
#define CT_BASE_SPILL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct spill {      /* zero-initialise; owns data until spill_clear() */
    void *data;     /* not cleared; on a 64-byte line */
    size_t size;    /* bytes */
    bool is_mapped; /* it lies in a file */
};

/*
 * count * size bytes; those above `most` go to a file in folder, whose space on disk is taken at
 * once. what: for the message. CT_ENOMEM; CT_EIO: no such folder, or the disk has no room. *s is
 * untouched then.
 */
enum ct_status spill_init(struct spill *s, size_t count, size_t size, size_t most,
                          const char *folder, const char *what, struct ct_error *err);
/* Whether those bytes come out of memory: in a folder that lies in memory itself, all do. */
bool spill_takes_memory(double bytes, size_t most, const char *folder);
void spill_clear(struct spill *s);

#endif
