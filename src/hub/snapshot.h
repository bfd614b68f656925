/* One repository in a Hugging Face cache: its revisions, and whether a snapshot is complete. */
#ifndef CT_HUB_SNAPSHOT_H
#define CT_HUB_SNAPSHOT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stddef.h>

#include "base/status.h"

enum { HUB_COMMIT_SIZE = 41 };

/* `ORG/NAME` to ROOT/models--ORG--NAME; false when the path is too long. */
bool hub_repo_path(char out[PATH_MAX], const char *root, const char *name);

/* The reverse for the last part of the path, folder [size]; false if that is not such a name. */
bool hub_repo_name(const char *folder, size_t size, char *out, size_t out_size);

bool hub_is_commit(const char *text);

/* True for a branch, tag or commit by the rules of the hub: ASCII letters, digits, `._+-`, parts
 * separated by slashes, none of which begins with a dot. */
bool hub_is_revision(const char *text);

/* The commit stored in refs/NAME of the repository's folder; `pr/1` is also `refs/pr/1`, as the hub
 * names pull requests. False when there is none. */
bool hub_read_ref(const char *repo, const char *name, char commit[HUB_COMMIT_SIZE]);

enum { HUB_REF_SIZE = 208 };

/* The names of up to `most` refs (`main`, `refs/pr/1`) or commits with files; returns how many.
 * Others may write to the cache: names that the hub does not have are left out. */
size_t hub_list_refs(const char *repo, char names[][HUB_REF_SIZE], size_t most);
size_t hub_list_commits(const char *repo, char names[][HUB_REF_SIZE], size_t most);

/* What a snapshot must contain to be usable; HUB_WEIGHTS includes config.json. */
enum { HUB_WEIGHTS = 1, HUB_TOKENIZER = 2 };

/* CT_EIO when a file required by `needs` is missing or a broken link. The message says which and
 * why, without the folder. Folders with only pickles or only an adapter pass: opening them gives a
 * better message. */
enum ct_status hub_snapshot_check(const char *repo, const char *commit, unsigned needs,
                                  struct ct_error *err);

#endif
