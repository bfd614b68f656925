/*
 * Downloads a model from the Hugging Face hub into the local cache: config.json, the weights as
 * safetensors (one file or shards) and the available tokenizer files. The revision is updated to
 * its new commit when everything is complete, so the previous snapshot stays usable until then.
 */
#ifndef CT_HUB_FETCH_H
#define CT_HUB_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum hub_fetch_step {
    HUB_FETCH_QUERYING, /* which files exist */
    HUB_FETCH_WAITING,  /* for another process that downloads the same file */
    HUB_FETCH_DOWNLOADING,
};

struct hub_fetch_state {
    enum hub_fetch_step step;
    const char *file;     /* of the repository */
    uint64_t done, total; /* bytes of all files known so far */
    uint64_t downloaded;  /* of done, downloaded by this run */
};

struct hub_fetch_params {
    const char *root;        /* of the cache */
    const char *name;        /* NAME[@REVISION], see hub_is_name() */
    const char *endpoint;    /* https://huggingface.co, without a trailing slash */
    const char *token;       /* NULL: none */
    bool may_send_plain;     /* the token without TLS */
    const char *authorities; /* certificate file; NULL: the system's */
    /* Called about ten times a second; false: stop. NULL: no callback. */
    bool (*tick)(void *context, const struct hub_fetch_state *state);
    /* Called once, before the weights, with the bytes to download; if it fails, so does the fetch.
     * NULL: no callback. */
    enum ct_status (*agree)(void *context, uint64_t bytes, struct ct_error *err);
    void *context;
};

/*
 * *folder is the snapshot's, owned by the caller: free(). *has_tokenizer is false when the
 * repository has no usable tokenizer. CT_EINVAL (not a name), CT_ENOTSUP (another model family,
 * only pickles, built without libcurl), CT_EFORMAT (data differ from what the hub announced),
 * CT_EIO, CT_ENOMEM, CT_ECANCELED. Downloaded data are kept for the next attempt.
 */
enum ct_status hub_fetch(const struct hub_fetch_params *params, char **folder, bool *has_tokenizer,
                         struct ct_error *err);

#endif
