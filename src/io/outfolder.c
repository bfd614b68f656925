#include "config.h"
#include "io/outfolder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/folder.h"
#include "io/lockfile.h"

struct entry {       /* a file that is kept, or to be dropped */
    char *sub;       /* its subfolder, or NULL */
    char *name;      /* its name in the folder below */
    char *temporary; /* NULL: it is to be dropped */
    int folder;      /* where it is, when a link has led elsewhere; else -1 */
};

struct entries {
    struct entry *items;
    size_t n, room;
};

struct outfolder {
    int fd;
    int lock; /* 0: none */
    bool is_made;
    char *path;
    struct entries kept, dropped, made; /* made: subfolders */
    char *sub;                          /* the last one that a file was begun in, or NULL */
};

static void entry_clear(struct entry *e)
{
    free(e->sub);
    free(e->name);
    free(e->temporary);
    if (e->folder >= 0)
        close(e->folder);
}

static void entries_clear(struct entries *e)
{
    for (size_t i = 0; i < e->n; i++)
        entry_clear(&e->items[i]);
    free(e->items);
    *e = (struct entries){ 0 };
}

static char *copy(const char *text)
{
    return ct_strndup(text, strlen(text));
}

/* Takes temporary and folder, but not on failure. */
static enum ct_status add(struct entries *e, const char *sub, const char *name, char *temporary,
                          int folder, struct ct_error *err)
{
    struct entry new = { sub != NULL ? copy(sub) : NULL, copy(name), temporary, folder };

    if (e->n == e->room) {
        const size_t room = 2 * e->room + 16;
        struct entry *const items = ct_realloc_array(e->items, room, sizeof *items);
        if (items != NULL) {
            e->items = items;
            e->room = room;
        }
    }
    if (e->n == e->room || new.name == NULL || (sub != NULL && new.sub == NULL)) {
        free(new.sub);
        free(new.name);
        return ct_fail_nomem(err, name, 0);
    }
    e->items[e->n++] = new;
    return CT_OK;
}

enum ct_status outfolder_open(const char *path, int seconds, struct outfolder **out,
                              struct ct_error *err)
{
    struct outfolder *const f = calloc(1, sizeof *f);
    struct stat s;
    enum ct_status st = CT_OK;

    if (f == NULL)
        return ct_fail_nomem(err, path, sizeof *f);
    f->fd = -1;
    f->path = copy(path);
    if (f->path == NULL)
        st = ct_fail_nomem(err, path, 0);
    f->is_made = lstat(path, &s) != 0;
    if (st == CT_OK)
        st = folder_open(AT_FDCWD, path, true, &f->fd, err);
    if (st == CT_OK)
        st = lockfile_take_folder(f->fd, path, seconds, &f->lock, err);
    if (st != CT_OK)
        outfolder_close(f);
    else
        *out = f;
    return st;
}

const char *outfolder_path(const struct outfolder *f)
{
    return f->path;
}

static bool is_same(int a, int b)
{
    struct stat s, t;

    return fstat(a, &s) == 0 && fstat(b, &t) == 0 && s.st_dev == t.st_dev && s.st_ino == t.st_ino;
}

bool outfolder_is(const struct outfolder *f, const char *path)
{
    int fd = -1;

    if (folder_open(AT_FDCWD, path, false, &fd, NULL) != CT_OK)
        return false;
    const bool is = is_same(f->fd, fd);
    close(fd);
    return is;
}

/* The open subfolder, or the folder itself. */
static enum ct_status open_sub(const struct outfolder *f, const char *sub, int *fd,
                               struct ct_error *err)
{
    const enum ct_status st = folder_open(f->fd, sub != NULL ? sub : ".", false, fd, err);

    return st == CT_OK ? st : ct_error_where(err, st, "%s", f->path);
}

static enum ct_status make_sub(struct outfolder *f, const char *sub, struct ct_error *err)
{
    if (mkdirat(f->fd, sub, 0777) == 0)
        return add(&f->made, sub, sub, NULL, -1, err);
    return errno == EEXIST ? CT_OK
                           : ct_fail_errno(err, "%s/%s: cannot create the folder", f->path, sub);
}

enum ct_status outfolder_begin(struct outfolder *f, const char *sub, const char *name,
                               struct outfile **out, struct ct_error *err)
{
    char shown[PATH_MAX];
    int fd = -1;
    enum ct_status st = CT_OK;

    if (!path_put(shown, "%s/%s%s%s", f->path, sub != NULL ? sub : "", sub != NULL ? "/" : "",
                  name))
        return ct_fail(err, CT_EIO, "%.64s...: the path is too long", f->path);
    free(f->sub);
    f->sub = sub != NULL ? copy(sub) : NULL;
    if (sub != NULL && f->sub == NULL)
        return ct_fail_nomem(err, name, 0);
    if (sub != NULL)
        st = make_sub(f, sub, err);
    if (st == CT_OK)
        st = open_sub(f, sub, &fd, err);
    if (st == CT_OK)
        st = outfile_open_in(fd, name, shown, out, err);
    if (fd >= 0)
        close(fd);
    return st;
}

