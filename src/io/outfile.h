/*
 * Files that appear whole or not at all: written in the same folder as `.NAME.XXXXXX`, flushed to
 * disk, then renamed. "-" is standard output; an existing path that is not a regular file (a
 * device, a pipe) is written directly. A symbolic link is kept, and its target is replaced; links,
 * pipes and devices that other users may have put there are refused, see io/folder.h.
 *
 * The first write error is kept and later writes do nothing; outfile_commit() reports it.
 */
#ifndef CT_IO_OUTFILE_H
#define CT_IO_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "io/folder.h"
#include "io/hash.h"

struct outfile; /* used by one thread at a time */

/* *out is owned by the caller until outfile_commit() or outfile_abort(). CT_EIO (a missing folder,
 * no permission, path is a folder), CT_ENOMEM. */
enum ct_status outfile_open(const char *path, struct outfile **out, struct ct_error *err);

/* The same in an open folder (AT_FDCWD: the working directory); shown: the path in messages. */
enum ct_status outfile_open_in(int folder, const char *name, const char *shown,
                               struct outfile **out, struct ct_error *err);

/* The same without a file: what is written is counted in its digest and nowhere else. CT_ENOMEM. */
enum ct_status outfile_open_nowhere(struct outfile **out, struct ct_error *err);

/* CT_EIO when outfile_open() would fail, as far as can be known beforehand. Nothing is opened for
 * writing. */
enum ct_status outfile_check(const char *path, struct ct_error *err);

void outfile_write(struct outfile *file, const void *data, size_t size);
void outfile_puts(struct outfile *file, const char *text);

/* Call before the first write: has the file system set `size` bytes aside, where it can, so that a
 * full disk is known before hours of writing. */
void outfile_reserve(struct outfile *file, size_t size);

/* Call before the first write: the commit fills in *digest, borrowed until then. */
void outfile_digest(struct outfile *file, struct input_digest *digest);

/* True for a terminal, which could take untrusted text for commands. */
bool outfile_is_terminal(const struct outfile *file);

/* Makes the file fail as if a write had failed; reason is an errno. The file will not appear. */
void outfile_fail(struct outfile *file, int reason);

/* True once a write has failed: a long loop may stop early. */
bool outfile_failed(const struct outfile *file);

/* Writes what is left, renames the file to its path, and always frees it. CT_EIO: this or an
 * earlier write failed (path is unchanged). */
enum ct_status outfile_commit(struct outfile *file, struct ct_error *err);

/* The same, but a file that has the path by then is kept: *was_first is false. */
enum ct_status outfile_commit_first(struct outfile *file, bool *was_first, struct ct_error *err);

struct unnamed { /* a complete file, still under a temporary name */
    struct place place;
    char *temporary; /* in its folder, owned: free(); NULL: it was written directly */
};

/* The same, but the file keeps its temporary name, which the caller renames. */
enum ct_status outfile_finish(struct outfile *file, struct unnamed *out, struct ct_error *err);

/* Removes what has been written and frees file; NULL is accepted. */
void outfile_abort(struct outfile *file);

#endif
