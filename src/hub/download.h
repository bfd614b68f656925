/*
 * Files from a server that answers as the Hugging Face hub does, over HTTP by libcurl.
 *
 * Redirects are followed here and not by libcurl: the token goes to the endpoint's scheme, host
 * and port and nowhere else, and https never leads to http. What may pass (a connection that
 * drops, 429, 5xx) is tried again, after Retry-After, unless that is more than a minute, or 1, 2,
 * 4, 8 seconds; at once when the attempt before has brought something.
 */
#ifndef CT_HUB_DOWNLOAD_H
#define CT_HUB_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "hub/partial.h"

struct download; /* one thread */

struct download_params {
    const char *endpoint;    /* http:// or https:// */
    const char *token;       /* sent to the endpoint; NULL: none. Copied. */
    const char *authorities; /* file of certificates in place of the system's, borrowed; or NULL */
    bool (*tick)(void *context); /* about ten times a second; false: stop */
    void *context;
};

enum { DOWNLOAD_ETAG_SIZE = 80, DOWNLOAD_COMMIT_SIZE = 41, DOWNLOAD_CODE_SIZE = 40 };

/* Whether a redirect is followed: to https always, to http from http alone, nowhere else. */
bool download_may_follow(const char *from, const char *to);

struct download_reply {                /* what the hub says about a file without sending it */
    long status;                       /* of HTTP; 200 also when another host has the bytes */
    char code[DOWNLOAD_CODE_SIZE];     /* X-Error-Code: `RepoNotFound`...; empty: none */
    char commit[DOWNLOAD_COMMIT_SIZE]; /* X-Repo-Commit; empty: not sent, or not 40 digits */
    char etag[DOWNLOAD_ETAG_SIZE];     /* X-Linked-Etag or ETag, bare; empty: not sent */
    bool has_size;
    uint64_t size; /* X-Linked-Size or Content-Length */
};

/* False: built without libcurl, and download_new() fails. */
bool download_is_built_in(void);

/* CT_EINVAL (an endpoint that is no URL, a token that is none), CT_ENOTSUP (built without
 * libcurl), CT_EIO (libcurl cannot be loaded), CT_ENOMEM. */
enum ct_status download_new(const struct download_params *params, struct download **out,
                            struct ct_error *err);
void download_free(struct download *d);

/* Asks for the headers at url. Any status of HTTP is an answer, but those that may pass and did
 * not. CT_EIO, CT_ENOMEM, CT_ECANCELED. */
enum ct_status download_ask(struct download *d, const char *url, struct download_reply *reply,
                            struct ct_error *err);

/* Brings what file lacks; its hash is not looked at. CT_EIO (also: a status of HTTP that is no
 * success), CT_EFORMAT (another length than file's), CT_ECANCELED. */
enum ct_status download_bring(struct download *d, const char *url, struct partial *file,
                              struct ct_error *err);

#endif
