#include "config.h"
#include "hub_server.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nettle/base16.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

enum { PIECE = 1 << 14, HEAD_SIZE = 8192 };

static struct hub_shared *shared;
static struct hub_file *files;
static size_t n_files;
static int other_port;

struct request {
    int fd;
    bool is_head;
    bool has_token;
    char path[1024];
    size_t from; /* of the range; 0: all */
};

/* ---- files ---- */

static void make_etag(struct hub_file *f)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    size_t size = SHA256_DIGEST_SIZE;

    if (f->is_large) {
        struct sha256_ctx context;
        sha256_init(&context);
        sha256_update(&context, f->size, f->data);
        sha256_digest(&context, size, digest);
    } else {
        struct sha1_ctx context;
        char head[40];
        const int n = snprintf(head, sizeof head, "blob %zu", f->size);
        size = SHA1_DIGEST_SIZE;
        sha1_init(&context);
        sha1_update(&context, (size_t)n + 1, (const uint8_t *)head);
        sha1_update(&context, f->size, f->data);
        sha1_digest(&context, size, digest);
    }
    base16_encode_update(f->etag, size, digest);
    f->etag[2 * size] = '\0';
}

static const struct hub_file *find_file(const char *name)
{
    for (size_t i = 0; i < n_files; i++)
        if (strcmp(files[i].name, name) == 0)
            return &files[i];
    return NULL;
}

/* ---- replies ---- */

