/*
 * A server on loopback that behaves like the Hugging Face hub: small files come from 127.0.0.1,
 * large ones through a signed link from 127.0.0.2. It runs in a separate process; faults to inject
 * and requests seen are in shared memory.
 */
#ifndef CT_TESTS_HUB_SERVER_H
#define CT_TESTS_HUB_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define HUB_COMMIT "0123456789abcdef0123456789abcdef01234567"
#define HUB_TOKEN  "hf_0123456789secret"

struct hub_file { /* of the repository `org/model`; the old name `model` redirects to it */
    const char *name;
    const void *data;
    size_t size;
    bool is_large; /* identified by its SHA-256, and on the other host */
    char etag[65]; /* filled in */
};

struct hub_shared {
    /* faults to inject */
    atomic_bool has_any_name; /* every repository of an organisation is this one */
    atomic_bool needs_token;
    atomic_bool is_without_ranges;
    atomic_bool refuses_parts;    /* with 416, wherever they begin */
    atomic_bool has_other_length; /* of large files: one byte less than announced */
    atomic_bool has_other_range;  /* of parts: one byte after the request */
    atomic_bool has_other_bytes;
    atomic_bool has_odd_etags;
    atomic_bool has_huge_size; /* of large files: larger than any disk */
    atomic_llong size;         /* announced for large files, if not 0 */
    atomic_int n_busy;         /* number of 503 replies */
    atomic_int n_limited;      /* followed by this number of 429 replies */
    atomic_int retry_after;    /* seconds, sent with 429 */
    atomic_int n_drops;        /* number of connections dropped in the middle of a large file */
    atomic_int pause_us;       /* before each 16 KiB of a large file */
    /* observed */
    atomic_int n_requests;
    atomic_int n_whole;   /* large files sent from the start */
    atomic_int n_parts;   /* or from a later position */
    atomic_int n_leaks;   /* requests with the token to the other host */
    atomic_llong n_bytes; /* of large files */
    atomic_llong from;    /* start of the last large file */
    atomic_int n_early;   /* requests before the time given with 429 */
};

struct hub_server {
    char endpoint[64];
    struct hub_shared *shared;
    pid_t pid;
};

/* files [n] are borrowed while the server runs. Aborts the test on failure. */
void hub_server_start(struct hub_server *s, struct hub_file *files, size_t n);
void hub_server_stop(struct hub_server *s);

#endif
