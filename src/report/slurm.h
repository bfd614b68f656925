/* Scripts for Slurm: an array whose tasks compute the units of a run, and a job that merges them.
 */
#ifndef CT_REPORT_SLURM_H
#define CT_REPORT_SLURM_H

#include <stddef.h>

#include "base/status.h"

#define SLURM_ARRAY_FILE "shards.sbatch"
#define SLURM_MERGE_FILE "merge.sbatch"

struct slurm_job {              /* borrows everything */
    const char *directory;      /* in which the scripts start */
    const char *const *command; /* [n_command] the program, `plan`, and the options of the run */
    size_t n_command;
    const char *plan; /* the word among them that is the command */
    const char *out;  /* the folder of results, as in the command */
    size_t n_tasks;
    int threads;    /* of a task */
    double bytes;   /* of memory that a task needs, the weights included */
    double seconds; /* that a task takes, as measured on one machine */
};

/* Writes both scripts into the folder of results. CT_EIO, CT_ENOMEM. */
enum ct_status slurm_write(const struct slurm_job *job, struct ct_error *err);

#endif
