/*
 * Open folders. What is created, replaced or removed in one is in that folder, whatever becomes of
 * its path meanwhile.
 *
 * Paths are resolved here, from open folder to open folder. A link on the way is followed if it
 * belongs to the user, to root, or to the owner of the folder that contains it, which Linux asks of
 * links in sticky folders (fs.protected_symlinks): others may have put it there as a trap. Links of
 * /proc are the kernel's and always followed.
 */
#ifndef CT_IO_FOLDER_H
#define CT_IO_FOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/status.h"

/* Opens the folder that path leads to from the open folder `at` (AT_FDCWD: the working directory);
 * may_make: with missing ones on the way. *fd is the caller's: close(). CT_EIO: something else has
 * that name, a link of another user, or no permission. */
enum ct_status folder_open(int at, const char *path, bool may_make, int *fd, struct ct_error *err);

/* Creates a folder and missing parents. Errors as folder_open(). */
enum ct_status folder_make(const char *path, struct ct_error *err);

struct place {  /* of a file */
    int folder; /* owned: close() */
    char name[NAME_MAX + 1];
    bool is_magic; /* a link of /proc, to be followed by the kernel; otherwise name is none to
                      follow */
};

/* Finds where the file that path leads to is, or would be. A dangling link is itself the place.
 * CT_EIO: no such folder, or a link of another user. */
enum ct_status place_find(int at, const char *path, struct place *out, struct ct_error *err);

/* Whether `s`, what is in the folder `in`, is the user's, root's or the folder's owner's. */
bool folder_trusts(int in, const struct stat *s);

/* Flushes new names in an open folder to disk, where the file system can do that. */
void folder_sync(int fd);

/* Removes what is there by that name, with all it contains, following no link. False: errno. */
bool folder_remove_all(int at, const char *name);

/* CT_EIO if, as far as can be known beforehand, the folder cannot be created or written to. */
enum ct_status folder_check(const char *path, struct ct_error *err);

/* CT_EINVAL, naming the first, if the folder already contains one of names[0 .. n). A missing
 * folder contains none. */
enum ct_status folder_check_absent(const char *path, const char *const *names, size_t n,
                                   struct ct_error *err);

/* CT_EIO, naming the first, if one of names[0 .. n) in the folder is there and is neither a regular
 * file nor a link to one, or is a link of another user: writing it would wait for a reader, or fail
 * at the end. */
enum ct_status folder_check_plain(const char *path, const char *const *names, size_t n,
                                  struct ct_error *err);

#endif
