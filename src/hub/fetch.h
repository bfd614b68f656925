/*
 * A model from the Hugging Face hub into the local cache: config.json, the weights as safetensors
 * (one file or shards) and what there is of the tokenizer. The revision gets its new commit when
 * all is there, so that what was there before stays usable until then.
 */
#ifndef CT_HUB_FETCH_H
#define CT_HUB_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum hub_fetch_step {
    HUB_FETCH_ASKING,  /* what there is */
    HUB_FETCH_WAITING, /* for another process that fetches the same file */
    HUB_FETCH_BRINGING,
};

struct hub_fetch_state {
    enum hub_fetch_step step;
    const char *file;     /* of the repository */
    uint64_t done, total; /* bytes of all files that are known of */
    uint64_t brought;     /* of done, what this run has brought */
};

struct hub_fetch_params {
    const char *root;        /* of the cache */
    const char *name;        /* NAME[@REVISION], see hub_is_name() */
    const char *endpoint;    /* https://huggingface.co, without a slash at its end */
    const char *token;       /* NULL: none */
    const char *authorities; /* file of certificates in place of the system's; NULL: those */
    /* About ten times a second; false: stop. NULL: nobody wants to know. */
    bool (*tick)(void *context, const struct hub_fetch_state *state);
    void *context;
};

/*
 * *folder is that of the snapshot, owned by the caller: free(). *has_tokenizer is false when the
 * repository has none that can be used. CT_EINVAL (no name), CT_ENOTSUP (another family of models,
 * only pickles, built without libcurl), CT_EFORMAT (what comes is not what the hub announced),
 * CT_EIO, CT_ENOMEM, CT_ECANCELED. What has come is kept for the next time.
 */
enum ct_status hub_fetch(const struct hub_fetch_params *params, char **folder, bool *has_tokenizer,
                         struct ct_error *err);

#endif
