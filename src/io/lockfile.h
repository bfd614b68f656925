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

/* Locks an open folder against other processes that also do so before they write to it, with a file
 * of its own that users who may only read the folder cannot hold. path: the folder in messages. *fd
 * is for lockfile_release_folder(). CT_EIO: another process has held the lock for that many
 * seconds, or the file is another user's, or none that can be locked. */
enum ct_status lockfile_take_folder(int folder, const char *path, int seconds, int *fd,
                                    struct ct_error *err);

void lockfile_release_folder(int folder, int fd); /* 0 is accepted */

void lockfile_release(int fd); /* 0 is accepted */

#endif
