/*
 * When preloaded, records a program's calls on files below a folder, and makes one of them fail:
 *
 *     WATCH_FOLDER=/tmp/x WATCH_LOG=log WATCH_FAIL='close 1 5 ttest.csv' LD_PRELOAD=... circuittui
 *
 * One line per call: its name, the path, for open `w` (for writing) and `x` (exclusive), for rename
 * and symlink the other path. WATCH_FAIL: the call, its ordinal, errno, and a part of the path; a
 * failing close still closes, a write with errno 0 writes one byte.
 *
 * WATCH_LEAD='PART TARGET' plants a fault: a file to be written whose path contains PART is TARGET
 * instead, and before that a connection to this machine is tried; `lead ERRNO ERRNO` of both.
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static char folder[PATH_MAX];
static int log_fd = -1;
static char fail_call[20];
static char fail_part[PATH_MAX];
static int fail_at, fail_errno;
static char lead_part[PATH_MAX], lead_target[PATH_MAX];

__attribute__((constructor)) static void begin(void)
{
    const char *const name = getenv("WATCH_FOLDER");
    const char *const log = getenv("WATCH_LOG");
    const char *const fail = getenv("WATCH_FAIL");
    const char *const lead = getenv("WATCH_LEAD");

    if (name == NULL || log == NULL || realpath(name, folder) == NULL)
        return;
    const int fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    log_fd = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 900);
    syscall(SYS_close, fd);
    if (lead != NULL)
        (void)sscanf(lead, "%4095s %4095s", lead_part, lead_target);
    if (fail != NULL)
        (void)sscanf(fail, "%19s %d %d %4095s", fail_call, &fail_at, &fail_errno, fail_part);
}

/* Records a call on path; true when it must fail, with errno set. */
static bool note(const char *call, const char *path, const char *more)
{
    char line[6 * PATH_MAX];
    char absolute[2 * PATH_MAX + 2];

    if (log_fd < 0)
        return false;
    snprintf(absolute, sizeof absolute, "%s", path);
    if (path[0] != '/' && getcwd(absolute, PATH_MAX) != NULL) {
        const size_t n = strlen(absolute);
        snprintf(absolute + n, sizeof absolute - n, "/%s", path);
    }
    const size_t n = strlen(folder);
    if (strncmp(absolute, folder, n) != 0 || absolute[n] != '/')
        return false;
    const int size = snprintf(line, sizeof line, "%s %s %s\n", call, absolute + n + 1, more);
    syscall(SYS_write, log_fd, line, (size_t)size);
    if (strcmp(call, fail_call) != 0 || strstr(absolute, fail_part) == NULL || --fail_at != 0)
        return false;
    errno = fail_errno;
    return true;
}

static bool note_fd(const char *call, int fd)
{
    char link[40];
    char path[PATH_MAX] = "";
    const int reason = errno;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (readlink(link, path, sizeof path - 1) < 0 || path[0] != '/') {
        errno = reason;
        return false;
    }
    errno = reason;
    return note(call, path, "");
}

/* NAME in the open folder as a path. */
static const char *path_in(int at, const char *name, char out[2 * PATH_MAX])
{
    char link[40];
    char path[PATH_MAX] = "";

    if (at == AT_FDCWD || name[0] == '/')
        return name;
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    if (readlink(link, path, sizeof path - 1) < 0)
        return name;
    snprintf(out, 2 * PATH_MAX, "%s/%s", path, name);
    return out;
}

static int open_lead(void)
{
    const struct sockaddr_in here = { .sin_family = AF_INET,
                                      .sin_port = htons(9),
                                      .sin_addr = { htonl(INADDR_LOOPBACK) } };
    char line[100];
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int net = connect(fd, (const struct sockaddr *)&here, sizeof here) == 0 ? 0 : errno;

    syscall(SYS_close, fd);
    const int opened =
        (int)syscall(SYS_openat, AT_FDCWD, lead_target, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    const int reason = opened >= 0 ? 0 : errno;
    const int size = snprintf(line, sizeof line, "lead %d %d\n", net, reason);
    syscall(SYS_write, log_fd, line, (size_t)size);
    errno = reason;
    return opened;
}

/* Looking at what is there, with O_PATH, opens nothing. */
static int open_file(int at, const char *name, int flags, unsigned mode)
{
    char joined[2 * PATH_MAX];
    const char *const path = path_in(at, name, joined);
    const bool is_writing = (flags & O_ACCMODE) != O_RDONLY;
    char more[3] = "";

    strcat(more, is_writing ? "w" : "");
    strcat(more, (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) ? "x" : "");
    if ((flags & O_PATH) == 0 && note("open", path, more))
        return -1;
    if (is_writing && lead_part[0] != '\0' && strstr(path, lead_part) != NULL)
        return open_lead();
    return (int)syscall(SYS_openat, at, name, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list args;

    va_start(args, flags);
    const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(args, unsigned) : 0;
    va_end(args);
    return open_file(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...);
int open64(const char *path, int flags, ...)
{
    va_list args;

    va_start(args, flags);
    const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(args, unsigned) : 0;
    va_end(args);
    return open_file(AT_FDCWD, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...)
{
    va_list args;

    va_start(args, flags);
    const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(args, unsigned) : 0;
    va_end(args);
    return open_file(at, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...);
int openat64(int at, const char *path, int flags, ...)
{
    va_list args;

    va_start(args, flags);
    const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(args, unsigned) : 0;
    va_end(args);
    return open_file(at, path, flags, mode);
}

int __openat_2(int at, const char *path, int flags);
int __openat_2(int at, const char *path, int flags)
{
    return open_file(at, path, flags, 0);
}

int __openat64_2(int at, const char *path, int flags);
int __openat64_2(int at, const char *path, int flags)
{
    return open_file(at, path, flags, 0);
}

int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
    return open_file(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
    return open_file(AT_FDCWD, path, flags, 0);
}

int fsync(int fd)
{
    return note_fd("fsync", fd) ? -1 : (int)syscall(SYS_fsync, fd);
}

int close(int fd)
{
    if (fd == log_fd && fd >= 0)
        return 0;
    const bool fails = note_fd("close", fd);
    const int reason = errno;
    const int status = (int)syscall(SYS_close, fd);

    if (fails)
        errno = reason;
    return fails ? -1 : status;
}

ssize_t write(int fd, const void *data, size_t size)
{
    if (fd == log_fd || !note_fd("write", fd))
        return syscall(SYS_write, fd, data, size);
    return errno == 0 ? syscall(SYS_write, fd, data, size > 0 ? 1 : 0) : -1;
}

int renameat(int from_at, const char *from, int to_at, const char *to)
{
    char joined[2][2 * PATH_MAX];

    return note("rename", path_in(from_at, from, joined[0]), path_in(to_at, to, joined[1]))
               ? -1
               : (int)syscall(SYS_renameat2, from_at, from, to_at, to, 0);
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int symlink(const char *to, const char *path)
{
    return note("symlink", path, to) ? -1 : (int)syscall(SYS_symlinkat, to, AT_FDCWD, path);
}

int unlinkat(int at, const char *path, int flags)
{
    char joined[2 * PATH_MAX];

    return note("unlink", path_in(at, path, joined), "")
               ? -1
               : (int)syscall(SYS_unlinkat, at, path, flags);
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int ftruncate(int fd, off_t size)
{
    return note_fd("ftruncate", fd) ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}
