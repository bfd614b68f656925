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
        const int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (opened < 0)
            return ct_fail_errno(err, "%s: cannot be opened", path);
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

enum ct_status lockfile_take_folder(const char *folder, int seconds, int *fd, struct ct_error *err)
{
    const int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *fd = 0;
    if (opened < 0) /* a folder with write but no read permission */
        return CT_OK;
    for (int checks = CHECKS_PER_SECOND * seconds; is_taken(opened); checks--) {
        if (checks == 0) {
            close(opened);
            return ct_fail(err, CT_EIO,
                           "%s: another process is writing results there; wait for it, or use "
                           "another folder",
                           folder);
        }
        pause_shortly();
    }
    *fd = opened;
    return CT_OK;
}

void lockfile_release(int fd)
{
    if (fd > 0)
        close(fd);
}
