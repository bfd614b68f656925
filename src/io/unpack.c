#include "config.h"
#include "io/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/folder.h"
#include "io/infile.h"
#include "io/outfolder.h"

enum { SECONDS = 10 }; /* for another process that is writing the same */

/* Whether the file in the open folder holds these bytes; no link, or it could change. */
static bool holds(int folder, const struct inside_file *f)
{
    const int fd = openat(folder, f->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    char buffer[16384];
    struct stat s;
    size_t at = 0, got = 0;

    if (fd < 0)
        return false;
    bool same = fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && (size_t)s.st_size == f->size;
    while (same && at < f->size) {
        same = infile_read(fd, f->name, buffer, sizeof buffer, &got, NULL) == CT_OK && got > 0 &&
               got <= f->size - at && memcmp(buffer, (const char *)f->data + at, got) == 0;
        at += got;
    }
    close(fd);
    return same;
}

static bool hold_all(int folder, const struct inside_file *files, size_t n)
{
    bool all = true;

    for (size_t i = 0; all && i < n; i++)
        all = holds(folder, &files[i]);
    return all;
}

static enum ct_status write_one(struct outfolder *out, const struct inside_file *f,
                                struct ct_error *err)
{
    struct outfile *file;
    const enum ct_status status = outfolder_begin(out, NULL, f->name, &file, err);

    if (status != CT_OK)
        return status;
    outfile_write(file, f->data, f->size);
    return outfolder_keep(out, file, err);
}

/* A link is not followed. */
static void remove_link(int folder, const char *name)
{
    struct stat s;

    if (fstatat(folder, name, &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(s.st_mode))
        (void)unlinkat(folder, name, 0);
}

static enum ct_status write_all(int folder, const struct inside_file *files, size_t n,
                                const char *path, struct ct_error *err)
{
    struct outfolder *out = NULL;
    enum ct_status status = outfolder_open(path, SECONDS, &out, err);

    /* Another process may have written them meanwhile. */
    for (size_t i = 0; status == CT_OK && i < n; i++)
        if (!holds(folder, &files[i])) {
            remove_link(folder, files[i].name);
            status = write_one(out, &files[i], err);
        }
    if (status == CT_OK)
        status = outfolder_commit(out, NULL, err);
    outfolder_close(out);
    return status;
}

/* Missing folders on the way are made as usual, the last one for this user only. */
static enum ct_status make_own(const char *path, struct ct_error *err)
{
    const char *const slash = strrchr(path, '/');
    struct stat s;
    enum ct_status status = CT_OK;

    if (lstat(path, &s) == 0)
        return CT_OK;
    if (slash != NULL && slash > path) {
        char *const above = ct_strndup(path, (size_t)(slash - path));
        status = above != NULL ? folder_make(above, err) : ct_fail_nomem(err, path, 0);
        free(above);
    }
    if (status == CT_OK && mkdir(path, 0700) != 0 && errno != EEXIST)
        status = ct_fail_errno(err, "%s: cannot create the folder", path);
    return status;
}

static enum ct_status open_own(const char *path, int *fd, struct ct_error *err)
{
    struct stat s;
    enum ct_status status = make_own(path, err);

    if (status == CT_OK)
        status = folder_open(AT_FDCWD, path, false, fd, err);
    if (status == CT_OK &&
        (fstat(*fd, &s) != 0 || s.st_uid != geteuid() || (s.st_mode & (S_IWGRP | S_IWOTH)) != 0)) {
        close(*fd);
        *fd = -1;
        status = ct_fail(err, CT_EIO,
                         "%s: belongs to another user, or others may write to it; remove it", path);
    }
    return status;
}

enum ct_status unpack(const struct inside_file *files, size_t n, const char *folder,
                      struct ct_error *err)
{
    int fd = -1;
    enum ct_status status = open_own(folder, &fd, err);

    if (status == CT_OK && !hold_all(fd, files, n))
        status = write_all(fd, files, n, folder, err);
    if (fd >= 0)
        close(fd);
    return status;
}
