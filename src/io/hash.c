#include "config.h"
#include "io/hash.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nettle/base16.h>
#include <nettle/sha2.h>

#include "io/infile.h"

enum { CHUNK = 1 << 20 };

_Static_assert(HASH_HEX_SIZE == BASE16_ENCODE_LENGTH(SHA256_DIGEST_SIZE) + 1,
               "room for the digits");

static void finish(struct sha256_ctx *context, char hex[HASH_HEX_SIZE])
{
    uint8_t digest[SHA256_DIGEST_SIZE];

    sha256_digest(context, sizeof digest, digest);
    base16_encode_update(hex, sizeof digest, digest);
    hex[HASH_HEX_SIZE - 1] = '\0';
}

void hash_memory(const void *data, size_t size, char hex[HASH_HEX_SIZE])
{
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, size, data);
    finish(&context, hex);
}

struct hash {
    struct sha256_ctx context;
    size_t bytes;
};

struct hash *hash_new(void)
{
    struct hash *const h = calloc(1, sizeof *h);

    if (h != NULL)
        sha256_init(&h->context);
    return h;
}

void hash_add(struct hash *h, const void *data, size_t size)
{
    if (h == NULL)
        return;
    sha256_update(&h->context, size, data);
    h->bytes += size;
}

void hash_end(struct hash *h, struct input_digest *out)
{
    *out = (struct input_digest){ 0 };
    if (h == NULL)
        return;
    out->bytes = h->bytes;
    finish(&h->context, out->sha256);
    free(h);
}

/* Reads through one buffer instead of mapping the file: a page fault costs more than the copy. */
static enum ct_status update_from(struct sha256_ctx *context, int fd, const char *path,
                                  const struct progress *progress, uint8_t *chunk,
                                  struct ct_error *err)
{
    const size_t total = infile_size(fd);
    const size_t step = total / 100 > CHUNK ? total / 100 : CHUNK;
    size_t done = 0;
    size_t next = step;
    size_t got;

    do {
        const enum ct_status st = infile_read(fd, path, chunk, CHUNK, &got, err);
        if (st != CT_OK)
            return st;
        sha256_update(context, got, chunk);
        done += got;
        if (total > 0 && done >= next) {
            next = done + step;
            if (!progress_tick(progress, done < total ? done : total, total))
                return ct_fail(err, CT_ECANCELED, "%s: hashing was cancelled", path);
        }
    } while (got == CHUNK);
    return CT_OK;
}

enum ct_status hash_file(const char *path, const struct progress *progress, char hex[HASH_HEX_SIZE],
                         struct ct_error *err)
{
    struct sha256_ctx context;
    int fd = -1;
    enum ct_status st = infile_open(path, &fd, err);

    if (st != CT_OK)
        return st;
    uint8_t *const chunk = malloc(CHUNK);
    if (chunk == NULL) {
        st = ct_fail_nomem(err, path, CHUNK);
        goto done;
    }
    sha256_init(&context);
    st = update_from(&context, fd, infile_name(path), progress, chunk, err);
    if (st == CT_OK)
        finish(&context, hex);
done:
    free(chunk);
    infile_close(fd);
    return st;
}

/* Parts of a file at equal distances; the first is longer, since heads describe the rest. */
enum { N_SAMPLES = 65, SAMPLE = 1 << 12, FIRST_SAMPLE = 1 << 16 };

static bool add_samples(struct sha256_ctx *context, int fd, uint8_t *buffer)
{
    const off_t size = (off_t)infile_size(fd);

    for (int i = 0; i < N_SAMPLES; i++) {
        const off_t last = size > SAMPLE ? size - SAMPLE : 0;
        const off_t at = last / (N_SAMPLES - 1) * i + last % (N_SAMPLES - 1) * i / (N_SAMPLES - 1);
        const ssize_t n = pread(fd, buffer, i == 0 ? FIRST_SAMPLE : SAMPLE, at);
        if (n < 0)
            return false;
        sha256_update(context, (size_t)n, buffer);
    }
    return true;
}

enum ct_status hash_samples(const char *path, char hex[HASH_HEX_SIZE], struct ct_error *err)
{
    struct sha256_ctx context;
    int fd = -1;
    enum ct_status st = infile_open(path, &fd, err);

    if (st != CT_OK)
        return st;
    uint8_t *const buffer = malloc(FIRST_SAMPLE);
    sha256_init(&context);
    if (buffer == NULL)
        st = ct_fail_nomem(err, path, FIRST_SAMPLE);
    else if (add_samples(&context, fd, buffer))
        finish(&context, hex);
    else
        st = ct_fail_errno(err, "%s", path);
    free(buffer);
    infile_close(fd);
    return st;
}

bool hash_from_blob_name(const char *path, char hex[HASH_HEX_SIZE])
{
    static const char blobs[] = "/blobs/";
    char *const target = realpath(path, NULL);
    bool found = false;

    if (target == NULL)
        return false;
    const size_t size = strlen(target);
    const size_t tail = sizeof blobs - 1 + HASH_HEX_SIZE - 1;
    if (size >= tail && strncmp(target + size - tail, blobs, sizeof blobs - 1) == 0) {
        const char *const name = target + size - (HASH_HEX_SIZE - 1);
        found = strspn(name, "0123456789abcdef") == HASH_HEX_SIZE - 1;
        if (found)
            memcpy(hex, name, HASH_HEX_SIZE);
    }
    free(target);
    return found;
}
