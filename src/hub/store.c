#include "config.h"
#include "hub/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "io/folder.h"
#include "io/outfile.h"

static enum ct_status fail_long(const struct hub_store *s, struct ct_error *err)
{
    return ct_fail(err, CT_EIO, "%s: the path is too long; set HF_HUB_CACHE", s->repo);
}

enum ct_status hub_store_open(struct hub_store *s, const char *root, const char *name,
                              const char *commit, struct ct_error *err)
{
    char locks[PATH_MAX];
    char folder[PATH_MAX];
    enum ct_status status = CT_OK;

    snprintf(s->commit, sizeof s->commit, "%s", commit);
    if (!path_put(locks, "%s/.locks", root) || !hub_repo_path(s->repo, root, name) ||
        !hub_repo_path(s->locks, locks, name))
        return fail_long(s, err);
    for (int i = 0; i < 3 && status == CT_OK; i++) {
        const bool fits = i == 0   ? path_put(folder, "%s/blobs", s->repo)
                          : i == 1 ? hub_store_folder(s, folder)
                                   : path_put(folder, "%s", s->locks);
        status = fits ? folder_make(folder, err) : fail_long(s, err);
    }
    return status;
}

bool hub_store_blob(const struct hub_store *s, const char *etag, char out[PATH_MAX])
{
    return path_put(out, "%s/blobs/%s", s->repo, etag);
}

bool hub_store_lock(const struct hub_store *s, const char *etag, char out[PATH_MAX])
{
    return path_put(out, "%s/%s.lock", s->locks, etag);
}

bool hub_store_folder(const struct hub_store *s, char out[PATH_MAX])
{
    return path_put(out, "%s/snapshots/%s", s->repo, s->commit);
}

bool hub_store_file(const struct hub_store *s, const char *file, char out[PATH_MAX])
{
    return path_put(out, "%s/snapshots/%s/%s", s->repo, s->commit, file);
}

bool hub_store_has(const char *path, uint64_t size)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && (uint64_t)info.st_size == size;
}

/* Whether the link exists already, made by another process. Keeps errno. */
static bool leads_to(const char *path, const char *to)
{
    const int reason = errno;
    char there[PATH_MAX];
    const ssize_t size = readlink(path, there, sizeof there);

    errno = reason;
    return size == (ssize_t)strlen(to) && memcmp(there, to, (size_t)size) == 0;
}

enum ct_status hub_store_link(const struct hub_store *s, const char *file, const char *etag,
                              struct ct_error *err)
{
    char path[PATH_MAX];
    char to[PATH_MAX];

    if (!hub_store_file(s, file, path) || !path_put(to, "../../blobs/%s", etag))
        return fail_long(s, err);
    if (symlink(to, path) == 0 || (errno == EEXIST && leads_to(path, to)))
        return CT_OK;
    if (errno == EEXIST && unlink(path) == 0 && symlink(to, path) == 0)
        return CT_OK;
    return ct_fail_errno(err, "%s: cannot create the link", path);
}

/* errno stays what it is. */
static void close_quietly(int fd)
{
    const int before = errno;

    if (fd >= 0)
        close(fd);
    errno = before;
}

enum ct_status hub_store_absent(const struct hub_store *s, const char *file, struct ct_error *err)
{
    const char *const parts[] = { ".no_exist", s->commit };
    int folder = open(s->repo, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = -1;

    /* Others may write to the cache: no links are followed, and what is there is not opened. */
    for (size_t i = 0; folder >= 0 && i < sizeof parts / sizeof *parts; i++) {
        const int above = folder;
        (void)mkdirat(above, parts[i], 0777);
        folder = openat(above, parts[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close_quietly(above);
    }
    if (folder >= 0)
        fd = openat(folder, file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    const bool is_noted = fd >= 0 || (folder >= 0 && errno == EEXIST);
    close_quietly(folder);
    close_quietly(fd);
    return is_noted ? CT_OK
                    : ct_fail_errno(err, "%s/.no_exist/%s/%s: cannot be written", s->repo,
                                    s->commit, file);
}

enum ct_status hub_store_ref(const struct hub_store *s, const char *revision, struct ct_error *err)
{
    char path[PATH_MAX];
    char old[HUB_COMMIT_SIZE];
    struct outfile *file = NULL;

    if (hub_is_commit(revision) ||
        (hub_read_ref(s->repo, revision, old) && strcmp(old, s->commit) == 0))
        return CT_OK;
    if (!path_put(path, "%s/refs/%s", s->repo, revision))
        return fail_long(s, err);
    char *const slash = strrchr(path, '/');
    *slash = '\0';
    enum ct_status status = folder_make(path, err);
    *slash = '/';
    if (status == CT_OK)
        status = outfile_open(path, &file, err);
    if (status != CT_OK)
        return status;
    outfile_puts(file, s->commit);
    return outfile_commit(file, err);
}
