/*
 * Files that appear whole or not at all: written beside their place as `.NAME.XXXXXX`, flushed to
 * disk, renamed. "-" is standard output, and what is there already and is no regular file (a
 * device, a pipe) is written directly. A symbolic link stays, what it points to is replaced.
 *
 * Writing keeps the first error to itself and does nothing after it; outfile_commit() reports it.
 */
#ifndef CT_IO_OUTFILE_H
#define CT_IO_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "io/hash.h"

struct outfile; /* one thread at a time */

/* *out is owned by the caller until outfile_commit() or outfile_abort(). CT_EIO (a missing folder,
 * no permission, path is a folder), CT_ENOMEM. */
enum ct_status outfile_open(const char *path, struct outfile **out, struct ct_error *err);

void outfile_write(struct outfile *file, const void *data, size_t size);
void outfile_puts(struct outfile *file, const char *text);

/* Before the first write: *digest, borrowed until the commit, will describe what the file holds. */
void outfile_digest(struct outfile *file, struct input_digest *digest);

/* True where untrusted text could be taken for commands. */
bool outfile_is_terminal(const struct outfile *file);

/* Lets the file fail as if a write had, for the reason of errno: it will not appear. */
void outfile_fail(struct outfile *file, int reason);

/* True once a write has failed: a long loop may stop early. */
bool outfile_failed(const struct outfile *file);

/* Writes what is left, puts the file in its place, frees it in any case. CT_EIO: this or an
 * earlier write failed (the file in place is the old one, or none). */
enum ct_status outfile_commit(struct outfile *file, struct ct_error *err);

/* Removes what was written and frees it; NULL is accepted. */
void outfile_abort(struct outfile *file);

/* Flushes the folder that path lies in, and with it a new name in it, to disk. Some file systems
 * cannot do that: no error. */
void outfile_sync_folder(const char *path);

/* Makes folder and those above it where they are missing. CT_EIO: something else is in the way, no
 * permission. */
enum ct_status outfile_make_folder(const char *folder, struct ct_error *err);

/* Removes a file of an earlier run from the folder, if it is there. CT_ENOMEM. */
enum ct_status outfile_remove_old(const char *folder, const char *name, struct ct_error *err);

/* CT_EIO, as far as that can be known before: folder, or what is missing of it, cannot be made or
 * nothing may be written there. */
enum ct_status outfile_check_folder(const char *folder, struct ct_error *err);

/* CT_EINVAL, naming the first, when folder holds one of names[0 .. n) already. A folder that is
 * not there holds none. */
enum ct_status outfile_check_absent(const char *folder, const char *const *names, size_t n,
                                    struct ct_error *err);

#endif
