#include "config.h"
#include "io/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif
#include <unistd.h>

#include "base/path.h"

#ifndef O_PATH
#define O_PATH O_RDONLY /* a link cannot be opened then, and is refused */
#endif

#define IN_THE_WAY "%s: already exists and is not a folder; use another path"

/* ---- resolving paths ---- */

struct walk {
    const char *path;    /* as given, for messages */
    const char *purpose; /* what cannot be done, for messages */
    bool may_make;
    int at;              /* the open folder reached so far, owned */
    size_t left;         /* bytes of path that are still in rest */
    char rest[PATH_MAX]; /* to go from there */
    bool is_in_link;     /* the last name was part of a link's text */
    unsigned n_links;
    int reason; /* errno of what failed, or 0 */
};

static enum ct_status fail_long(const char *path, struct ct_error *err)
{
    return ct_fail(err, CT_EIO, "%.64s...: the path is too long", path);
}

/* The part of the path that has been walked, including the current name. */
static const char *shown(const struct walk *w, char out[PATH_MAX])
{
    size_t size = strlen(w->path) - w->left;

    while (size > 1 && w->path[size - 1] == '/')
        size--;
    snprintf(out, PATH_MAX, "%.*s", (int)size, w->path);
    return out;
}

static enum ct_status walk_fail(struct walk *w, struct ct_error *err)
{
    char prefix[PATH_MAX];

    w->reason = errno;
    if (w->reason == ENOENT && w->may_make && w->is_in_link)
        return ct_fail(err, CT_EIO, "%s: is a broken link; use another path", shown(w, prefix));
    if (w->may_make)
        return ct_fail_errno(err, "%s: %s", shown(w, prefix), w->purpose);
    return ct_fail_errno(err, "%s: %s", w->path, w->purpose);
}

static void walk_to(struct walk *w, int folder)
{
    if (w->at >= 0)
        close(w->at);
    w->at = folder;
}

static enum ct_status walk_begin(struct walk *w, int at, struct ct_error *err)
{
    w->at = -1;
    w->left = strlen(w->path);
    if (!path_put(w->rest, "%s", w->path))
        return fail_long(w->path, err);
    if (*w->path == '\0') {
        errno = ENOENT;
        return walk_fail(w, err);
    }
    w->at = openat(at, *w->path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return w->at >= 0 ? CT_OK : walk_fail(w, err);
}

/* Takes the next name from rest; false: there is none. */
static enum ct_status next_name(struct walk *w, char name[NAME_MAX + 1], bool *is_there,
                                struct ct_error *err)
{
    const size_t from = strspn(w->rest, "/");
    const size_t size = strcspn(w->rest + from, "/");
    const size_t used = from + size + strspn(w->rest + from + size, "/");

    *is_there = size > 0;
    if (size > NAME_MAX) {
        errno = ENAMETOOLONG;
        return walk_fail(w, err);
    }
    memcpy(name, w->rest + from, size);
    name[size] = '\0';
    memmove(w->rest, w->rest + used, strlen(w->rest + used) + 1);
    if (strlen(w->rest) < w->left) {
        w->left = strlen(w->rest);
        w->is_in_link = false;
    }
    return CT_OK;
}

bool folder_trusts(int in, const struct stat *s)
{
    struct stat folder;

    return s->st_uid == geteuid() || s->st_uid == 0 ||
           (fstat(in, &folder) == 0 && s->st_uid == folder.st_uid);
}

static bool is_proc(int folder)
{
#ifdef __linux__
    enum { PROC = 0x9FA0 };
    struct statfs fs;

    return fstatfs(folder, &fs) == 0 && fs.f_type == PROC;
#else
    (void)folder;
    return false;
#endif
}

/* Puts the text of a link, open as fd, in front of rest. */
static enum ct_status follow(struct walk *w, int fd, const struct stat *s, struct ct_error *err)
{
    enum { MOST = 40 }; /* as the kernel */
    char text[PATH_MAX];
    char rest[PATH_MAX];
    char prefix[PATH_MAX];

