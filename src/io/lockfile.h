/*
 * Locks between processes by flock(2), released when the process ends, however it ends. On a file
 * system without locks, nothing is locked and no process waits.
 */
#ifndef CT_IO_LOCKFILE_H
#define CT_IO_LOCKFILE_H

#include <stdbool.h>

#include "base/status.h"

/* Locks a separate lock file, compatible with Python's filelock, so that Hugging Face's tools and
 * circuittui wait for each other. Creates path if missing and takes the lock; *fd is for
 * lockfile_release(). While another process holds it, wait is called about ten times a second; it
 * returns false to give up. CT_EIO, CT_ECANCELED. */
enum ct_status lockfile_take(const char *path, bool (*wait)(void *context), void *context, int *fd,
                             struct ct_error *err);

/* Locks an existing folder against other processes that also lock it before they write. *fd is
 * above 0, for lockfile_release(), or 0 if the folder cannot be opened. CT_EIO: another process has
 * held the lock for that many seconds. */
enum ct_status lockfile_take_folder(const char *folder, int seconds, int *fd, struct ct_error *err);

void lockfile_release(int fd); /* 0 is accepted */

#endif
