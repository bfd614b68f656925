/*
 * units/plan.json: what a run whose sentences are shared out computes, so that all its tasks, and
 * the one that merges their units, do the same. The first task to come writes it; the others
 * compare theirs with it.
 */
#ifndef CT_REPORT_UNIT_PLAN_H
#define CT_REPORT_UNIT_PLAN_H

#include <jansson.h>

#include "io/hash.h"
#include "pipeline/units.h"

#define UNIT_PLAN_FILE "plan.json"

struct run_request { /* what a run is asked for beside its parameters; borrows everything */
    bool per_layer;
    unsigned formats;           /* of result files */
    const char *figures;        /* NULL: none */
    const char *const *command; /* [n_command] the program's arguments */
    size_t n_command;
};

struct unit_plan {              /* zero-initialise; owns everything until unit_plan_clear() */
    json_t *root;               /* of the file */
    char digest[HASH_HEX_SIZE]; /* of what is computed; units carry it */
    size_t size, n;             /* sentences in a unit, units */
    struct params params;       /* paths relative to the current directory */
    struct run_request request; /* its command is that of a run that is not shared out */
};

/*
 * Writes the plan of a's units to folder, open as fd, unless there is one; otherwise compares with
 * that. out, to be cleared by the caller, becomes the plan in the folder. CT_EINVAL: the plan there
 * is of another version, model, hook points, sentences or parameters, the message says which;
 * CT_EFORMAT: it is no plan; CT_EIO, CT_ENOMEM.
 */
enum ct_status unit_plan_share(const struct analysis *a, const struct units *units,
                               const struct run_request *request, int fd, const char *folder,
                               struct unit_plan *out, struct ct_error *err);

/* Reads the untrusted plan in a folder of units. CT_EIO, CT_EFORMAT, CT_ENOMEM; *out is unchanged
 * then. */
enum ct_status unit_plan_read(const char *folder, struct unit_plan *out, struct ct_error *err);

/* Whether a, with the parameters of the plan, still has its model and sentences. CT_EINVAL, CT_EIO,
 * CT_ENOMEM. */
enum ct_status unit_plan_check(const struct unit_plan *plan, const struct analysis *a,
                               const struct units *units, const char *folder, struct ct_error *err);

void unit_plan_clear(struct unit_plan *plan);

#endif
