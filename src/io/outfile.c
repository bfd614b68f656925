#include "config.h"
#include "io/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/confine.h"
#include "base/mem.h"
#include "io/folder.h"

enum { BUFFER_SIZE = 1 << 16 };

struct outfile {
    int fd;
    bool is_terminal;
    bool is_nowhere;             /* nothing is written */
    int failed;                  /* errno of the first write that failed, or 0 */
    char *path;                  /* as given, for messages; NULL: standard output */
    struct place place;          /* where it will be */
    char *temporary;             /* its name until then; NULL: it is written directly */
    struct hash *hash;           /* of what was written, or NULL */
    struct input_digest *digest; /* where to put it, or NULL */
    size_t used;
    char buffer[BUFFER_SIZE];
};

static const char *display_name(const struct outfile *file)
{
    return file->path != NULL ? file->path : "standard output";
}

static void outfile_free(struct outfile *file)
{
    struct input_digest nobody;

    if (file->fd > STDERR_FILENO)
        close(file->fd);
    hash_end(file->hash, &nobody);
    if (file->place.folder >= 0)
        close(file->place.folder);
    free(file->path);
    free(file->temporary);
    free(file);
}

/* Six characters that differ between calls, threads and processes; O_EXCL catches the rare
 * collision. */
static void fill_random(char *out)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    static unsigned counter;
    uint64_t x = (uint64_t)clock_nanoseconds() ^ (uint64_t)getpid() << 44;

    x ^= (uint64_t)__atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED) << 20;
    for (int i = 0; i < 6; i++) {
        x = (x ^ x >> 29) * UINT64_C(0x9E3779B97F4A7C15); /* multiplicative mixing */
        out[i] = letters[(x >> 40) % (sizeof letters - 1)];
    }
}

/* `.NAME.XXXXXX`; a long name is cut so that it fits every file system. */
static char *temporary_name(const char *name, size_t *x_at)
{
    enum { KEPT = 200 };
    const size_t length = strlen(name);
    const size_t kept = length < KEPT ? length : KEPT;
    char *const out = malloc(kept + sizeof "..XXXXXX");

    if (out == NULL)
        return NULL;
    out[0] = '.';
    memcpy(out + 1, name, kept);
    memcpy(out + 1 + kept, ".XXXXXX", sizeof ".XXXXXX");
    *x_at = 1 + kept + 1;
    return out;
}

/* Of a call that just failed. */
static enum ct_status fail_open(const char *path, struct ct_error *err)
{
    if (errno == EACCES && confine_is_on())
        return ct_fail(err, CT_EIO,
                       "%s: cannot be written: %s; a run may only write to its folders and TMPDIR",
                       path, strerror(EACCES));
    return ct_fail_errno(err, "%s: cannot be written", path);
}

static enum ct_status open_temporary(struct outfile *file, mode_t mode, struct ct_error *err)
{
    enum { ATTEMPTS = 100 };
    size_t x_at;

    file->temporary = temporary_name(file->place.name, &x_at);
    if (file->temporary == NULL)
        return ct_fail_nomem(err, file->path, 0);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        fill_random(file->temporary + x_at);
        file->fd = openat(file->place.folder, file->temporary,
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (file->fd >= 0)
            return CT_OK;
        if (errno != EEXIST)
            break;
    }
    const int reason = errno;
    free(file->temporary);
    file->temporary = NULL;
    errno = reason;
    return fail_open(file->path, err);
}

/* With the rights of the file that it replaces, never more. */
static enum ct_status open_like(struct outfile *file, const struct stat *old, struct ct_error *err)
{
    mode_t mode = old->st_mode & 0777;
    struct stat s;

    if (old->st_uid != geteuid()) /* whose it was does not decide who may write ours */
        return open_temporary(file, mode & 0666, err);
    const enum ct_status st = open_temporary(file, mode & 0600, err);
    if (st != CT_OK)
        return st;
    if (fstat(file->fd, &s) == 0 && s.st_gid != old->st_gid &&
        fchown(file->fd, (uid_t)-1, old->st_gid) != 0)
        mode &= (mode_t)~0070; /* they were those of another group */
    (void)fchmod(file->fd, mode);
    return CT_OK;
}

static enum ct_status fail_pipe(const char *path, struct ct_error *err)
{
    return ct_fail(err, CT_EIO,
                   "%s: is a pipe or device of another user; remove it, or name another file",
                   path);
}

/* A device or pipe, the one that was looked at. */
static enum ct_status open_direct(struct outfile *file, const struct stat *seen,
                                  struct ct_error *err)
{
    const int follow = file->place.is_magic ? 0 : O_NOFOLLOW;
    struct stat s;

    if (!file->place.is_magic && !folder_trusts(file->place.folder, seen))
        return fail_pipe(file->path, err);
    file->fd =
        openat(file->place.folder, file->place.name, O_WRONLY | O_CLOEXEC | O_NOCTTY | follow);
    if (file->fd < 0)
        return fail_open(file->path, err);
    if (fstat(file->fd, &s) != 0 || s.st_dev != seen->st_dev || s.st_ino != seen->st_ino)
        return ct_fail(err, CT_EIO, "%s: was replaced while it was opened; name another file",
                       file->path);
    file->is_terminal = isatty(file->fd);
    return CT_OK;
}