enum ct_status outfolder_keep(struct outfolder *f, struct outfile *file, struct ct_error *err)
{
    struct unnamed new;
    int fd = -1;
    enum ct_status st = outfile_finish(file, &new, err);

    if (st != CT_OK)
        return st;
    int folder = new.place.folder;
    if (new.temporary == NULL) { /* a device of the user's own: written */
        if (folder >= 0)
            close(folder);
        return CT_OK;
    }
    /* With hundreds of subfolders, descriptors are few: those that are reached again are closed. */
    if (open_sub(f, f->sub, &fd, NULL) == CT_OK && is_same(fd, folder))
        folder = -1;
    if (fd >= 0)
        close(fd);
    st = add(&f->kept, f->sub, new.place.name, new.temporary, folder, err);
    if (st != CT_OK) {
        (void)unlinkat(new.place.folder, new.temporary, 0);
        free(new.temporary);
    }
    if (st != CT_OK || folder < 0)
        close(new.place.folder);
    return st;
}

enum ct_status outfolder_drop(struct outfolder *f, const char *sub, const char *name,
                              struct ct_error *err)
{
    return add(&f->dropped, sub, name, NULL, -1, err);
}

static enum ct_status name_one(struct outfolder *f, struct entry *e, struct ct_error *err)
{
    int fd = e->folder;
    enum ct_status st = fd >= 0 ? CT_OK : open_sub(f, e->sub, &fd, err);

    if (st != CT_OK)
        return st;
    if (renameat(fd, e->temporary, fd, e->name) != 0) {
        st = ct_fail_errno(err, "%s/%s%s%s: cannot be written", f->path,
                           e->sub != NULL ? e->sub : "", e->sub != NULL ? "/" : "", e->name);
    } else {
        folder_sync(fd);
        free(e->temporary);
        e->temporary = NULL;
    }
    if (fd != e->folder)
        close(fd);
    return st;
}

static void drop_one(const struct outfolder *f, const struct entry *e)
{
    int fd = -1;

    if (open_sub(f, e->sub, &fd, NULL) != CT_OK)
        return;
    (void)unlinkat(fd, e->name, 0);
    close(fd);
}

static bool is_last(const struct entry *e, const char *last)
{
    return last != NULL && e->sub == NULL && strcmp(e->name, last) == 0;
}

enum ct_status outfolder_commit(struct outfolder *f, const char *last, struct ct_error *err)
{
    enum ct_status st = CT_OK;

    if (last != NULL)
        (void)unlinkat(f->fd, last, 0);
    for (size_t i = 0; st == CT_OK && i < f->kept.n; i++)
        if (!is_last(&f->kept.items[i], last))
            st = name_one(f, &f->kept.items[i], err);
    for (size_t i = 0; st == CT_OK && i < f->dropped.n; i++)
        drop_one(f, &f->dropped.items[i]);
    for (size_t i = 0; st == CT_OK && i < f->dropped.n; i++) /* those that are empty now */
        if (f->dropped.items[i].sub != NULL)
            (void)unlinkat(f->fd, f->dropped.items[i].sub, AT_REMOVEDIR);
    for (size_t i = 0; st == CT_OK && i < f->kept.n; i++)
        if (is_last(&f->kept.items[i], last))
            st = name_one(f, &f->kept.items[i], err);
    if (st != CT_OK)
        return st;
    entries_clear(&f->kept);
    entries_clear(&f->dropped);
    return CT_OK;
}

/* Removes the temporary files that have not been given their names. */
static void abandon(struct outfolder *f)
{
    for (size_t i = 0; i < f->kept.n; i++) {
        const struct entry *const e = &f->kept.items[i];
        int fd = e->folder;
        if (e->temporary == NULL || (fd < 0 && open_sub(f, e->sub, &fd, NULL) != CT_OK))
            continue;
        (void)unlinkat(fd, e->temporary, 0);
        if (fd != e->folder)
            close(fd);
    }
    for (size_t i = 0; i < f->made.n; i++)
        (void)unlinkat(f->fd, f->made.items[i].name, AT_REMOVEDIR);
}

void outfolder_close(struct outfolder *f)
{
    if (f == NULL)
        return;
    if (f->fd >= 0) {
        abandon(f);
        lockfile_release_folder(f->fd, f->lock);
        close(f->fd);
        if (f->is_made)
            (void)rmdir(f->path); /* if it is empty */
    }
    entries_clear(&f->kept);
    entries_clear(&f->dropped);
    entries_clear(&f->made);
    free(f->sub);
    free(f->path);
    free(f);
}
