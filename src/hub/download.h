/*
 * Files from a server that behaves like the Hugging Face hub, over HTTP with libcurl.
 *
 * Redirects are followed here and not by libcurl: the token is only sent to the endpoint's scheme,
 * host and port, and https never redirects to http. Transient failures (a dropped connection, 429,
 * 5xx) are retried after Retry-After, unless that exceeds a minute, or after 1, 2, 4, 8 seconds;
 * immediately if the previous attempt made progress.
 */
#ifndef CT_HUB_DOWNLOAD_H
#define CT_HUB_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "hub/partial.h"

struct download; /* use from one thread */

struct download_params {
    const char *endpoint;        /* http:// or https:// */
    const char *token;           /* sent to the endpoint; NULL: none. Copied. */
    bool may_send_plain;         /* the token without TLS, to hosts other than this one */
    const char *authorities;     /* certificate file; NULL: the system's. Borrowed. */
    bool (*tick)(void *context); /* about ten times a second; false: stop */
    void *context;
};

enum { DOWNLOAD_ETAG_SIZE = 80, DOWNLOAD_COMMIT_SIZE = 41, DOWNLOAD_CODE_SIZE = 40 };

/* Whether a redirect is followed: to https always, to http only from http, otherwise never. */
bool download_may_follow(const char *from, const char *to);

struct download_reply {                /* the hub's headers about a file, without its content */
    long status;                       /* HTTP status; 200 also when another host has the bytes */
    char code[DOWNLOAD_CODE_SIZE];     /* X-Error-Code: `RepoNotFound`...; empty: none */
    char commit[DOWNLOAD_COMMIT_SIZE]; /* X-Repo-Commit; empty: not sent, or not 40 digits */
    char etag[DOWNLOAD_ETAG_SIZE];     /* X-Linked-Etag or ETag, bare; empty: not sent */
    bool has_size;
    uint64_t size; /* X-Linked-Size or Content-Length */
};

/* False: built without libcurl, so download_new() fails. */
bool download_is_built_in(void);

/* CT_EINVAL (invalid endpoint URL or token), CT_ENOTSUP (built without libcurl), CT_EIO (libcurl
 * cannot be loaded), CT_ENOMEM. */
enum ct_status download_new(const struct download_params *params, struct download **out,
                            struct ct_error *err);
void download_free(struct download *d);

/* Requests the headers at url. Any HTTP status is a success, except transient failures that
 * persist. CT_EIO, CT_ENOMEM, CT_ECANCELED. */
enum ct_status download_headers(struct download *d, const char *url, struct download_reply *reply,
                                struct ct_error *err);

/* Downloads what file lacks; its hash is not checked. CT_EIO (also: an HTTP status that is not a
 * success), CT_EFORMAT (length differs from file's), CT_ECANCELED. */
enum ct_status download_file(struct download *d, const char *url, struct partial *file,
                             struct ct_error *err);

#endif
