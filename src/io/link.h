/* Links in the folder of a model that lead to files that do not belong to it. */
#ifndef CT_IO_LINK_H
#define CT_IO_LINK_H

#include <limits.h>
#include <stdbool.h>

/*
 * True, with the file it leads to in target, if the file `path` in `folder` is a link to something
 * outside: not in that folder, nor, for a snapshot of Hugging Face's cache
 * (REPO/snapshots/COMMIT), in REPO/blobs. Somebody else may have put it there.
 */
bool link_leads_out(const char *folder, const char *path, char target[PATH_MAX]);

#endif
