#include "config.h"
#include "base/path.h"
#include "io/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum { BUFFER_SIZE = 1 << 16 };

struct outfile {
    int fd;
    bool is_terminal;
    int failed;                  /* errno of the first write that failed, or 0 */
    char *path;                  /* final path */
    char *temporary;             /* in the same folder; NULL: path is written directly */
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

/* `FOLDER/.NAME.XXXXXX`; a long name is cut so that it fits every file system. */
static char *temporary_name(const char *path, size_t *x_at)
{
    enum { KEPT = 200 };
    const char *const slash = strrchr(path, '/');
    const size_t folder = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    const size_t length = strlen(path + folder);
    const size_t kept = length < KEPT ? length : KEPT;
    char *const name = malloc(folder + kept + sizeof "..XXXXXX");

    if (name == NULL)
        return NULL;
    memcpy(name, path, folder);
    name[folder] = '.';
    memcpy(name + folder + 1, path + folder, kept);
    memcpy(name + folder + 1 + kept, ".XXXXXX", sizeof ".XXXXXX");
    *x_at = folder + 1 + kept + 1;
    return name;
}

static enum ct_status open_temporary(struct outfile *file, mode_t mode, struct ct_error *err)
{
    enum { ATTEMPTS = 100 };
    size_t x_at;

    file->temporary = temporary_name(file->path, &x_at);
    if (file->temporary == NULL)
        return ct_fail_nomem(err, file->path, 0);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        fill_random(file->temporary + x_at);
        file->fd = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (file->fd >= 0)
            return CT_OK;
        if (errno != EEXIST)
            break;
    }
    return ct_fail_errno(err, "%s: cannot be written", file->path);
}

/* With the rights of the file that it replaces, never more. */
static enum ct_status open_like(struct outfile *file, const struct stat *old, struct ct_error *err)
{
    mode_t mode = old->st_mode & 0777;
    const enum ct_status st = open_temporary(file, mode & 0600, err);
    struct stat s;

    if (st != CT_OK)
        return st;
    if (fstat(file->fd, &s) == 0 && s.st_gid != old->st_gid &&
        fchown(file->fd, (uid_t)-1, old->st_gid) != 0)
        mode &= (mode_t)~0070; /* they were those of another group */
    (void)fchmod(file->fd, mode);
    return CT_OK;
}

