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
#include <stdint.h>

#include "base/status.h"

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

/* What a snapshot must hold to be of use; config.json goes with the weights. */
enum { HUB_WEIGHTS = 1, HUB_TOKENIZER = 2 };

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

/* What the last folder of a path is called: `ORG/NAME` for a snapshot in a cache. Cut to size. */
void hub_folder_name(const char *folder, char *out, size_t size);

struct hub_model {   /* a snapshot in the cache; owns its strings */
    char *name;      /* `openai-community/gpt2` */
    char *revision;  /* branch or tag that it is, else the commit */
    char *folder;    /* of the snapshot; of the repository when it has none */
    size_t n_layers; /* by config.json; 0 when there is a problem with it */
    size_t hidden_size;
    bool is_examined;
    uint64_t n_parameters; /* 0 until it is examined */
    uint64_t bytes;        /* of the weight files; 0 until it is examined */
    char *problem;         /* why it cannot be used; NULL: none is known */
};

/* Every model in the cache, first those that can be used, by name and revision, as far as their
 * config.json and the names of their files tell. None when there is no such folder. *models [*n]
 * goes to hub_models_free(). CT_EIO, CT_ENOMEM. */
enum ct_status hub_cache_list(const char *root, struct hub_model **models, size_t *n,
                              struct ct_error *err);

/* Looks into the weight files, once: some milliseconds. */
void hub_model_examine(struct hub_model *model);
void hub_models_free(struct hub_model *models, size_t n);

#endif