    if (!folder_trusts(w->at, s))
        return ct_fail(err, CT_EIO, "%s: is a link of another user; remove it, or use another path",
                       shown(w, prefix));
    const ssize_t size = readlinkat(fd, "", text, sizeof text - 1);
    if (size <= 0 || w->n_links++ == MOST) {
        errno = size <= 0 ? errno : ELOOP;
        return walk_fail(w, err);
    }
    text[size] = '\0';
    memcpy(rest, w->rest, sizeof rest);
    if (!path_put(w->rest, "%s%s%s", text, *rest != '\0' ? "/" : "", rest))
        return fail_long(w->path, err);
    w->is_in_link = true;
    if (*text == '/')
        walk_to(w, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    return w->at >= 0 ? CT_OK : walk_fail(w, err);
}

static int open_step(const struct walk *w, const char *name)
{
    const int magic = is_proc(w->at) ? 0 : O_NOFOLLOW;
    const int fd = openat(w->at, name, O_PATH | magic | O_CLOEXEC);

    if (fd >= 0 || errno != ENOENT || !w->may_make || w->is_in_link ||
        (mkdirat(w->at, name, 0777) != 0 && errno != EEXIST))
        return fd;
    return openat(w->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* Enters a folder, or follows a link. */
static enum ct_status step(struct walk *w, const char *name, struct ct_error *err)
{
    char prefix[PATH_MAX];
    struct stat s;
    const int fd = open_step(w, name);

    if (fd < 0)
        return walk_fail(w, err);
    if (fstat(fd, &s) == 0 && S_ISDIR(s.st_mode)) {
        walk_to(w, fd);
        return CT_OK;
    }
    enum ct_status status;
    if (S_ISLNK(s.st_mode)) {
        status = follow(w, fd, &s, err);
    } else if (w->may_make) {
        status = ct_fail(err, CT_EIO, IN_THE_WAY, shown(w, prefix));
    } else {
        errno = ENOTDIR;
        status = walk_fail(w, err);
    }
    close(fd);
    return status;
}

enum ct_status folder_open(int at, const char *path, bool may_make, int *fd, struct ct_error *err)
{
    struct walk w = { .path = path, .may_make = may_make };
    char name[NAME_MAX + 1];
    bool is_there = true;

    w.purpose = may_make ? "cannot create the folder" : "cannot be opened";
    enum ct_status status = walk_begin(&w, at, err);
    while (status == CT_OK && is_there) {
        status = next_name(&w, name, &is_there, err);
        if (status == CT_OK && is_there)
            status = step(&w, name, err);
    }
    if (status == CT_OK)
        *fd = w.at;
    else if (w.at >= 0)
        close(w.at);
    return status;
}

enum ct_status folder_make(const char *path, struct ct_error *err)
{
    int fd = -1;
    const enum ct_status status = folder_open(AT_FDCWD, path, true, &fd, err);

    if (status == CT_OK)
        close(fd);
    return status;
}

/* ---- files ---- */

/* Keeps the first link that is a whole path's last name: it is the place if it dangles. */
static void keep_link(struct place *first, const struct walk *w, const char *name)
{
    if (first->folder >= 0)
        return;
    first->folder = fcntl(w->at, F_DUPFD_CLOEXEC, 0);
    snprintf(first->name, sizeof first->name, "%s", name);
}

/* At the last name: finds the place, or follows a link; *is_found false: it continues. */
static enum ct_status last_step(struct walk *w, const char *name, struct place *first,
                                struct place *out, bool *is_found, struct ct_error *err)
{
    struct stat s;
    const int fd = openat(w->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    const int reason = errno;
    const bool is_link = fd >= 0 && fstat(fd, &s) == 0 && S_ISLNK(s.st_mode);
    enum ct_status status = CT_OK;

    *is_found = !is_link || is_proc(w->at);
    if (!*is_found) {
        keep_link(first, w, name);
        status = follow(w, fd, &s, err);
    } else if (fd < 0 && first->folder >= 0) {
        *out = *first; /* a dangling link */
        first->folder = -1;
    } else if (fd < 0 && reason != ENOENT) {
        errno = reason;
        status = walk_fail(w, err);
    } else {
        out->folder = w->at;
        w->at = -1;
        snprintf(out->name, sizeof out->name, "%s", name);
        out->is_magic = is_link;
    }
    if (fd >= 0)
        close(fd);
    return status;
}

enum ct_status place_find(int at, const char *path, struct place *out, struct ct_error *err)
{
    struct walk w = { .path = path, .purpose = "cannot be written" };
    struct place first = { .folder = -1 };
    char name[NAME_MAX + 1];
    bool is_found = false;
    bool is_there;
    enum ct_status status = walk_begin(&w, at, err);

    while (status == CT_OK && !is_found) {
        status = next_name(&w, name, &is_there, err);
        if (status != CT_OK)
            break;
        if (!is_there) { /* a folder is there */
            errno = EISDIR;
            status = walk_fail(&w, err);
        } else if (*w.rest != '\0') {
            status = step(&w, name, err);
        } else {
            status = last_step(&w, name, &first, out, &is_found, err);
        }
    }
    if (status == CT_EIO && first.folder >= 0 && w.reason == ENOENT) { /* its folder is missing */
        *out = first;
        first.folder = -1;
        status = CT_OK;
    }
    if (first.folder >= 0)
        close(first.folder);
    if (w.at >= 0)
        close(w.at);
    return status;
}

void folder_sync(int fd)
{
    const int readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (readable >= 0) {
        (void)fsync(readable);
        close(readable);
    }
}

/* ---- checking beforehand ---- */

enum ct_status folder_check(const char *path, struct ct_error *err)
{
    struct walk w = { .path = path, .purpose = "cannot create the folder", .may_make = true };
    char name[NAME_MAX + 1];
    bool is_there = true;
    bool is_missing = false;
    enum ct_status status = walk_begin(&w, AT_FDCWD, err);

    while (status == CT_OK && is_there && !is_missing) {
        status = next_name(&w, name, &is_there, err);
        if (status != CT_OK || !is_there)
            break;
        is_missing = !w.is_in_link && faccessat(w.at, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
                     errno == ENOENT;
        if (!is_missing)
            status = step(&w, name, err);
    }
    if (status == CT_OK && faccessat(w.at, ".", W_OK | X_OK, 0) != 0)
        status = ct_fail_errno(err, "%s: cannot be written", path);
    if (w.at >= 0)
        close(w.at);
    return status;
}

/* The first of the names in the folder for which is_wrong(); n: none. */
static size_t find_name(const char *path, const char *const *names, size_t n,
                        bool (*is_wrong)(int folder, const char *name))
{
    int folder = -1;
    size_t i = 0;

    if (folder_open(AT_FDCWD, path, false, &folder, NULL) != CT_OK)
        return n;
    while (i < n && !is_wrong(folder, names[i]))
        i++;
    close(folder);
    return i;
}

static bool exists(int folder, const char *name)
{
    struct stat s;

    return fstatat(folder, name, &s, AT_SYMLINK_NOFOLLOW) == 0;
}

enum ct_status folder_check_absent(const char *path, const char *const *names, size_t n,
                                   struct ct_error *err)
{
    const size_t i = find_name(path, names, n, exists);

    return i == n ? CT_OK
                  : ct_fail(err, CT_EINVAL, "%s: %s already exists; use another folder, or --force",
                            path, names[i]);
}

static bool is_special(int folder, const char *name)
{
    struct stat s;

    if (fstatat(folder, name, &s, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    if (S_ISLNK(s.st_mode) && !folder_trusts(folder, &s))
        return true;
    return fstatat(folder, name, &s, 0) == 0 && !S_ISREG(s.st_mode);
}

enum ct_status folder_check_plain(const char *path, const char *const *names, size_t n,
                                  struct ct_error *err)
{
    const size_t i = find_name(path, names, n, is_special);

    return i == n
               ? CT_OK
               : ct_fail(err, CT_EIO,
                         "%s: %s is not a regular file of yours; remove it, or use another folder",
                         path, names[i]);
}

/* ---- removing ---- */

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

bool folder_remove_all(int at, const char *name)
{
    const struct dirent *entry;
    bool all = true;

    if (unlinkat(at, name, 0) == 0)
        return true;
    const int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *const folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (folder == NULL) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    while (all && (entry = readdir(folder)) != NULL)
        if (!is_dots(entry->d_name))
            all = folder_remove_all(fd, entry->d_name);
    const int reason = errno;
    closedir(folder);
    errno = reason;
    return all && unlinkat(at, name, AT_REMOVEDIR) == 0;
}
