#include "config.h"
#include "io/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CHECKS_PER_SECOND = 10 };

/* The previous holder may have removed the lock file, and another process may have created a new
 * one. */
static bool is_still_at(int fd, const char *path)
{
    struct stat ours;
    struct stat there;

    return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_dev == there.st_dev &&
           ours.st_ino == there.st_ino;
}

/* Takes the lock of an open file; true if another process holds it. */
static bool is_taken(int fd)
{
    while (flock(fd, LOCK_EX | LOCK_NB) != 0)
        if (errno != EINTR)
            return errno == EWOULDBLOCK; /* else the file system has no locks */
    return false;
}

static void pause_shortly(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = 1000000000 / CHECKS_PER_SECOND }, NULL);
}

enum ct_status lockfile_take(const char *path, bool (*wait)(void *context), void *context, int *fd,
                             struct ct_error *err)
{
    for (;;) {
        struct stat s;
        const int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
        if (opened < 0)
            return ct_fail_errno(err, "%s: cannot be opened", path);
        if (fstat(opened, &s) != 0 || !S_ISREG(s.st_mode)) {
            close(opened);
            return ct_fail(err, CT_EIO, "%s: is not a regular file; remove it", path);
        }
        const bool must_wait = is_taken(opened);
        if (!must_wait && is_still_at(opened, path)) {
            *fd = opened;
            return CT_OK;
        }
        close(opened);
        if (must_wait && !wait(context))
            return ct_fail(err, CT_ECANCELED, "%s: waiting for it was cancelled", path);
        if (must_wait)
            pause_shortly();
    }
}

static const char lock_name[] = ".circuittui.lock";

/* 0600: who cannot write here cannot take it. */
static enum ct_status open_lock(int folder, const char *path, int *fd, struct ct_error *err)
{
    struct stat s;
    const int opened =
        openat(folder, lock_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

    if (opened < 0 && (errno == EACCES || errno == EPERM) &&
        fstatat(folder, lock_name, &s, AT_SYMLINK_NOFOLLOW) == 0)
        return ct_fail(err, CT_EIO,
                       "%s/%s: is of another user, who writes results there or was interrupted; "
                       "remove it, or use another folder",
                       path, lock_name);
    if (opened < 0 && errno != ELOOP)
        return ct_fail_errno(err, "%s: cannot be written", path);
    if (opened < 0 || fstat(opened, &s) != 0 || !S_ISREG(s.st_mode)) {
        if (opened >= 0)
            close(opened);
        return ct_fail(err, CT_EIO, "%s/%s: is not a regular file; remove it", path, lock_name);
    }
    *fd = opened;
    return CT_OK;
}

static bool is_still_in(int fd, int folder)
{
    struct stat ours;
    struct stat there;

    return fstat(fd, &ours) == 0 && fstatat(folder, lock_name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

enum ct_status lockfile_take_folder(int folder, const char *path, int seconds, int *fd,
                                    struct ct_error *err)
{
    int opened = -1;

    for (int checks = CHECKS_PER_SECOND * seconds;;) {
        const enum ct_status status = open_lock(folder, path, &opened, err);
        if (status != CT_OK)
            return status;
        const bool must_wait = is_taken(opened);
        if (!must_wait && is_still_in(opened, folder)) {
            *fd = opened;
            return CT_OK;
        }
        close(opened);
        if (must_wait && checks-- <= 0)
            return ct_fail(err, CT_EIO,
                           "%s: another process is writing results there; wait for it, or use "
                           "another folder",
                           path);
        if (must_wait)
            pause_shortly();
    }
}

void lockfile_release_folder(int folder, int fd)
{
    if (fd <= 0)
        return;
    (void)unlinkat(folder, lock_name, 0);
    close(fd);
}

void lockfile_release(int fd)
{
    if (fd > 0)
        close(fd);
}
