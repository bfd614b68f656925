/* The processors that this process may use at a time. */
#ifndef CT_BASE_PROCESSORS_H
#define CT_BASE_PROCESSORS_H

/* At least 1, and at most: those that it may be scheduled on, what SLURM_CPUS_PER_TASK says, and
 * the quotas of its control groups, rounded up. More threads would only be stopped in turn. */
int processors_available(void);

/* The smallest of those quotas, reading /proc and control groups below a folder that replaces /;
 * INT_MAX: none. */
int processors_of_quota(const char *root);

#endif
