/*
 * Models by name in the local cache of Hugging Face's tools (huggingface.co/docs/hub/local-cache):
 * ROOT/models--ORG--NAME holds refs/BRANCH (one line: a commit), snapshots/COMMIT/FILE (links to
 * blobs, or plain files) and .no_exist/COMMIT/FILE (files the repository is known not to have). The
 * cache is only read: nothing here writes, locks or repairs it, or accesses the network.
 */
#ifndef CT_HUB_CACHE_H
#define CT_HUB_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "hub/snapshot.h"

struct hub_env { /* values of environment variables, borrowed; NULL or empty: not set */
    const char *home;
    const char *hf_hub_cache;
    const char *huggingface_hub_cache; /* the older name of the one above */
    const char *hf_home;
    const char *transformers_cache; /* an older one, used when none of the above is set */
    const char *xdg_cache_home;
    const char *hf_token_path;
    char *(*variable)(const char *name); /* for $NAME inside the values; NULL: no expansion */
};

/* The folder of the cache, existing or not, by the rules of huggingface_hub's constants.py. *root
 * is owned by the caller: free(). CT_EINVAL (no HOME and no other variable set), CT_ENOMEM. */
enum ct_status hub_cache_root(const struct hub_env *env, char **root, struct ct_error *err);

/* The file with the user's token, existing or not, by the same rules; errors as above. */
enum ct_status hub_token_path(const struct hub_env *env, char **path, struct ct_error *err);

/*
 * name is NAME or ORG/NAME, optionally with @REVISION (branch, tag or commit of 40 hex digits;
 * default main). A name without organisation is also searched as openai-community/NAME, and vice
 * versa. *folder is the snapshot's, owned by the caller: free(). CT_EINVAL (not a valid name),
 * CT_EIO (missing or incomplete: the message says where it was searched, and which command fetches
 * it), CT_ENOMEM.
 */
enum ct_status hub_cache_resolve(const char *root, const char *name, unsigned needs, char **folder,
                                 struct ct_error *err);

/* True if text can be a name by the rules of the hub, as opposed to a path. */
bool hub_is_name(const char *text);

enum { HUB_NAME_SIZE = 256 };

/* Splits `NAME@REVISION`, which has passed hub_is_name(): returns the revision, borrowed from text,
 * or `main`. */
const char *hub_split_name(const char *text, char name[HUB_NAME_SIZE]);

/*
 * The folder that a user means: text itself if it is a folder or cannot be a name, else the result
 * of hub_cache_resolve(). A leading `~/` is the home directory. *folder is owned by the caller:
 * free(). Errors of the two functions above.
 */
enum ct_status hub_model_folder(const struct hub_env *env, const char *text, unsigned needs,
                                char **folder, struct ct_error *err);

#endif
