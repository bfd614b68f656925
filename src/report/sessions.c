#include "config.h"
#include "report/sessions.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/folder.h"
#include "io/lockfile.h"
#include "report/manifest.h"

static const char offered[] = "cut-off-";
static const char asked[] = "session-";
static const char unfinished[] = "saving-";

/* ---- names ---- */

static bool has_digits(const char *text, size_t n)
{
    return strspn(text, "0123456789") >= n;
}

/* `20260731-235959`, and `-2` for the second of a second: the time of a name, NULL for another. */
static const char *stamp_of(const char *name, const char *prefix)
{
    const size_t size = strlen(prefix);
    const char *const at = name + size;

    if (strncmp(name, prefix, size) != 0 || strlen(at) > 19 || !has_digits(at, 8) || at[8] != '-' ||
        !has_digits(at + 9, 6))
        return NULL;
    const char *const number = at + 15;
    const bool is_whole = *number == '\0' ||
                          (*number == '-' && number[1 + strspn(number + 1, "0123456789")] == '\0' &&
                           number[1] != '\0');
    return is_whole ? at : NULL;
}

static bool find_state(const char *name, enum session_state *state)
{
    if (strlen(name) >= SESSION_NAME_SIZE)
        return false;
    if (stamp_of(name, offered) != NULL)
        *state = SESSION_OFFERED;
    else if (stamp_of(name, asked) != NULL)
        *state = SESSION_ASKED;
    else if (strncmp(name, unfinished, sizeof unfinished - 1) == 0 && strchr(name, '/') == NULL)
        *state = SESSION_UNFINISHED;
    else
        return false;
    return true;
}

void session_date(const char *name, char out[11])
{
    const char *at = stamp_of(name, offered);

    if (at == NULL)
        at = stamp_of(name, asked);
    snprintf(out, 11, "%.4s-%.2s-%.2s", at != NULL ? at : "", at != NULL ? at + 4 : "",
             at != NULL ? at + 6 : "");
}

/* A folder, and not a link to one. */
static bool is_own_folder(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* ---- saving ---- */

enum ct_status session_begin(const char *sessions, char **aside, struct ct_error *err)
{
    enum ct_status status = folder_make(sessions, err);
    char *const folder = path_join(sessions, "saving-XXXXXX");

    if (status == CT_OK && folder == NULL)
        status = ct_fail_nomem(err, "session", 0);
    if (status == CT_OK && mkdtemp(folder) == NULL) /* 0700: sentences are private */
        status = ct_fail_errno(err, "%s", folder);
    if (status != CT_OK) {
        free(folder);
        return status;
    }
    *aside = folder;
    return CT_OK;
}

/* Renames a folder to the prefix and stamp, numbered if there is such a session: rename() replaces
 * no folder with files. */
static enum ct_status take_name(const char *sessions, const char *from, const char *prefix,
                                const char *stamp, char **folder, struct ct_error *err)
{
    enum { MOST = 999 };

    for (unsigned i = 1; i <= MOST; i++) {
        char name[SESSION_NAME_SIZE];
        char other[SESSION_NAME_SIZE];
        char number[8] = "";
        if (i > 1)
            snprintf(number, sizeof number, "-%u", i);
        snprintf(name, sizeof name, "%s%.15s%s", prefix, stamp, number);
        snprintf(other, sizeof other, "%s%.15s%s", prefix == offered ? asked : offered, stamp,
                 number);
        char *const path = path_join(sessions, name);
        char *const twin = path_join(sessions, other);
        const bool is_taken = twin != NULL && strcmp(twin, from) != 0 && access(twin, F_OK) == 0;
        free(twin);
        if (path == NULL)
            return ct_fail_nomem(err, "session", 0);
        if (!is_taken && rename(from, path) == 0) {
            *folder = path;
            return CT_OK;
        }
        const int why = errno;
        free(path);
        if (!is_taken && why != ENOTEMPTY && why != EEXIST && why != ENOTDIR) {
            errno = why;
            return ct_fail_errno(err, "%s", from);
        }
    }
    return ct_fail(err, CT_EIO, "%s: %d sessions of one second", sessions, MOST);
}

enum ct_status session_commit(const char *sessions, const char *aside, struct ct_error *err)
{
    const time_t now = time(NULL);
    struct tm local = { 0 };
    char stamp[20];
    char *folder = NULL;

    localtime_r(&now, &local);
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &local);
    const enum ct_status status = take_name(sessions, aside, offered, stamp, &folder, err);
    free(folder);
    return status;
}

/* ---- what there is ---- */

static bool has_manifest(const char *sessions, const char *name)
{
    char path[PATH_MAX];

    return path_put(path, "%s/%s", sessions, name) && is_own_folder(path) &&
           path_put(path, "%s/%s/%s", sessions, name, MANIFEST_FILE) && path_is_file(path);
}

/* Later sessions have larger stamps; of one second, longer or larger ones. */
static int compare_stamps(const char *a, const char *b)
{
    const int order = strncmp(a, b, 15);

    if (order != 0)
        return order;
    return strlen(a) != strlen(b) ? (strlen(a) > strlen(b) ? 1 : -1) : strcmp(a, b);
}

