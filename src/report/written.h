/* Files that were written: names in one folder, and digests. */
#ifndef CT_REPORT_WRITTEN_H
#define CT_REPORT_WRITTEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/hash.h"

struct written_file {
    char *name; /* `ttest.csv`, or in a layer's folder `h.3.mlp.c_fc/ttest.csv` */
    struct input_digest digest;
};

struct written { /* zero-initialise; owns everything until written_clear() */
    struct written_file *files;
    size_t n, room;
    uint32_t *slots; /* [n_slots] index by name, private */
    size_t n_slots;
};

/* layer: name of the file's folder, or NULL. CT_ENOMEM. */
enum ct_status written_add(struct written *w, const char *layer, const char *file,
                           const struct input_digest *digest, struct ct_error *err);

/* layer as above; with NULL, file is the whole name. NULL: no such file. */
const struct written_file *written_find(const struct written *w, const char *layer,
                                        const char *file);

void written_clear(struct written *w);

#endif
