/*
 * Models by name in the local cache of Hugging Face's tools (huggingface.co/docs/hub/local-cache):
 * ROOT/models--ORG--NAME holds refs/BRANCH (one line, a commit), snapshots/COMMIT/FILE (links to
 * blobs, or plain files) and .no_exist/COMMIT/FILE (what the repository is known not to have).
 * The cache is only read: nothing here writes, locks or repairs it, or asks the network.
 */
#ifndef CT_HUB_CACHE_H
#define CT_HUB_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "hub/snapshot.h"

struct hub_env { /* values of the environment, borrowed; NULL or empty: not set */
    const char *home;
    const char *hf_hub_cache;
    const char *huggingface_hub_cache; /* the older name of the one above */
    const char *hf_home;
    const char *xdg_cache_home;
    const char *hf_token_path;
    char *(*variable)(const char *name); /* for $NAME inside the values; NULL: they stay */
};

/* The folder of the cache, there or not, by the rules of huggingface_hub's constants.py. *root is
 * owned by the caller: free(). CT_EINVAL (no HOME, and nothing else says where), CT_ENOMEM. */
enum ct_status hub_cache_root(const struct hub_env *env, char **root, struct ct_error *err);

/* The file with the user's token, there or not, by the same rules; errors as above. */
enum ct_status hub_token_path(const struct hub_env *env, char **path, struct ct_error *err);

/*
 * name is NAME or ORG/NAME, with @REVISION (branch, tag or commit of 40 hex digits) unless main is
 * meant. A name without organisation is also looked for as openai-community/NAME, and the other
 * way round. *folder is that of the snapshot, owned by the caller: free(). CT_EINVAL (no such
 * name is possible), CT_EIO (not there, or not all there: where it was looked for, and the command
 * that fetches it), CT_ENOMEM.
 */
enum ct_status hub_cache_resolve(const char *root, const char *name, unsigned needs, char **folder,
                                 struct ct_error *err);

/* True for what could be a name by the rules of the hub, as opposed to a path. */
bool hub_is_name(const char *text);

enum { HUB_NAME_SIZE = 256 };

/* `NAME@REVISION`, which hub_is_name() has passed, to its parts: returns the revision, borrowed
 * from text, or `main`. */
const char *hub_split_name(const char *text, char name[HUB_NAME_SIZE]);

/*
 * The folder that a user means: text itself when that is a folder or can be no name, else the one
 * that hub_cache_resolve() finds. `~/` at the start is the home. *folder is owned by the caller:
 * free(). Errors of the two functions above.
 */
enum ct_status hub_model_folder(const struct hub_env *env, const char *text, unsigned needs,
                                char **folder, struct ct_error *err);

#endif