bool session_newest(const char *sessions, char name[SESSION_NAME_SIZE], size_t *n)
{
    DIR *const directory = opendir(sessions);
    const struct dirent *entry;

    *n = 0;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        const char *const stamp = stamp_of(entry->d_name, offered);
        if (stamp == NULL || !has_manifest(sessions, entry->d_name))
            continue;
        if (*n == 0 || compare_stamps(stamp, name + sizeof offered - 1) > 0)
            snprintf(name, SESSION_NAME_SIZE, "%.*s", SESSION_NAME_SIZE - 1, entry->d_name);
        *n += 1;
    }
    if (directory != NULL)
        closedir(directory);
    return *n > 0;
}

enum ct_status session_mark(const char *sessions, const char *name, char **folder,
                            struct ct_error *err)
{
    const char *const stamp = stamp_of(name, offered);
    char *const from = path_join(sessions, name);

    if (stamp == NULL || from == NULL) {
        free(from);
        return stamp == NULL ? ct_fail(err, CT_EINVAL, "%.80s: no session of that name", name)
                             : ct_fail_nomem(err, "session", 0);
    }
    const enum ct_status status = take_name(sessions, from, asked, stamp, folder, err);
    free(from);
    return status;
}

static double size_of_files(const char *folder)
{
    DIR *const directory = opendir(folder);
    const struct dirent *entry;
    double bytes = 0.0;

    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        struct stat info;
        char path[PATH_MAX];
        if (path_put(path, "%s/%s", folder, entry->d_name) && lstat(path, &info) == 0 &&
            S_ISREG(info.st_mode))
            bytes += (double)info.st_size;
    }
    if (directory != NULL)
        closedir(directory);
    return bytes;
}

static int newest_first(const void *a, const void *b)
{
    const struct session *const x = a;
    const struct session *const y = b;

    if ((x->state == SESSION_UNFINISHED) != (y->state == SESSION_UNFINISHED))
        return x->state == SESSION_UNFINISHED ? 1 : -1;
    return x->state == SESSION_UNFINISHED
               ? strcmp(x->name, y->name)
               : compare_stamps(y->name + sizeof offered - 1, x->name + sizeof offered - 1);
}

static enum ct_status add(struct session **list, size_t *n, const char *name, const char *path,
                          enum session_state state, struct ct_error *err)
{
    struct session *const more = ct_realloc_array(*list, *n + 1, sizeof *more);

    if (more == NULL)
        return ct_fail_nomem(err, "sessions", 0);
    *list = more;
    more[*n] = (struct session){ .state = state, .bytes = size_of_files(path) };
    snprintf(more[*n].name, sizeof more[*n].name, "%.*s", SESSION_NAME_SIZE - 1, name);
    *n += 1;
    return CT_OK;
}

enum ct_status sessions_list(const char *sessions, struct session **list, size_t *n,
                             struct ct_error *err)
{
    DIR *const directory = opendir(sessions);
    const struct dirent *entry;
    enum ct_status status = CT_OK;

    *list = NULL;
    *n = 0;
    if (directory == NULL)
        return errno == ENOENT ? CT_OK : ct_fail_errno(err, "%s", sessions);
    while (status == CT_OK && (entry = readdir(directory)) != NULL) {
        char path[PATH_MAX];
        enum session_state state;
        if (find_state(entry->d_name, &state) && path_put(path, "%s/%s", sessions, entry->d_name) &&
            is_own_folder(path))
            status = add(list, n, entry->d_name, path, state, err);
    }
    closedir(directory);
    if (status != CT_OK) {
        free(*list);
        *list = NULL;
        return status;
    }
    if (*n > 0)
        qsort(*list, *n, sizeof **list, newest_first);
    return CT_OK;
}

/* ---- removing ---- */

enum ct_status session_remove(const char *sessions, const char *name, struct ct_error *err)
{
    enum session_state state;
    int folder = -1, own = -1, lock = 0;
    char path[PATH_MAX];

    if (!find_state(name, &state) || !path_put(path, "%s/%s", sessions, name))
        return ct_fail(err, CT_EINVAL,
                       "%.80s: not the name of a session; circuittui sessions lists "
                       "them",
                       name);
    if (!is_own_folder(path))
        return ct_fail(err, CT_EIO, "%s: no such session; circuittui sessions lists them", path);
    enum ct_status status = folder_open(AT_FDCWD, sessions, false, &folder, err);
    if (status == CT_OK)
        status = folder_open(folder, name, false, &own, err);
    if (status == CT_OK)
        status = lockfile_take_folder(own, path, 0, &lock, err);
    if (status == CT_OK && !folder_remove_all(folder, name))
        status = ct_fail_errno(err, "%s: cannot be removed", path);
    if (own >= 0) {
        lockfile_release_folder(own, lock);
        close(own);
    }
    if (folder >= 0)
        close(folder);
    return status;
}
