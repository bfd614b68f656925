#include "config.h"
#include "hub/partial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nettle/base16.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include "base/path.h"
#include "io/folder.h"
#include "io/infile.h"

enum { CHUNK = 1 << 20, SHA1_DIGITS = 40, SHA256_DIGITS = 64 };

static const char ENDING[] = ".incomplete";

struct partial {
    int fd;
    int folder; /* of path and the temporary file */
    char *path;
    char *temporary;
    uint64_t have, size;
    char hash[SHA256_DIGITS + 1];
    const struct nettle_hash *method;
    union {
        struct sha1_ctx sha1;
        struct sha256_ctx sha256;
    } context;
};

bool partial_is_hash(const char *text)
{
    const size_t n = strspn(text, "0123456789abcdef");

    return text[n] == '\0' && (n == SHA1_DIGITS || n == SHA256_DIGITS);
}

static char *temporary_of(const char *path)
{
    const size_t size = strlen(path) + sizeof ENDING;
    char *const name = malloc(size);

    if (name != NULL)
        snprintf(name, size, "%s%s", path, ENDING);
    return name;
}

static const char *last_name(const char *path)
{
    const char *const slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static enum ct_status open_folder(const char *path, int *fd, struct ct_error *err)
{
    char folder[PATH_MAX];

    if (!path_put(folder, "%.*s.", (int)(last_name(path) - path), path))
        return ct_fail(err, CT_EIO, "%.64s...: the path is too long", path);
    return folder_open(AT_FDCWD, folder, false, fd, err);
}

uint64_t partial_left(const char *path)
{
    struct stat info;
    char *const name = temporary_of(path);
    const bool is_there = name != NULL && lstat(name, &info) == 0 && S_ISREG(info.st_mode);

    free(name);
    return is_there ? (uint64_t)info.st_size : 0;
}

static void begin_hash(struct partial *p)
{
    char head[40];

    p->method->init(&p->context);
    if (p->method != &nettle_sha1)
        return;
    const int n = snprintf(head, sizeof head, "blob %llu", (unsigned long long)p->size);
    p->method->update(&p->context, (size_t)n + 1, (const uint8_t *)head);
}

enum ct_status partial_restart(struct partial *p, struct ct_error *err)
{
    if (ftruncate(p->fd, 0) != 0 || lseek(p->fd, 0, SEEK_SET) != 0)
        return ct_fail_errno(err, "%s: cannot be written", p->temporary);
    p->have = 0;
    begin_hash(p);
    return CT_OK;
}

static const struct nettle_hash *method_of(const char *hash)
{
    return strlen(hash) == SHA1_DIGITS ? &nettle_sha1 : &nettle_sha256;
}

static bool is_regular(int fd, uint64_t size)
{
    struct stat info;

    return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && (uint64_t)info.st_size == size;
}

static enum ct_status read_what_is_there(struct partial *p, struct ct_error *err)
{
    enum ct_status status = CT_OK;
    size_t got = CHUNK;

    uint8_t *const chunk = malloc(CHUNK);
    if (chunk == NULL)
        return ct_fail_nomem(err, p->path, CHUNK);
    begin_hash(p);
    while (status == CT_OK && got == CHUNK) {
        status = infile_read(p->fd, p->temporary, chunk, CHUNK, &got, err);
        if (status == CT_OK) {
            p->method->update(&p->context, got, chunk);
            p->have += got;
        }
    }
    free(chunk);
    return status;
}

/* Hashes what an earlier run has left; writing continues after it. */
static enum ct_status resume(struct partial *p, struct ct_error *err)
{
    struct stat info;

    if (fstat(p->fd, &info) != 0 || !S_ISREG(info.st_mode))
        return ct_fail(err, CT_EIO, "%s: is not a regular file; remove it", p->temporary);
    if (!folder_trusts(p->folder, &info)) /* who could write it after it was hashed */
        return ct_fail(err, CT_EIO, "%s: is another user's; remove it", p->temporary);
    return (uint64_t)info.st_size > p->size ? partial_restart(p, err) : read_what_is_there(p, err);
}

enum ct_status partial_open(const char *path, uint64_t size, const char *hash, struct partial **out,
                            struct ct_error *err)
{
    struct partial *const p = calloc(1, sizeof *p);
    enum ct_status status;

    if (p == NULL)
        return ct_fail_nomem(err, path, 0);
    p->fd = -1;
    p->folder = -1;
    p->path = strdup(path);
    p->temporary = temporary_of(path);
    p->size = size;
    snprintf(p->hash, sizeof p->hash, "%s", hash);
    p->method = method_of(hash);
    if (p->path == NULL || p->temporary == NULL) {
        status = ct_fail_nomem(err, path, 0);
        goto fail;
    }
    status = open_folder(path, &p->folder, err);
    if (status != CT_OK)
        goto fail;
    p->fd = openat(p->folder, last_name(p->temporary),
                   O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    status =
        p->fd >= 0 ? resume(p, err) : ct_fail_errno(err, "%s: cannot be written", p->temporary);
    if (status != CT_OK)
        goto fail;
    *out = p;
    return CT_OK;
fail:
    partial_close(p);
    return status;
}

uint64_t partial_have(const struct partial *p)
{
    return p->have;
}

uint64_t partial_size(const struct partial *p)
{
    return p->size;
}

enum ct_status partial_write(struct partial *p, const void *data, size_t size, struct ct_error *err)
{
    const char *from = data;

    if (size > p->size - p->have)
        return ct_fail(err, CT_EFORMAT, "more than the expected %llu bytes",
                       (unsigned long long)p->size);
    p->method->update(&p->context, size, data);
    p->have += size;
    while (size > 0) {
        const ssize_t n = write(p->fd, from, size);
        if (n < 0 && errno != EINTR)
            return ct_fail_errno(err, "%s: cannot be written", p->temporary);
        from += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return CT_OK;
}

static void end_hash(struct partial *p, char hex[SHA256_DIGITS + 1])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    const size_t size = p->method->digest_size;

    p->method->digest(&p->context, size, digest);
    base16_encode_update(hex, size, digest);
    hex[2 * size] = '\0';
}

bool partial_is_whole(const char *path, uint64_t size, const char *hash)
{
    struct partial p = {
        .folder = -1, .path = (char *)path, .temporary = (char *)path, .size = size
    };
    char hex[SHA256_DIGITS + 1] = "";

    p.method = method_of(hash);
    p.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a planted pipe is not waited for */
    if (p.fd >= 0 && is_regular(p.fd, size) && read_what_is_there(&p, NULL) == CT_OK &&
        p.have == size)
        end_hash(&p, hex);
    if (p.fd >= 0)
        close(p.fd);
    return strcmp(hex, hash) == 0;
}

static enum ct_status check_hash(struct partial *p, struct ct_error *err)
{
    char hex[SHA256_DIGITS + 1];

    end_hash(p, hex);
    if (strcmp(hex, p->hash) == 0)
        return CT_OK;
    const enum ct_status status = partial_restart(p, err);
    if (status != CT_OK)
        return status;
    return ct_fail(err, CT_EFORMAT, "the downloaded file has the %s %s instead of %s",
                   p->method == &nettle_sha1 ? "git SHA-1" : "SHA-256", hex, p->hash);
}

enum ct_status partial_commit(struct partial *p, struct ct_error *err)
{
    const enum ct_status status = check_hash(p, err);

    if (status != CT_OK)
        return status;
    if ((fsync(p->fd) != 0 && errno != EINVAL && errno != ENOTSUP) ||
        renameat(p->folder, last_name(p->temporary), p->folder, last_name(p->path)) != 0)
        return ct_fail_errno(err, "%s: cannot be written", p->path);
    folder_sync(p->folder);
    partial_close(p);
    return CT_OK;
}

void partial_close(struct partial *p)
{
    if (p == NULL)
        return;
    if (p->fd >= 0)
        close(p->fd);
    if (p->folder >= 0)
        close(p->folder);
    free(p->path);
    free(p->temporary);
    free(p);
}
