/*
 * Locks between processes by flock(2); they end with the process, however that ends. On a file
 * system that knows no locks, nobody is waited for.
 */
#ifndef CT_IO_LOCKFILE_H
#define CT_IO_LOCKFILE_H

#include <stdbool.h>

#include "base/status.h"

/* On a file of its own, as Python's filelock takes it, so that Hugging Face's tools and we wait for
 * each other. Makes path when it is missing, and takes the lock: *fd, which lockfile_release()
 * gives back. While another process has it, wait is called some ten times a second; false: stop.
 * CT_EIO, CT_ECANCELED. */
enum ct_status lockfile_take(const char *path, bool (*wait)(void *context), void *context, int *fd,
                             struct ct_error *err);

/* On a folder that is there: keeps other processes that ask from writing to it. *fd is above 0, for
 * lockfile_release(), or 0 where the folder cannot be opened. CT_EIO: another process has it, and
 * has had it for so many seconds. */
enum ct_status lockfile_take_folder(const char *folder, int seconds, int *fd, struct ct_error *err);

void lockfile_release(int fd); /* 0 is accepted */

#endif