/* In a sticky folder, Linux lets nobody replace the files of others. */
static bool may_replace(const struct place *place, const struct stat *old)
{
    struct stat folder;

    return fstat(place->folder, &folder) != 0 || (folder.st_mode & S_ISVTX) == 0 ||
           geteuid() == 0 || old->st_uid == geteuid() || folder.st_uid == geteuid();
}

static enum ct_status check_place(const struct place *place, const char *path, struct stat *old,
                                  bool *is_there, struct ct_error *err)
{
    *is_there =
        fstatat(place->folder, place->name, old, place->is_magic ? 0 : AT_SYMLINK_NOFOLLOW) == 0 &&
        !S_ISLNK(old->st_mode);
    if (*is_there && S_ISDIR(old->st_mode))
        return ct_fail(err, CT_EIO, "%s: is a folder; name a file", path);
    if (*is_there && S_ISREG(old->st_mode) && !place->is_magic && !may_replace(place, old))
        return ct_fail(err, CT_EIO,
                       "%s: is another user's, in a folder where it cannot be replaced; name "
                       "another file",
                       path);
    return CT_OK;
}

static enum ct_status open_place(struct outfile *file, struct ct_error *err)
{
    struct stat old;
    bool is_there;
    const enum ct_status st = check_place(&file->place, file->path, &old, &is_there, err);

    if (st != CT_OK)
        return st;
    if (!is_there)
        return open_temporary(file, 0666, err);
    if (S_ISREG(old.st_mode) && !file->place.is_magic)
        return open_like(file, &old, err);
    return open_direct(file, &old, err);
}

static struct outfile *outfile_new(const char *path, struct ct_error *err)
{
    struct outfile *const file = malloc(sizeof *file);

    if (file == NULL) {
        ct_fail_nomem(err, path, sizeof *file);
        return NULL;
    }
    file->fd = -1;
    file->is_terminal = false;
    file->is_nowhere = false;
    file->failed = 0;
    file->path = NULL;
    file->place = (struct place){ .folder = -1 };
    file->temporary = NULL;
    file->hash = NULL;
    file->digest = NULL;
    file->used = 0;
    return file;
}

static enum ct_status find_place(int at, const char *path, const char *shown, struct place *out,
                                 struct ct_error *err)
{
    const size_t size = strlen(path);

    if (size == 0 || path[size - 1] == '/')
        return ct_fail(err, CT_EIO, "%s: is not a file name; give one", shown);
    const enum ct_status st = place_find(at, path, out, err);
    const size_t above = strlen(shown) - size;
    return st == CT_OK || at == AT_FDCWD || above < 1
               ? st
               : ct_error_where(err, st, "%.*s", (int)above - 1, shown);
}

enum ct_status outfile_open_in(int folder, const char *name, const char *shown,
                               struct outfile **out, struct ct_error *err)
{
    struct outfile *const file = outfile_new(shown, err);
    enum ct_status st = CT_OK;

    if (file == NULL)
        return CT_ENOMEM;
    file->path = ct_strndup(shown, strlen(shown));
    if (file->path == NULL)
        st = ct_fail_nomem(err, shown, 0);
    if (st == CT_OK)
        st = find_place(folder, name, shown, &file->place, err);
    if (st == CT_OK)
        st = open_place(file, err);
    if (st != CT_OK)
        outfile_free(file);
    else
        *out = file;
    return st;
}

enum ct_status outfile_open(const char *path, struct outfile **out, struct ct_error *err)
{
    if (strcmp(path, "-") != 0)
        return outfile_open_in(AT_FDCWD, path, path, out, err);
    struct outfile *const file = outfile_new("standard output", err);
    if (file == NULL)
        return CT_ENOMEM;
    file->fd = STDOUT_FILENO;
    file->is_terminal = isatty(file->fd);
    *out = file;
    return CT_OK;
}

enum ct_status outfile_open_nowhere(struct outfile **out, struct ct_error *err)
{
    struct outfile *const file = outfile_new("a digest", err);

    if (file == NULL)
        return CT_ENOMEM;
    file->is_nowhere = true;
    *out = file;
    return CT_OK;
}

enum ct_status outfile_check(const char *path, struct ct_error *err)
{
    struct place place;
    struct stat old;
    bool is_there;

    if (strcmp(path, "-") == 0)
        return CT_OK;
    enum ct_status st = find_place(AT_FDCWD, path, path, &place, err);
    if (st != CT_OK)
        return st;
    st = check_place(&place, path, &old, &is_there, err);
    if (st == CT_OK && is_there && !S_ISREG(old.st_mode) && !place.is_magic &&
        !folder_trusts(place.folder, &old))
        st = fail_pipe(path, err);
    if (st == CT_OK && (!is_there || S_ISREG(old.st_mode)) && !place.is_magic &&
        faccessat(place.folder, ".", W_OK | X_OK, 0) != 0)
        st = ct_fail_errno(err, "%s: cannot be written", path);
    close(place.folder);
    return st;
}

