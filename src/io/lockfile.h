/*
 * A lock between processes: flock(2) on a file of its own, as Python's filelock takes it, so that
 * Hugging Face's tools and we wait for each other. It ends with the process, however that ends.
 */
#ifndef CT_IO_LOCKFILE_H
#define CT_IO_LOCKFILE_H

#include <stdbool.h>

#include "base/status.h"

/* Makes path when it is missing, and takes the lock: *fd, which lockfile_release() gives back.
 * While another process has it, wait is called some ten times a second; false: stop. On a file
 * system that knows no locks, nobody is waited for. CT_EIO, CT_ECANCELED. */
enum ct_status lockfile_take(const char *path, bool (*wait)(void *context), void *context, int *fd,
                             struct ct_error *err);
void lockfile_release(int fd);

#endif
