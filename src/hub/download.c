#include "config.h"
#include "hub/download.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "hub/curl_library.h"
#include "io/number.h"

enum {
    MAX_REDIRECTS = 10,
    MAX_ATTEMPTS = 5,   /* without progress */
    PROGRESS = 1 << 16, /* bytes that count as such */
    MAX_RESTARTS = 2,   /* because the server does not accept where to go on */
    MAX_WAIT = 60,      /* seconds; if the server asks for more, the user must retry */
    CONNECT_SECONDS = 15,
    STALL_SECONDS = 30,    /* without receiving a byte */
    MAX_MESSAGE = 1 << 16, /* bytes of an error page */
};

struct download {
    CURL *curl;
    char *endpoint;
    const char *authorities;               /* NULL: the system's */
    struct curl_slist *headers;            /* of every request */
    struct curl_slist *headers_with_token; /* of requests to the endpoint; NULL: no token */
    bool has_answered;                     /* the network is reachable */
    bool (*tick)(void *context);
    void *context;
};

struct transfer { /* one request, from its first to its last byte */
    struct download *d;
    struct partial *file; /* receives the bytes; NULL: only headers are wanted */
    bool has_begun;       /* incoming bytes are the file's */
    size_t message;       /* bytes of anything else */
    CURLcode code;
    long http;
    char text[CURL_ERROR_SIZE];
    enum ct_status status; /* why it was aborted here */
    struct ct_error *err;
};

/* ---- life ---- */

bool download_is_built_in(void)
{
    return true;
}

/* `Authorization` is in a list of its own, so that it cannot be sent elsewhere by mistake. */
static enum ct_status make_headers(struct download *d, const char *token, struct ct_error *err)
{
    char line[1024];
    struct curl_slist *const first = curl_slist_append(NULL, "Accept-Encoding: identity");

    d->headers = first;
    if (first == NULL)
        return ct_fail_nomem(err, "download", 0);
    if (token == NULL)
        return CT_OK;
    for (const char *at = token; *at != '\0'; at++)
        if (*at <= ' ' || *at >= 0x7F)
            return ct_fail(err, CT_EINVAL,
                           "HF_TOKEN: contains spaces or other characters that no token "
                           "has; set it again");
    if (strlen(token) > sizeof line / 2)
        return ct_fail(err, CT_EINVAL, "HF_TOKEN: is too long for a token; set it again");
    snprintf(line, sizeof line, "Authorization: Bearer %s", token);
    struct curl_slist *const list = curl_slist_append(NULL, line);
    explicit_bzero(line, sizeof line);
    if (list == NULL)
        return ct_fail_nomem(err, "download", 0);
    d->headers_with_token = list;
    return curl_slist_append(list, first->data) != NULL ? CT_OK : ct_fail_nomem(err, "download", 0);
}

static bool has_password(const char *url)
{
    const char *const host = strstr(url, "://") + 3;

    return memchr(host, '@', strcspn(host, "/?#")) != NULL;
}

/* Whether what is sent to that address leaves this machine without TLS. */
static bool sends_in_the_clear(const char *endpoint)
{
    static const char http[] = "http://";
    const char *const host = endpoint + sizeof http - 1;

    if (strncasecmp(endpoint, http, sizeof http - 1) != 0)
        return false;
    const size_t size = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
    const bool is_name = size == 9 && strncasecmp(host, "localhost", size) == 0;
    const bool is_six = size == 5 && strncmp(host, "[::1]", size) == 0;
    const bool is_four =
        size > 4 && strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == size;
    return !is_name && !is_six && !is_four;
}

enum ct_status download_new(const struct download_params *params, struct download **out,
                            struct ct_error *err)
{
    const bool is_http = strncasecmp(params->endpoint, "http://", 7) == 0 ||
                         strncasecmp(params->endpoint, "https://", 8) == 0;
    enum ct_status status = curl_library_load(err);
    struct download *const d = status == CT_OK ? calloc(1, sizeof *d) : NULL;

    if (status != CT_OK)
        return status;
    if (d == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(d);
        return ct_fail_nomem(err, "download", 0);
    }
    d->curl = curl_easy_init();
    d->endpoint = strdup(params->endpoint);
    d->authorities = params->authorities;
    d->tick = params->tick;
    d->context = params->context;
    status = d->curl != NULL && d->endpoint != NULL ? make_headers(d, params->token, err)
                                                    : ct_fail_nomem(err, "download", 0);
    if (status == CT_OK && !is_http)
        status =
            ct_fail(err, CT_EINVAL, "HF_ENDPOINT: '%.200s' is not a URL; expected https://HOST",
                    params->endpoint);
    if (status == CT_OK && params->token != NULL && !params->may_send_plain &&
        sends_in_the_clear(params->endpoint))
        status = ct_fail(err, CT_EINVAL,
                         "HF_ENDPOINT: '%.200s' would get the token without TLS; use https, unset "
                         "HF_TOKEN, or set CIRCUITTUI_PLAIN_TOKEN=1",
                         params->endpoint);
    if (status == CT_OK && has_password(params->endpoint)) /* it would appear in messages */
        status = ct_fail(err, CT_EINVAL, "HF_ENDPOINT: contains a password; set HF_TOKEN instead");
    if (status != CT_OK) {
        download_free(d);
        return status;
    }
    *out = d;
    return CT_OK;
}

