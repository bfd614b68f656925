/* Which of several tasks of one run this process is. */
#ifndef CT_CLI_TASK_H
#define CT_CLI_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct task {
    size_t index; /* from 0 */
    size_t n;     /* 0: not shared out */
};

/* `2/3`, the second of three; `auto`: what the launcher says. CT_EINVAL. */
enum ct_status task_parse(const char *text, struct task *out, struct ct_error *err);

/* What the environment says: a task of a Slurm array, else of a Slurm job step, of Open MPI, or of
 * another launcher by PMI. False: nothing, or nonsense. */
bool task_of_launcher(struct task *out);

/* The same without arrays, whose tasks may well be runs of their own: several processes that were
 * started at once to do the same. */
bool task_of_step(struct task *out);

#endif
