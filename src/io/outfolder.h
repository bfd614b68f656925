/*
 * A folder of results, locked while it is open. Files are first all written under temporary names;
 * outfolder_commit() then gives them their names, so that a full disk does not leave a mixture of
 * new files and those that they replace.
 */
#ifndef CT_IO_OUTFOLDER_H
#define CT_IO_OUTFOLDER_H

#include <stdbool.h>

#include "base/status.h"
#include "io/outfile.h"

struct outfolder;

/* Creates the folder if missing. Owned by the caller: outfolder_close(). CT_EIO (also when another
 * process has had it open for that many seconds), CT_ENOMEM. */
enum ct_status outfolder_open(const char *path, int seconds, struct outfolder **out,
                              struct ct_error *err);

const char *outfolder_path(const struct outfolder *f);

/* Whether path leads to this folder. */
bool outfolder_is(const struct outfolder *f, const char *path);

/* Begins a file of that name; sub: in this subfolder, which is created if missing, or NULL.
 * outfolder_keep() or outfile_abort() ends it. Errors of outfile_open(). */
enum ct_status outfolder_begin(struct outfolder *f, const char *sub, const char *name,
                               struct outfile **out, struct ct_error *err);

/* Completes the file under its temporary name; frees it always. Errors of outfile_finish(). */
enum ct_status outfolder_keep(struct outfolder *f, struct outfile *file, struct ct_error *err);

/* A file of an earlier run, if there is one, is removed when the new ones have their names; the
 * subfolder too, if it is empty then. CT_ENOMEM. */
enum ct_status outfolder_drop(struct outfolder *f, const char *sub, const char *name,
                              struct ct_error *err);

/*
 * Gives all files that were kept their names. last (may be NULL), a file that describes the others,
 * is removed first and, if it was kept, named last. CT_EIO: a file could not be replaced; those
 * after it keep their temporary names.
 */
enum ct_status outfolder_commit(struct outfolder *f, const char *last, struct ct_error *err);

/* Removes what was kept and not named, and the folder if it was created and is empty. NULL is
 * accepted. */
void outfolder_close(struct outfolder *f);

#endif