void download_free(struct download *d)
{
    if (d == NULL)
        return;
    if (d->headers_with_token != NULL)
        explicit_bzero(d->headers_with_token->data, strlen(d->headers_with_token->data));
    curl_slist_free_all(d->headers_with_token);
    curl_slist_free_all(d->headers);
    curl_easy_cleanup(d->curl);
    free(d->endpoint);
    free(d);
    curl_global_cleanup();
}

/* ---- URLs ---- */

/* SCHEME://HOST:PORT. */
static bool origin_of(const char *url, char *out, size_t size)
{
    CURLU *const parts = curl_url();
    char *scheme = NULL;
    char *host = NULL;
    char *port = NULL;
    const bool is_url = parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
                        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                        curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK;

    if (is_url)
        snprintf(out, size, "%s://%s:%s", scheme, host, port);
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return is_url;
}

static bool is_at_endpoint(const struct download *d, const char *url)
{
    char ours[512];
    char other[512];

    return origin_of(d->endpoint, ours, sizeof ours) && origin_of(url, other, sizeof other) &&
           strcasecmp(ours, other) == 0;
}

bool download_may_follow(const char *from, const char *to)
{
    if (strncasecmp(to, "https:", 6) == 0)
        return true;
    return strncasecmp(to, "http:", 5) == 0 && strncasecmp(from, "https:", 6) != 0;
}

/* For a signed link, an error must only show SCHEME://HOST:PORT, and no name and password. */
static enum ct_status fail_at(const char *url, enum ct_status code, const char *what,
                              struct ct_error *err)
{
    const char *const slashes = strstr(url, "://");
    const size_t scheme = slashes != NULL ? (size_t)(slashes - url) + 3 : 0;
    const char *host = url + scheme;
    const char *const end = host + strcspn(host, "/?#\\");

    for (const char *at = host; at < end; at++)
        if (*at == '@')
            host = at + 1;
    return ct_fail(err, code, "%.*s%.*s: %s", (int)scheme, url, (int)(end - host), host, what);
}

/* ---- one request ---- */

static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up)
{
    struct transfer *const t = context;

    (void)total;
    (void)now;
    (void)up_total;
    (void)up;
    return t->d->tick != NULL && !t->d->tick(t->d->context);
}

static const char *header(const struct download *d, const char *name)
{
    struct curl_header *h;

    return curl_easy_header(d->curl, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK ? h->value : NULL;
}

/* Whether the bytes about to arrive are those that the file lacks. */
static enum ct_status begin_body(struct transfer *t)
{
    const unsigned long long size = partial_size(t->file);
    const unsigned long long have = partial_have(t->file);
    curl_off_t length = -1;

    if (t->http == 206) {
        const char *const range = header(t->d, "Content-Range");
        char begin[40];
        char end[40];
        snprintf(begin, sizeof begin, "bytes %llu-", have);
        snprintf(end, sizeof end, "/%llu", size);
        if (range != NULL && strncmp(range, begin, strlen(begin)) == 0 &&
            strcmp(range + strcspn(range, "/"), end) == 0)
            return CT_OK;
        return ct_fail(t->err, CT_EFORMAT, "the server sends a different range than requested");
    }
    curl_easy_getinfo(t->d->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length >= 0 && (unsigned long long)length != size)
        return ct_fail(t->err, CT_EFORMAT, "the server sends %lld bytes instead of %llu",
                       (long long)length, size);
    return have > 0 ? partial_restart(t->file, t->err) : CT_OK;
}

static size_t take(char *data, size_t size, size_t n, void *context)
{
    struct transfer *const t = context;

    (void)size;
    curl_easy_getinfo(t->d->curl, CURLINFO_RESPONSE_CODE, &t->http);
    if (t->file == NULL || (t->http != 200 && t->http != 206)) {
        t->message += n;
        return t->message <= MAX_MESSAGE ? n : 0;
    }
    if (!t->has_begun)
        t->status = begin_body(t);
    t->has_begun = true;
    if (t->status == CT_OK)
        t->status = partial_write(t->file, data, n, t->err);
    return t->status == CT_OK ? n : 0;
}

static void request(struct transfer *t, const char *url)
{
    CURL *const curl = t->d->curl;
    const bool has_token = t->d->headers_with_token != NULL && is_at_endpoint(t->d, url);
    const uint64_t have = t->file != NULL ? partial_have(t->file) : 0;
    char range[40];

    t->http = 0;
    t->message = 0;
    t->has_begun = false;
    t->text[0] = '\0';
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER,
                     has_token ? t->d->headers_with_token : t->d->headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
    if (t->d->authorities != NULL)
        curl_easy_setopt(curl, CURLOPT_CAINFO, t->d->authorities);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, t->text);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 1L << 18);
    if (t->file == NULL)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    if (have > 0) {
        snprintf(range, sizeof range, "%llu-", (unsigned long long)have);
        curl_easy_setopt(curl, CURLOPT_RANGE, range);
    }
    t->code = curl_easy_perform(curl);
    if (t->code == CURLE_WRITE_ERROR && t->status == CT_OK) /* a long message was truncated */
        t->code = CURLE_OK;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &t->http);
    t->d->has_answered = t->d->has_answered || t->http != 0;
}