static void write_all(struct outfile *file, const char *data, size_t size)
{
    enum { AT_ONCE = 1 << 30 };

    hash_add(file->hash, data, size);
    while (size > 0 && file->failed == 0 && !file->is_nowhere) {
        const ssize_t n = write(file->fd, data, size < AT_ONCE ? size : AT_ONCE);
        if (n >= 0) {
            data += n;
            size -= (size_t)n;
        } else if (errno != EINTR) {
            file->failed = errno;
        }
    }
}

static void flush(struct outfile *file)
{
    write_all(file, file->buffer, file->used);
    file->used = 0;
}

void outfile_write(struct outfile *file, const void *data, size_t size)
{
    if (size > BUFFER_SIZE - file->used) {
        flush(file);
        if (size >= BUFFER_SIZE) {
            write_all(file, data, size);
            return;
        }
    }
    if (size > 0)
        memcpy(file->buffer + file->used, data, size);
    file->used += size;
}

void outfile_puts(struct outfile *file, const char *text)
{
    outfile_write(file, text, strlen(text));
}

void outfile_reserve(struct outfile *file, size_t size)
{
    if (file->temporary == NULL || fallocate(file->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) == 0)
        return;
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
        outfile_fail(file, errno);
}

void outfile_digest(struct outfile *file, struct input_digest *digest)
{
    *digest = (struct input_digest){ 0 };
    file->hash = hash_new();
    file->digest = digest;
    if (file->hash == NULL)
        outfile_fail(file, ENOMEM);
}

bool outfile_is_terminal(const struct outfile *file)
{
    return file->is_terminal;
}

void outfile_fail(struct outfile *file, int reason)
{
    if (file->failed == 0)
        file->failed = reason;
}

bool outfile_failed(const struct outfile *file)
{
    return file->failed != 0;
}

static enum ct_status fail_written(struct outfile *file, struct ct_error *err)
{
    errno = file->failed;
    const enum ct_status st = ct_fail_errno(err, "%s: cannot be written", display_name(file));
    outfile_abort(file);
    return st;
}

/* All data on disk; the descriptor is closed. */
static void complete(struct outfile *file)
{
    flush(file);
    if (file->failed != 0 || file->temporary == NULL)
        return;
    if (fsync(file->fd) != 0 && errno != EINVAL && errno != ENOTSUP)
        file->failed = errno;
    const int fd = file->fd;
    file->fd = -1;
    if (close(fd) != 0 && errno != EINTR && file->failed == 0)
        file->failed = errno;
}

static void end_digest(struct outfile *file)
{
    if (file->digest == NULL)
        return;
    hash_end(file->hash, file->digest);
    file->hash = NULL;
}

enum ct_status outfile_commit(struct outfile *file, struct ct_error *err)
{
    const int folder = file->place.folder;

    complete(file);
    if (file->failed == 0 && file->temporary != NULL) {
        if (renameat(folder, file->temporary, folder, file->place.name) != 0)
            file->failed = errno;
        else
            folder_sync(folder);
    }
    if (file->failed != 0)
        return fail_written(file, err);
    end_digest(file);
    outfile_free(file);
    return CT_OK;
}

/* Gives the temporary file its name unless there is a file of that name. Where there are no links,
 * as on FAT, files are renamed. */
static bool name_first(const struct outfile *file, bool *was_first)
{
    const int folder = file->place.folder;
    const char *const name = file->place.name;

    *was_first = linkat(folder, file->temporary, folder, name, 0) == 0;
    if (*was_first || errno == EEXIST) {
        (void)unlinkat(folder, file->temporary, 0);
        return true;
    }
    if (renameat2(folder, file->temporary, folder, name, RENAME_NOREPLACE) == 0)
        return *was_first = true;
    if (errno != EEXIST)
        return false;
    (void)unlinkat(folder, file->temporary, 0);
    return true;
}

enum ct_status outfile_commit_first(struct outfile *file, bool *was_first, struct ct_error *err)
{
    *was_first = true;
    if (file->temporary == NULL)
        return outfile_commit(file, err);
    complete(file);
    if (file->failed == 0 && !name_first(file, was_first))
        file->failed = errno;
    if (file->failed != 0)
        return fail_written(file, err);
    folder_sync(file->place.folder);
    end_digest(file);
    outfile_free(file);
    return CT_OK;
}

enum ct_status outfile_finish(struct outfile *file, struct unnamed *out, struct ct_error *err)
{
    complete(file);
    if (file->failed != 0)
        return fail_written(file, err);
    end_digest(file);
    *out = (struct unnamed){ file->place, file->temporary };
    file->temporary = NULL;
    file->place.folder = -1;
    outfile_free(file);
    return CT_OK;
}

void outfile_abort(struct outfile *file)
{
    if (file == NULL)
        return;
    if (file->temporary != NULL)
        (void)unlinkat(file->place.folder, file->temporary, 0);
    outfile_free(file);
}
