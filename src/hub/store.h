/*
 * Writing into the local cache of Hugging Face's tools, in their shared layout (see hub/cache.h,
 * which reads it): blobs/ETAG, snapshots/COMMIT/FILE -> ../../blobs/ETAG, .no_exist/COMMIT/FILE,
 * refs/REVISION, and .locks/ next to the repository's folder.
 */
#ifndef CT_HUB_STORE_H
#define CT_HUB_STORE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "hub/snapshot.h"

struct hub_store { /* one commit of a repository */
    char repo[PATH_MAX];
    char locks[PATH_MAX];
    char commit[HUB_COMMIT_SIZE];
};

/* Creates the folders. name: `ORG/NAME` or `NAME`. CT_EIO. */
enum ct_status hub_store_open(struct hub_store *s, const char *root, const char *name,
                              const char *commit, struct ct_error *err);

/* The paths of a blob and its lock; false when too long. */
bool hub_store_blob(const struct hub_store *s, const char *etag, char out[PATH_MAX]);
bool hub_store_lock(const struct hub_store *s, const char *etag, char out[PATH_MAX]);

/* The folder of the snapshot, and a file in it; false when the path is too long. */
bool hub_store_folder(const struct hub_store *s, char out[PATH_MAX]);
bool hub_store_file(const struct hub_store *s, const char *file, char out[PATH_MAX]);

/* True when path leads to a regular file of that size. */
bool hub_store_has(const char *path, uint64_t size);

/* Links a blob, whose lock is held, into the snapshot; an existing name that points elsewhere is
 * replaced. CT_EIO. */
enum ct_status hub_store_link(const struct hub_store *s, const char *file, const char *etag,
                              struct ct_error *err);

/* Records that the repository has no such file. CT_EIO. */
enum ct_status hub_store_absent(const struct hub_store *s, const char *file, struct ct_error *err);

/* Points a branch or tag at this commit; a commit's own name needs no file. CT_EIO, CT_ENOMEM. */
enum ct_status hub_store_ref(const struct hub_store *s, const char *revision, struct ct_error *err);

#endif