static enum ct_status open_direct(struct outfile *file, struct ct_error *err)
{
    file->fd = open(file->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (file->fd < 0)
        return ct_fail_errno(err, "%s: cannot be written", file->path);
    file->is_terminal = isatty(file->fd);
    return CT_OK;
}

/* FOLDER/, or nothing, in front of the last part of a path. */
static size_t folder_size(const char *path)
{
    const char *const slash = strrchr(path, '/');

    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* Whether what is at path, other than a regular file, is the user's, the system's, or that of the
 * folder's owner: in a folder that others may write to, a link or a pipe may be a trap. It is what
 * the kernel asks of links in sticky folders, which a program that resolves them itself evades. */
static bool is_trusted(const char *path, const struct stat *s)
{
    char folder[PATH_MAX];
    struct stat owner;

    if (s->st_uid == geteuid() || s->st_uid == 0)
        return true;
    snprintf(folder, sizeof folder, "%.*s.", (int)folder_size(path), path);
    return stat(folder, &owner) == 0 && owner.st_uid == s->st_uid;
}

/* The path that the link leads to, in place of it; false: it is none, or too long. */
static bool follow(char path[PATH_MAX])
{
    char text[PATH_MAX];
    const ssize_t size = readlink(path, text, sizeof text - 1);
    const size_t folder = size > 0 && text[0] == '/' ? 0 : folder_size(path);

    if (size <= 0 || folder + (size_t)size >= PATH_MAX)
        return false;
    memcpy(path + folder, text, (size_t)size);
    path[folder + (size_t)size] = '\0';
    return true;
}

/* Follows a link that is not dangling, so that the link stays and its target is replaced. */
static enum ct_status find_final(const char *path, char **out, struct ct_error *err)
{
    enum { MOST = 40 }; /* as the kernel */
    char at[PATH_MAX];
    struct stat s;

    if (!path_put(at, "%s", path))
        return ct_fail(err, CT_EIO, "%.64s...: the path is too long", path);
    for (int i = 0; i < MOST && lstat(at, &s) == 0 && !S_ISREG(s.st_mode); i++) {
        if (!is_trusted(at, &s))
            return ct_fail(err, CT_EIO,
                           "%s: is %s of another user; remove it, or name another file", at,
                           S_ISLNK(s.st_mode) ? "a link" : "a pipe or device");
        if (!S_ISLNK(s.st_mode) || !follow(at))
            break;
    }
    const char *const found = lstat(at, &s) == 0 && !S_ISLNK(s.st_mode) ? at : path;
    *out = ct_strndup(found, strlen(found));
    return *out != NULL ? CT_OK : ct_fail_nomem(err, path, 0);
}

static enum ct_status open_place(struct outfile *file, const char *path, struct ct_error *err)
{
    const size_t size = strlen(path);
    struct stat s;

    if (size == 0 || path[size - 1] == '/')
        return ct_fail(err, CT_EIO, "%s: is not a file name; give one", path);
    const enum ct_status st = find_final(path, &file->path, err);
    if (st != CT_OK)
        return st;
    if (lstat(file->path, &s) != 0 || S_ISLNK(s.st_mode))
        return open_temporary(file, 0666, err);
    if (S_ISREG(s.st_mode))
        return open_like(file, &s, err);
    if (S_ISDIR(s.st_mode))
        return ct_fail(err, CT_EIO, "%s: is a folder; name a file", path);
    return open_direct(file, err);
}

enum ct_status outfile_open(const char *path, struct outfile **out, struct ct_error *err)
{
    struct outfile *const file = malloc(sizeof *file);

    if (file == NULL)
        return ct_fail_nomem(err, path, sizeof *file);
    file->fd = -1;
    file->is_terminal = false;
    file->failed = 0;
    file->path = NULL;
    file->temporary = NULL;
    file->hash = NULL;
    file->digest = NULL;
    file->used = 0;
    if (strcmp(path, "-") == 0) {
        file->fd = STDOUT_FILENO;
        file->is_terminal = isatty(file->fd);
        *out = file;
        return CT_OK;
    }
    const enum ct_status st = open_place(file, path, err);
    if (st != CT_OK)
        outfile_free(file);
    else
        *out = file;
    return st;
}

static void write_all(struct outfile *file, const char *data, size_t size)
{
    enum { AT_ONCE = 1 << 30 };

    hash_add(file->hash, data, size);
    while (size > 0 && file->failed == 0) {
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

void outfile_sync_folder(const char *path)
{
    const char *const slash = strrchr(path, '/');
    char folder[PATH_MAX] = ".";

    if (slash != NULL) /* including the slash, for files in the root */
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path) + 1, path);
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
}

static int put_in_place(struct outfile *file)
{
    if (fsync(file->fd) != 0 && errno != EINVAL && errno != ENOTSUP)
        return errno;
    const int fd = file->fd;
    file->fd = -1;
    if (close(fd) != 0 && errno != EINTR)
        return errno;
    if (rename(file->temporary, file->path) != 0)
        return errno;
    outfile_sync_folder(file->path);
    return 0;
}

enum ct_status outfile_commit(struct outfile *file, struct ct_error *err)
{
    flush(file);
    if (file->failed == 0 && file->temporary != NULL)
        file->failed = put_in_place(file);
    if (file->failed == 0) {
        if (file->digest != NULL)
            hash_end(file->hash, file->digest);
        file->hash = NULL;
        outfile_free(file);
        return CT_OK;
    }
    errno = file->failed;
    const enum ct_status st = ct_fail_errno(err, "%s: cannot be written", display_name(file));
    outfile_abort(file);
    return st;
}

void outfile_abort(struct outfile *file)
{
    if (file == NULL)
        return;
    if (file->temporary != NULL)
        (void)unlink(file->temporary);
    outfile_free(file);
}

#define IN_THE_WAY "%s: already exists and is not a folder; use another path"

/* Results are not written through links that others have put there. */
static enum ct_status check_link(const char *folder, struct ct_error *err)
{
    struct stat s;

    if (lstat(folder, &s) == 0 && S_ISLNK(s.st_mode) && !is_trusted(folder, &s))
        return ct_fail(err, CT_EIO, "%s: is a link of another user; use another path", folder);
    return CT_OK;
}

static enum ct_status make_one_folder(const char *folder, struct ct_error *err)
{
    struct stat s;

    if (mkdir(folder, 0777) == 0)
        return CT_OK;
    const int reason = errno;
    if (stat(folder, &s) == 0)
        return S_ISDIR(s.st_mode) ? check_link(folder, err)
                                  : ct_fail(err, CT_EIO, IN_THE_WAY, folder);
    errno = reason;
    return ct_fail_errno(err, "%s: cannot create the folder", folder);
}

enum ct_status outfile_make_folder(const char *folder, struct ct_error *err)
{
    enum ct_status st = CT_OK;
    char *const path = ct_strndup(folder, strlen(folder));

    if (path == NULL)
        return ct_fail_nomem(err, folder, 0);
    for (char *at = path; st == CT_OK && *at != '\0'; at++) {
        if (*at == '/' && at > path && at[-1] != '/') {
            *at = '\0';
            st = make_one_folder(path, err);
            *at = '/';
        }
    }
    if (st == CT_OK)
        st = make_one_folder(path, err);
    free(path);
    return st;
}

enum ct_status outfile_remove_old(const char *folder, const char *name, struct ct_error *err)
{
    char *const path = path_join(folder, name);

    if (path == NULL)
        return ct_fail_nomem(err, name, 0);
    (void)unlink(path);
    free(path);
    return CT_OK;
}

static enum ct_status check_one_folder(const char *folder, bool *is_there, struct ct_error *err)
{
    struct stat s;

    *is_there = stat(folder, &s) == 0;
    if (!*is_there && errno != ENOENT)
        return ct_fail_errno(err, "%s: cannot create the folder", folder);
    if (!*is_there && lstat(folder, &s) == 0)
        return ct_fail(err, CT_EIO, "%s: is a broken link; use another path", folder);
    if (*is_there && !S_ISDIR(s.st_mode))
        return ct_fail(err, CT_EIO, IN_THE_WAY, folder);
    if (*is_there && access(folder, W_OK | X_OK) != 0)
        return ct_fail_errno(err, "%s: cannot be written", folder);
    return *is_there ? check_link(folder, err) : CT_OK;
}

enum ct_status outfile_check_folder(const char *folder, struct ct_error *err)
{
    char *const path = ct_strndup(folder, strlen(folder));
    bool is_there = false;
    enum ct_status st = CT_OK;

    if (path == NULL)
        return ct_fail_nomem(err, folder, 0);
    for (size_t size = strlen(path); st == CT_OK && !is_there; path[size] = '\0') {
        st = check_one_folder(size > 0 ? path : *folder == '/' ? "/" : ".", &is_there, err);
        while (size > 0 && path[size - 1] == '/') /* cut slashes, a name, slashes */
            size--;
        while (size > 0 && path[size - 1] != '/')
            size--;
        while (size > 0 && path[size - 1] == '/')
            size--;
    }
    free(path);
    return st;
}

enum ct_status outfile_check_absent(const char *folder, const char *const *names, size_t n,
                                    struct ct_error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct stat s;
        char *const path = path_join(folder, names[i]);
        if (path == NULL)
            return ct_fail_nomem(err, folder, 0);
        const bool there = lstat(path, &s) == 0;
        free(path);
        if (there)
            return ct_fail(err, CT_EINVAL, "%s: %s already exists; use another folder, or --force",
                           folder, names[i]);
    }
    return CT_OK;
}
