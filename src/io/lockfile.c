#include "config.h"
#include "io/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Whoever had the lock may have removed its file, and the next one have made another. */
static bool is_still_at(int fd, const char *path)
{
    struct stat ours;
    struct stat there;

    return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_dev == there.st_dev &&
           ours.st_ino == there.st_ino;
}

enum ct_status lockfile_take(const char *path, bool (*wait)(void *context), void *context, int *fd,
                             struct ct_error *err)
{
    const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };

    for (;;) {
        const int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (opened < 0)
            return ct_fail_errno(err, "%s: cannot be opened", path);
        const bool is_taken =
            flock(opened, LOCK_EX | LOCK_NB) != 0 && (errno == EWOULDBLOCK || errno == EINTR);
        if (!is_taken && is_still_at(opened, path)) {
            *fd = opened;
            return CT_OK;
        }
        close(opened);
        if (is_taken && !wait(context))
            return ct_fail(err, CT_ECANCELED, "%s: waiting for it was stopped", path);
        if (is_taken)
            nanosleep(&pause, NULL);
    }
}

void lockfile_release(int fd)
{
    close(fd);
}
