#include "config.h"
#include "io/infile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/grow.h"

const char *infile_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

enum ct_status infile_open(const char *path, int *fd, struct ct_error *err)
{
    if (strcmp(path, "-") == 0) {
        *fd = STDIN_FILENO;
        return CT_OK;
    }
    const int opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (opened < 0)
        return ct_fail_errno(err, "%s: cannot be opened", path);
    *fd = opened;
    return CT_OK;
}

void infile_close(int fd)
{
    if (fd > STDIN_FILENO)
        close(fd);
}

size_t infile_size(int fd)
{
    struct stat info;

    return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 ? (size_t)info.st_size
                                                                              : 0;
}

enum ct_status infile_read(int fd, const char *name, void *buffer, size_t size, size_t *got,
                           struct ct_error *err)
{
    enum { AT_ONCE = 1 << 30 }; /* Linux reads at most 2 GiB per call */
    size_t used = 0;

    while (used < size) {
        const size_t want = size - used < AT_ONCE ? size - used : AT_ONCE;
        const ssize_t n = read(fd, (char *)buffer + used, want);
        if (n == 0)
            break;
        if (n > 0)
            used += (size_t)n;
        else if (errno != EINTR)
            return ct_fail_errno(err, "%s: cannot be read", name);
    }
    *got = used;
    return CT_OK;
}

enum ct_status infile_read_on(int fd, const char *name, struct inbuffer *buffer, bool *more,
                              struct ct_error *err)
{
    const size_t need = buffer->used + INFILE_STEP;
    char *const grown = array_grow(buffer->data, &buffer->room, need, 1);
    size_t got = 0;

    if (grown == NULL)
        return ct_fail_nomem(err, name, need);
    buffer->data = grown;
    const enum ct_status st =
        infile_read(fd, name, grown + buffer->used, buffer->room - buffer->used, &got, err);
    buffer->used += got;
    *more = buffer->used == buffer->room;
    return st;
}