/* ---- retries ---- */

static bool may_pass(const struct transfer *t)
{
    switch (t->code) {
    case CURLE_OK:
        return t->http == 408 || t->http == 429 || t->http == 500 ||
               (t->http >= 502 && t->http <= 504);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        return t->d->has_answered;
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return true;
    default:
        return false;
    }
}

/* Seconds the server asks to wait; -1: unspecified. */
static long requested_wait(const struct transfer *t)
{
    curl_off_t asked = 0;

    if (header(t->d, "Retry-After") == NULL)
        return -1;
    curl_easy_getinfo(t->d->curl, CURLINFO_RETRY_AFTER, &asked);
    return (long)asked;
}

/* False: stop. */
static bool wait_before(const struct transfer *t, int attempt)
{
    const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };
    const long asked = requested_wait(t);
    long tenths = asked >= 0 ? 10 * asked : 10L << attempt;

    for (; tenths > 0; tenths--) {
        if (t->d->tick != NULL && !t->d->tick(t->d->context))
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

/* Reports why the last attempt failed; advice is added to messages of curl and of the server. */
static enum ct_status fail_transfer(const struct transfer *t, const char *url)
{
    char what[CURL_ERROR_SIZE + 80];

    if (t->status != CT_OK)
        return t->status;
    if (t->code == CURLE_ABORTED_BY_CALLBACK)
        return fail_at(url, CT_ECANCELED, "stopped", t->err);
    if (t->code == CURLE_OUT_OF_MEMORY)
        return ct_fail_nomem(t->err, "download", 0);
    if (t->code == CURLE_OK && requested_wait(t) > 0)
        snprintf(what, sizeof what, "replied with status %ld; try again in %ld seconds", t->http,
                 requested_wait(t));
    else if (t->code == CURLE_OK)
        snprintf(what, sizeof what, "replied with status %ld; try again later", t->http);
    else
        snprintf(what, sizeof what, "%s; check the network%s",
                 t->text[0] != '\0' ? t->text : curl_easy_strerror(t->code),
                 t->d->has_answered ? ", the part downloaded so far is kept" : " and HF_ENDPOINT");
    return fail_at(url, CT_EIO, what, t->err);
}

/* True when the answer is complete, or retrying cannot improve it. */
static bool is_final(const struct transfer *t)
{
    if (t->code != CURLE_OK || may_pass(t))
        return false;
    return t->file == NULL || t->http < 200 || t->http >= 300 ||
           partial_have(t->file) == partial_size(t->file);
}

/* Repeats one request while that may help. CT_OK: there is an answer, t->http. */
static enum ct_status request_with_retries(struct transfer *t, const char *url)
{
    int attempt = 0;
    int restarts = 0;

    for (;;) {
        const uint64_t before = t->file != NULL ? partial_have(t->file) : 0;
        request(t, url);
        if (t->status == CT_OK && t->http == 416 && before > 0 && restarts++ < MAX_RESTARTS)
            t->status = partial_restart(t->file, t->err); /* invalid offset for the server */
        else if (t->status == CT_OK && is_final(t))
            return CT_OK;
        else if (t->status == CT_OK && t->file != NULL &&
                 partial_have(t->file) >= before + PROGRESS)
            attempt = 0;
        else if (t->status != CT_OK || (t->code != CURLE_OK && !may_pass(t)) ||
                 ++attempt == MAX_ATTEMPTS || requested_wait(t) > MAX_WAIT)
            return fail_transfer(t, url);
        else if (!wait_before(t, attempt - 1))
            return fail_at(url, CT_ECANCELED, "stopped", t->err);
    }
}

/* The redirect target, in place of *url; *is_sent is false when there is none. */
static enum ct_status redirect(const struct transfer *t, char **url, bool *is_sent)
{
    char *to = NULL;

    *is_sent = false;
    if (t->http < 300 || t->http > 399)
        return CT_OK;
    curl_easy_getinfo(t->d->curl, CURLINFO_REDIRECT_URL, &to);
    if (to == NULL)
        return CT_OK;
    if (!download_may_follow(*url, to))
        return fail_at(*url, CT_EIO, "redirects to an address without https; not followed", t->err);
    char *const copy = strdup(to);
    if (copy == NULL)
        return ct_fail_nomem(t->err, "download", 0);
    free(*url);
    *url = copy;
    *is_sent = true;
    return CT_OK;
}

/* ---- the two kinds of requests ---- */

/* Removes W/ and quotes. */
static void copy_etag(const char *value, char out[DOWNLOAD_ETAG_SIZE])
{
    if (value == NULL)
        return;
    value += strncmp(value, "W/", 2) == 0 ? 2 : 0;
    value += *value == '"';
    snprintf(out, DOWNLOAD_ETAG_SIZE, "%.*s", (int)strcspn(value, "\""), value);
}

/* Headers that describe the file itself, wherever its bytes are, have priority over those of one
 * answer. */
static void read_reply(const struct download *d, struct download_reply *r, bool *is_linked)
{
    const char *const linked = header(d, "X-Linked-Etag");
    const char *const size = header(d, "X-Linked-Size");
    const char *const commit = header(d, "X-Repo-Commit");
    const char *const code = header(d, "X-Error-Code");
    curl_off_t length = -1;
    size_t n;

    if (commit != NULL && strlen(commit) == DOWNLOAD_COMMIT_SIZE - 1 &&
        strspn(commit, "0123456789abcdef") == DOWNLOAD_COMMIT_SIZE - 1)
        memcpy(r->commit, commit, DOWNLOAD_COMMIT_SIZE);
    if (code != NULL)
        snprintf(r->code, sizeof r->code, "%s", code);
    if (linked != NULL)
        copy_etag(linked, r->etag);
    else if (r->status == 200 && !*is_linked)
        copy_etag(header(d, "ETag"), r->etag);
    *is_linked = *is_linked || linked != NULL;
    if (size != NULL && number_parse_size(size, strlen(size), &n)) {
        r->has_size = true;
        r->size = n;
    }
    curl_easy_getinfo(d->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (r->status == 200 && !r->has_size && length >= 0) {
        r->has_size = true;
        r->size = (uint64_t)length;
    }
}

/* Requests *url and follows redirects to the final answer: t->http. Headers are read into reply
 * unless it is NULL; then hosts other than the hub are not asked for theirs. */
static enum ct_status follow(struct transfer *t, char **url, struct download_reply *reply)
{
    bool is_linked = false;
    bool is_sent;

    for (int n = 0; n <= MAX_REDIRECTS; n++) {
        enum ct_status status = request_with_retries(t, *url);
        if (status == CT_OK && reply != NULL) {
            reply->status = t->http;
            read_reply(t->d, reply, &is_linked);
        }
        if (status == CT_OK)
            status = redirect(t, url, &is_sent);
        if (status != CT_OK || !is_sent)
            return status;
        if (reply != NULL && !is_at_endpoint(t->d, *url)) {
            reply->status = 200;
            return CT_OK;
        }
    }
    return fail_at(*url, CT_EIO, "redirects in a circle", t->err);
}

enum ct_status download_headers(struct download *d, const char *url, struct download_reply *reply,
                                struct ct_error *err)
{
    struct transfer t = { .d = d, .err = err };
    struct download_reply r = { 0 };
    char *at = strdup(url);
    const enum ct_status status =
        at != NULL ? follow(&t, &at, &r) : ct_fail_nomem(err, "download", 0);

    if (status == CT_OK)
        *reply = r;
    free(at);
    return status;
}

enum ct_status download_file(struct download *d, const char *url, struct partial *file,
                             struct ct_error *err)
{
    struct transfer t = { .d = d, .file = file, .err = err };
    char what[60];
    char *at = NULL;
    enum ct_status status = CT_OK;

    if (partial_have(file) == partial_size(file))
        return CT_OK;
    at = strdup(url);
    status = at != NULL ? follow(&t, &at, NULL) : ct_fail_nomem(err, "download", 0);
    if (status == CT_OK && partial_have(file) < partial_size(file)) {
        snprintf(what, sizeof what, "replied with status %ld; try again later", t.http);
        status = fail_at(at, CT_EIO, what, err);
    }
    free(at);
    return status;
}
