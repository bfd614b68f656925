#include "config.h"
#include "base/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif
#include <unistd.h>

#include "base/mem.h"

/* -1: cannot be created; see errno. */
static int open_nameless(const char *folder)
{
    char path[PATH_MAX];
    int fd = -1;

#ifdef O_TMPFILE
    fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
#endif
    if ((size_t)snprintf(path, sizeof path, "%s/circuittui.XXXXXX", folder) >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static enum ct_status map_file(struct spill *s, size_t bytes, const char *folder, const char *what,
                               struct ct_error *err)
{
    const int fd = open_nameless(folder);
    enum ct_status st = CT_OK;

    if (fd < 0)
        return ct_fail_errno(err, "%s: no temporary folder for %s; set TMPDIR", folder, what);
    errno = bytes > INT64_MAX ? EFBIG : posix_fallocate(fd, 0, (off_t)bytes);
    if (errno != 0) {
        st = ct_fail_errno(err, "%s: no space for %zu MB of %s; free some space or set TMPDIR",
                           folder, bytes / 1000000 + 1, what);
    } else {
        void *const data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (data == MAP_FAILED)
            st = ct_fail_nomem(err, what, bytes);
        else
            *s = (struct spill){ data, bytes, true };
    }
    close(fd);
    return st;
}

enum ct_status spill_init(struct spill *s, size_t count, size_t size, size_t most,
                          const char *folder, const char *what, struct ct_error *err)
{
    size_t bytes;

    if (!ct_mul_size(count, size, &bytes))
        return ct_fail_nomem(err, what, 0);
    if (bytes > most)
        return map_file(s, bytes, folder, what, err);
    void *const data = ct_aligned_array(count, size);
    if (data == NULL)
        return ct_fail_nomem(err, what, bytes);
    *s = (struct spill){ data, bytes, false };
    return CT_OK;
}

bool spill_takes_memory(double bytes, size_t most, const char *folder)
{
#ifdef __linux__
    enum { TMPFS = 0x01021994, RAMFS = (int)0x858458f6 };
    struct statfs fs;

    if (folder != NULL && statfs(folder, &fs) == 0 &&
        ((int)fs.f_type == TMPFS || (int)fs.f_type == RAMFS))
        return true;
#else
    (void)folder;
#endif
    return bytes <= (double)most;
}

void spill_clear(struct spill *s)
{
    if (s->is_mapped)
        munmap(s->data, s->size);
    else
        free(s->data);
    *s = (struct spill){ 0 };
}
