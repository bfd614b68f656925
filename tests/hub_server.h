/*
 * A server on loopback that replied with status as the Hugging Face hub does: small files come from
 * 127.0.0.1, large ones by a signed link from 127.0.0.2. It runs in a process of its own; what it
 * is to do wrong, and what it has seen, is in memory that both share.
 */
#ifndef CT_TESTS_HUB_SERVER_H
#define CT_TESTS_HUB_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define HUB_COMMIT "0123456789abcdef0123456789abcdef01234567"
#define HUB_TOKEN  "hf_0123456789secret"

struct hub_file { /* of the repository `org/model`; the old name `model` leads there */
    const char *name;
    const void *data;
    size_t size;
    bool is_large; /* known by its SHA-256, and on the other host */
    char etag[65]; /* filled in */
};

struct hub_shared {
    /* to do */
    atomic_bool has_any_name; /* every repository of an organisation is this one */
    atomic_bool needs_token;
    atomic_bool is_without_ranges;
    atomic_bool has_other_length; /* of large files: a byte less than told before */
    atomic_bool has_other_range;  /* says that a part begins a byte later than it was asked for */
    atomic_bool has_other_bytes;
    atomic_bool has_odd_etags;
    atomic_bool has_huge_size; /* of large files: more than any disk has */
    atomic_int n_busy;         /* so many replied with status are 503 */
    atomic_int n_limited;      /* and these 429 */
    atomic_int retry_after;    /* seconds, with 429 */
    atomic_int n_drops;        /* so often the connection ends in the middle of a large file */
    atomic_int pause_us;       /* before each 16 KiB of a large file */
    /* seen */
    atomic_int n_requests;
    atomic_int n_whole;   /* large files that were sent from their beginning */
    atomic_int n_parts;   /* or from another place on */
    atomic_int n_leaks;   /* the token came to the other host */
    atomic_llong n_bytes; /* of large files */
    atomic_llong from;    /* where the last large file was begun */
    atomic_int n_early;   /* requests before the time that 429 told */
};

struct hub_server {
    char endpoint[64];
    struct hub_shared *shared;
    pid_t pid;
};

/* files [n] are borrowed and live as long as the server. Aborts the test when it cannot. */
void hub_server_start(struct hub_server *s, struct hub_file *files, size_t n);
void hub_server_stop(struct hub_server *s);

#endif
