/*
 * Files that appear whole or not at all: written in the same folder as `.NAME.XXXXXX`, flushed to
 * disk, then renamed. "-" is standard output; an existing path that is not a regular file (a
 * device, a pipe) is written directly. A symbolic link is kept, and its target is replaced.
 *
 * The first write error is kept and later writes do nothing; outfile_commit() reports it.
 */
#ifndef CT_IO_OUTFILE_H
#define CT_IO_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "io/hash.h"

struct outfile; /* used by one thread at a time */

/* *out is owned by the caller until outfile_commit() or outfile_abort(). CT_EIO (a missing folder,
 * no permission, path is a folder), CT_ENOMEM. */
enum ct_status outfile_open(const char *path, struct outfile **out, struct ct_error *err);

void outfile_write(struct outfile *file, const void *data, size_t size);
void outfile_puts(struct outfile *file, const char *text);

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

/* Removes what has been written and frees file; NULL is accepted. */
void outfile_abort(struct outfile *file);

/* Flushes the folder that contains path, and so a new name in it, to disk. Not an error on file
 * systems that cannot do that. */
void outfile_sync_folder(const char *path);

/* Creates folder and missing parents. CT_EIO: something else has that name, or no permission. */
enum ct_status outfile_make_folder(const char *folder, struct ct_error *err);

/* Removes a file of an earlier run from the folder, if it exists. CT_ENOMEM. */
enum ct_status outfile_remove_old(const char *folder, const char *name, struct ct_error *err);

/* CT_EIO if, as far as can be known beforehand, folder cannot be created or written to. */
enum ct_status outfile_check_folder(const char *folder, struct ct_error *err);

/* CT_EINVAL, naming the first, if folder already contains one of names[0 .. n). A missing folder
 * contains none. */
enum ct_status outfile_check_absent(const char *folder, const char *const *names, size_t n,
                                    struct ct_error *err);

#endif