static bool put(int fd, const void *data, size_t size)
{
    const char *at = data;

    while (size > 0) {
        const ssize_t n = send(fd, at, size, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

/* A status line and headers, each of which ends in \r\n. */
__attribute__((format(printf, 3, 4))) static void answer(int fd, const char *status,
                                                         const char *format, ...)
{
    char head[HEAD_SIZE];
    size_t used =
        (size_t)snprintf(head, sizeof head, "HTTP/1.1 %s\r\nConnection: close\r\n", status);
    va_list args;

    va_start(args, format);
    used += (size_t)vsnprintf(head + used, sizeof head - used, format, args);
    va_end(args);
    used += (size_t)snprintf(head + used, sizeof head - used, "\r\n");
    put(fd, head, used);
}

static void refuse(int fd, const char *status, const char *code)
{
    answer(fd, status, "X-Error-Code: %s\r\nX-Repo-Commit: %s\r\nContent-Length: 0\r\n", code,
           HUB_COMMIT);
}

/* Sends the large file from r->from on, with the requested delays and errors. */
static void send_large(const struct request *r, const struct hub_file *f)
{
    const size_t from = shared->is_without_ranges ? 0 : r->from;
    const size_t length = f->size - from - shared->has_other_length;
    const bool is_dropped = atomic_fetch_sub(&shared->n_drops, 1) > 0;
    const size_t end =
        is_dropped ? from + (f->size - from) / 2 : f->size - shared->has_other_length;
    char piece[PIECE];

    if (from >= f->size || (from > 0 && shared->refuses_parts)) {
        refuse(r->fd, "416 Range Not Satisfiable", "");
        return;
    }
    atomic_fetch_add(from > 0 ? &shared->n_parts : &shared->n_whole, 1);
    shared->from = (long long)from;
    if (from > 0)
        answer(r->fd, "206 Partial Content",
               "Content-Range: bytes %zu-%zu/%zu\r\nContent-Length: %zu\r\n",
               from + shared->has_other_range, f->size - 1, f->size, length);
    else
        answer(r->fd, "200 OK", "ETag: \"other\"\r\nContent-Length: %zu\r\n", length);
    for (size_t at = from; at < end; at += PIECE) {
        const size_t size = end - at < PIECE ? end - at : PIECE;
        memcpy(piece, (const char *)f->data + at, size);
        piece[0] = (char)(piece[0] ^ shared->has_other_bytes);
        if (shared->pause_us > 0)
            usleep((useconds_t)shared->pause_us);
        if (!put(r->fd, piece, size))
            return;
        atomic_fetch_add(&shared->n_bytes, (long long)size);
    }
}

static void answer_other_host(const struct request *r)
{
    static const char path[] = "/signed/";
    char name[256] = "";

    atomic_fetch_add(&shared->n_leaks, r->has_token);
    if (strncmp(r->path, path, sizeof path - 1) == 0)
        sscanf(r->path + sizeof path - 1, "%255[^?]", name);
    const struct hub_file *const f = find_file(name);
    if (f == NULL || strstr(r->path, "?signature=") == NULL)
        refuse(r->fd, "403 Forbidden", "");
    else
        send_large(r, f);
}

static void answer_file(const struct request *r, const struct hub_file *f)
{
    const char *const etag = shared->has_odd_etags ? "686897696a7c876b7e" : f->etag;

    if (f->is_large) {
        answer(r->fd, "302 Found",
               "Location: http://127.0.0.2:%d/signed/%s?signature=x\r\nX-Repo-Commit: %s\r\n"
               "X-Linked-Etag: \"%s\"\r\nX-Linked-Size: %zu\r\nContent-Length: 0\r\n",
               other_port, f->name, HUB_COMMIT, etag,
               shared->has_huge_size ? SIZE_MAX / 4
               : shared->size > 0    ? (size_t)shared->size
                                     : f->size);
        return;
    }
    answer(r->fd, "200 OK", "X-Repo-Commit: %s\r\nETag: W/\"%s\"\r\nContent-Length: %zu\r\n",
           HUB_COMMIT, etag, f->size);
    if (!r->is_head)
        put(r->fd, f->data, f->size);
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* When 429 allows the next request. */
static _Atomic double next_request;

static bool is_too_early(void)
{
    return seconds_now() < next_request;
}

static void answer_hub(const struct request *r)
{
    static const char repo[] = "/org/model/resolve/";
    const char *const resolve = strstr(r->path, "/resolve/");
    char revision[128] = "";
    char name[256] = "";

    if (shared->n_busy > 0 && atomic_fetch_sub(&shared->n_busy, 1) > 0) {
        answer(r->fd, "503 Service Unavailable", "Retry-After: 0\r\nContent-Length: 0\r\n");
        return;
    }
    if (is_too_early())
        atomic_fetch_add(&shared->n_early, 1);
    if (shared->n_limited > 0 && atomic_fetch_sub(&shared->n_limited, 1) > 0) {
        next_request = seconds_now() + shared->retry_after; /* before the client can read it */
        answer(r->fd, "429 Too Many Requests", "Retry-After: %d\r\nContent-Length: 0\r\n",
               shared->retry_after);
        return;
    }
    if (has_prefix(r->path, "/model/")) {
        answer(r->fd, "307 Temporary Redirect", "Location: /org%s\r\nContent-Length: 0\r\n",
               r->path);
        return;
    }
    if (resolve == NULL || !(has_prefix(r->path, repo) || shared->has_any_name) ||
        (shared->needs_token && !r->has_token)) {
        refuse(r->fd, "401 Unauthorized", "RepoNotFound");
        return;
    }
    sscanf(resolve, "/resolve/%127[^/]/%255s", revision, name);
    if (strcmp(revision, "main") != 0 && strcmp(revision, HUB_COMMIT) != 0 &&
        strcmp(revision, "refs%2Fpr%2F1") != 0) {
        refuse(r->fd, "404 Not Found", "RevisionNotFound");
        return;
    }
    const struct hub_file *const f = find_file(name);
    if (f == NULL)
        refuse(r->fd, "404 Not Found", "EntryNotFound");
    else
        answer_file(r, f);
}

/* ---- connections ---- */

struct connection {
    int fd;
    bool is_other;
};

static bool read_request(struct request *r)
{
    char head[HEAD_SIZE];
    char method[8];
    size_t used = 0;

    do {
        const ssize_t n = recv(r->fd, head + used, sizeof head - 1 - used, 0);
        if (n <= 0)
            return false;
        used += (size_t)n;
        head[used] = '\0';
    } while (strstr(head, "\r\n\r\n") == NULL);
    if (sscanf(head, "%7s %1023s", method, r->path) != 2)
        return false;
    r->is_head = strcmp(method, "HEAD") == 0;
    r->has_token = strstr(head, "\r\nAuthorization: Bearer " HUB_TOKEN "\r\n") != NULL;
    const char *const range = strstr(head, "\r\nRange: bytes=");
    r->from = range != NULL ? strtoul(range + strlen("\r\nRange: bytes="), NULL, 10) : 0;
    return true;
}

static void *serve(void *context)
{
    struct connection *const c = context;
    struct request r = { .fd = c->fd };

    if (read_request(&r)) {
        atomic_fetch_add(&shared->n_requests, 1);
        if (c->is_other)
            answer_other_host(&r);
        else
            answer_hub(&r);
    }
    close(c->fd);
    free(c);
    return NULL;
}

static int listen_at(const char *address, int *port)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int small = PIECE; /* bytes in transit when a reader dies count as sent */
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t size = sizeof at;

    inet_pton(AF_INET, address, &at.sin_addr);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(fd, 16), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static void run(const int sockets[2])
{
    for (;;) {
        struct pollfd ready[2] = { { .fd = sockets[0], .events = POLLIN },
                                   { .fd = sockets[1], .events = POLLIN } };
        poll(ready, 2, -1);
        for (int i = 0; i < 2; i++) {
            pthread_t thread;
            if (!(ready[i].revents & POLLIN))
                continue;
            struct connection *const c = malloc(sizeof *c);
            c->fd = accept(sockets[i], NULL, NULL);
            c->is_other = i == 1;
            if (pthread_create(&thread, NULL, serve, c) == 0)
                pthread_detach(thread);
        }
    }
}

void hub_server_start(struct hub_server *s, struct hub_file *given, size_t n)
{
    int sockets[2];
    int port;

    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(shared, MAP_FAILED);
    files = given;
    n_files = n;
    for (size_t i = 0; i < n; i++)
        make_etag(&files[i]);
    sockets[0] = listen_at("127.0.0.1", &port);
    sockets[1] = listen_at("127.0.0.2", &other_port);
    snprintf(s->endpoint, sizeof s->endpoint, "http://127.0.0.1:%d", port);
    s->shared = shared;
    s->pid = fork();
    ck_assert_int_ge(s->pid, 0);
    if (s->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* ends with a failing test */
        run(sockets);
    }
    close(sockets[0]);
    close(sockets[1]);
}

void hub_server_stop(struct hub_server *s)
{
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    munmap(s->shared, sizeof *s->shared);
}
