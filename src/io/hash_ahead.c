#include "config.h"
#include "io/hash_ahead.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"

struct hashed {
    char *path;
    char hex[HASH_HEX_SIZE]; /* empty: unknown */
};

struct hash_ahead {
    pthread_t thread;
    bool is_running; /* not joined yet */
    atomic_bool is_stopped;
    struct hashed *files; /* [n], owned by the thread until it is joined */
    size_t n;
};

static bool go_on(void *context, size_t done, size_t total)
{
    struct hash_ahead *const h = context;

    (void)done;
    (void)total;
    return !atomic_load(&h->is_stopped);
}

static void *hash_all(void *context)
{
    struct hash_ahead *const h = context;
    const struct progress progress = { .tick = go_on, .context = h };
    char known[HASH_HEX_SIZE];

    for (size_t i = 0; i < h->n && go_on(h, 0, 0); i++)
        if (!hash_from_blob_name(h->files[i].path, known))
            (void)hash_file(h->files[i].path, &progress, h->files[i].hex, NULL);
    return NULL;
}

static bool start(struct hash_ahead *h)
{
#ifdef CT_THREADS
    h->is_running = thread_start(&h->thread, hash_all, h) == 0;
#else
    (void)hash_all;
#endif
    return h->is_running;
}

static void join(struct hash_ahead *h)
{
    if (h->is_running)
        pthread_join(h->thread, NULL);
    h->is_running = false;
}

struct hash_ahead *hash_ahead_new(const char *const *paths, size_t n)
{
    struct hash_ahead *const h = calloc(1, sizeof *h);
    bool is_whole = h != NULL;

    if (is_whole) {
        h->files = ct_calloc_array(n, sizeof *h->files);
        is_whole = h->files != NULL;
    }
    for (size_t i = 0; is_whole && i < n; i++) {
        h->n = i + 1;
        h->files[i].path = strdup(paths[i]);
        is_whole = h->files[i].path != NULL;
    }
    if (is_whole && start(h))
        return h;
    hash_ahead_free(h);
    return NULL;
}

bool hash_ahead_get(struct hash_ahead *h, const char *path, char hex[HASH_HEX_SIZE])
{
    if (h == NULL)
        return false;
    join(h);
    for (size_t i = 0; i < h->n; i++)
        if (h->files[i].hex[0] != '\0' && strcmp(h->files[i].path, path) == 0) {
            memcpy(hex, h->files[i].hex, HASH_HEX_SIZE);
            return true;
        }
    return false;
}

void hash_ahead_free(struct hash_ahead *h)
{
    if (h == NULL)
        return;
    atomic_store(&h->is_stopped, true);
    join(h);
    for (size_t i = 0; i < h->n; i++)
        free(h->files[i].path);
    free(h->files);
    free(h);
}
