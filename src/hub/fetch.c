#include "config.h"
#include "hub/fetch.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "hub/cache.h"
#include "hub/download.h"
#include "hub/partial.h"
#include "hub/store.h"
#include "io/json_file.h"
#include "io/lockfile.h"
#include "model/model.h"

enum {
    MAX_FILES = 4096,
    MAX_TEXT_BYTES = 64 << 20, /* of a file that is not weights: what their readers accept */
    MAX_NAME = 200,
    URL_SIZE = 2048,
};

static const char CONFIG[] = "config.json";
static const char WEIGHTS[] = "model.safetensors";
static const char INDEX[] = "model.safetensors.index.json";

struct file {
    char name[MAX_NAME + 1];
    char etag[DOWNLOAD_ETAG_SIZE];
    uint64_t size;
    bool is_there;
};

struct fetch {
    const struct hub_fetch_params *params;
    char name[HUB_NAME_SIZE];
    const char *revision;
    struct download *download;
    struct hub_store store; /* valid once the commit is known */
    struct file *files;     /* [n_files] in download order */
    size_t n_files;
    struct hub_fetch_state state;
    const struct partial *partial; /* the file being downloaded */
    uint64_t done;                 /* bytes of completed files */
    uint64_t downloaded;           /* of those, downloaded by this run */
    uint64_t had;                  /* bytes of the current file from earlier runs */
};

/* ---- progress ---- */

static bool tick(void *context)
{
    struct fetch *const f = context;
    const uint64_t have = f->partial != NULL ? partial_have(f->partial) : 0;

    f->state.done = f->done + have;
    f->state.downloaded = f->downloaded + (have > f->had ? have - f->had : 0);
    return f->params->tick == NULL || f->params->tick(f->params->context, &f->state);
}

static void report_step(struct fetch *f, enum hub_fetch_step step, const char *file)
{
    f->state.step = step;
    f->state.file = file;
    (void)tick(f); /* the caller's wish to stop is checked again soon */
}

static bool wait_for_other(void *context)
{
    struct fetch *const f = context;

    f->state.step = HUB_FETCH_WAITING;
    return tick(f);
}

/* ---- requests ---- */

/* Percent-encoded (RFC 3986); false when it does not fit. */
static bool put_encoded(char *out, size_t size, size_t *used, const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (; *text != '\0'; text++) {
        if (*used + 4 > size)
            return false;
        *used +=
            (size_t)snprintf(out + *used, size - *used,
                             strchr(plain, *text) != NULL ? "%c" : "%%%02X", (unsigned char)*text);
    }
    return true;
}

/* ENDPOINT/NAME/resolve/REVISION/FILE. Once the commit is known it replaces the revision, which may
 * move in the meantime. */
static enum ct_status file_url(const struct fetch *f, const char *file, char out[URL_SIZE],
                               struct ct_error *err)
{
    const bool has_commit = f->store.commit[0] != '\0';
    const int n = snprintf(out, URL_SIZE, "%s/%s/resolve/", f->params->endpoint, f->name);
    size_t used = n > 0 ? (size_t)n : 0;

    if (used < URL_SIZE &&
        put_encoded(out, URL_SIZE, &used, has_commit ? f->store.commit : f->revision) &&
        used + 2 < URL_SIZE) {
        out[used++] = '/';
        if (put_encoded(out, URL_SIZE, &used, file))
            return CT_OK;
    }
    return ct_fail(err, CT_EINVAL, "%s: the address is too long", f->params->name);
}

/* Fails for an answer that is neither the file nor `not found`. */
static enum ct_status fail_answer(const struct fetch *f, const struct download_reply *r,
                                  struct ct_error *err)
{
    const char *const hub = f->params->endpoint;
    const bool has_token = f->params->token != NULL;

    if (strcmp(r->code, "RevisionNotFound") == 0)
        return ct_fail(err, CT_EIO, "%s: %s has no revision %s; check its branches and tags there",
                       f->name, hub, f->revision);
    if (strcmp(r->code, "GatedRepo") == 0 || r->status == 403)
        return ct_fail(err, CT_EIO, "%s: access is not granted%s; ask for it at %s/%s", f->name,
                       has_token ? " with this token" : "", hub, f->name);
    if (strcmp(r->code, "RepoNotFound") == 0 || r->status == 401)
        return ct_fail(err, CT_EIO, "%s: %s has no such model, or a private one; check the name%s",
                       f->name, hub, has_token ? " and the token" : ", or set HF_TOKEN");
    if (r->status == 404)
        return ct_fail(err, CT_EIO, "%s: %s has no such model with a %s; check the name", f->name,
                       hub, CONFIG);
    return ct_fail(err, CT_EIO, "%s: %s replied with status %ld", f->name, hub, r->status);
}

static bool is_weights(const char *file)
{
    static const char end[] = ".safetensors";
    const size_t size = strlen(file);

    return size >= sizeof end && strcmp(file + size - (sizeof end - 1), end) == 0;
}

/* The hub's headers for a file must allow checking and naming it. */
static enum ct_status check_reply(const struct fetch *f, const char *file,
                                  const struct download_reply *r, struct ct_error *err)
{
    const char *const hub = f->params->endpoint;

    if (!partial_is_hash(r->etag))
        return ct_fail(err, CT_EFORMAT, "%s: %s: %s sends no checksum to verify it by", f->name,
                       file, hub);
    if (!r->has_size)
        return ct_fail(err, CT_EFORMAT, "%s: %s: %s does not report its size", f->name, file, hub);
    if (!is_weights(file) && r->size > MAX_TEXT_BYTES)
        return ct_fail(err, CT_EFORMAT, "%s: %s: %llu bytes, at most %d are read", f->name, file,
                       (unsigned long long)r->size, MAX_TEXT_BYTES);
    return CT_OK;
}

static enum ct_status add_file(struct fetch *f, const char *name, const struct download_reply *r,
                               struct ct_error *err)
{
    char path[PATH_MAX];
    struct file *const files = ct_realloc_array(f->files, f->n_files + 1, sizeof *files);

    if (files == NULL)
        return ct_fail_nomem(err, "files", 0);
    f->files = files;
    struct file *const file = &files[f->n_files++];
    *file = (struct file){ .size = r->size };
    snprintf(file->name, sizeof file->name, "%s", name);
    snprintf(file->etag, sizeof file->etag, "%s", r->etag);
    file->is_there = hub_store_file(&f->store, name, path) && hub_store_has(path, r->size);
    f->state.total += r->size;
    f->done += file->is_there ? r->size : 0;
    return CT_OK;
}

/* Requests a file's headers and appends it to the list; *is_there (NULL: the file is required)
 * reports whether the repository has it. */
static enum ct_status query(struct fetch *f, const char *name, bool *is_there, struct ct_error *err)
{
    struct download_reply r;
    char url[URL_SIZE];
    enum ct_status status = file_url(f, name, url, err);

    report_step(f, HUB_FETCH_QUERYING, name);
    if (status == CT_OK)
        status = download_headers(f->download, url, &r, err);
    if (status != CT_OK)
        return status;
    const bool is_absent = r.status == 404 && f->store.commit[0] != '\0' &&
                           strcmp(r.code, "RepoNotFound") != 0 &&
                           strcmp(r.code, "RevisionNotFound") != 0;
    if (is_there != NULL)
        *is_there = !is_absent;
    if (is_absent && is_there != NULL)
        return hub_store_absent(&f->store, name, err);
    if (is_absent)
        return ct_fail(err, CT_EFORMAT, "%s: %s is missing, although its index names it", f->name,
                       name);
    if (r.status != 200)
        return fail_answer(f, &r, err);
    status = check_reply(f, name, &r, err);
    if (status == CT_OK && f->store.commit[0] == '\0') {
        if (r.commit[0] == '\0')
            return ct_fail(err, CT_EFORMAT, "%s: %s does not report the commit", f->name,
                           f->params->endpoint);
        status = hub_store_open(&f->store, f->params->root, f->name, r.commit, err);
    }
    return status == CT_OK ? add_file(f, name, &r, err) : status;
}

/* ---- downloads ---- */

/* Called with the blob's lock held. Data of an earlier run or another tool may belong to something
 * else: if the hash is wrong, the file is downloaded once more from the start. */
static enum ct_status download_blob(struct fetch *f, const struct file *file, const char *blob,
                                    struct ct_error *err)
{
    struct partial *p = NULL;
    char url[URL_SIZE];
    enum ct_status status = file_url(f, file->name, url, err);

    if (status == CT_OK)
        status = partial_open(blob, file->size, file->etag, &p, err);
    if (status != CT_OK)
        return status;
    f->had = partial_have(p);
    f->partial = p;
    report_step(f, HUB_FETCH_DOWNLOADING, file->name);
    status = download_file(f->download, url, p, err);
    if (status == CT_OK)
        status = partial_commit(p, err);
    if (status == CT_EFORMAT && f->had > 0 && partial_have(p) == 0) {
        f->had = 0;
        status = download_file(f->download, url, p, err);
        if (status == CT_OK)
            status = partial_commit(p, err);
    }
    f->partial = NULL;
    f->downloaded += status == CT_OK ? file->size - f->had : 0;
    if (status == CT_OK)
        return CT_OK;
    partial_close(p);
    return ct_error_where(err, status, "%s: %s", f->name, file->name);
}

static enum ct_status bring(struct fetch *f, struct file *file, struct ct_error *err)
{
    char path[PATH_MAX];
    char blob[PATH_MAX];
    char lock[PATH_MAX];
    int fd = -1;

    if (file->is_there && hub_store_file(&f->store, file->name, path)) {
        if (partial_is_whole(path, file->size, file->etag))
            return CT_OK;
        (void)unlink(path); /* its size, but not its content */
        file->is_there = false;
        f->done -= file->size;
    }
    if (!hub_store_blob(&f->store, file->etag, blob) ||
        !hub_store_lock(&f->store, file->etag, lock))
        return ct_fail(err, CT_EIO, "%s: the path is too long; set HF_HUB_CACHE", f->store.repo);
    f->state.file = file->name;
    enum ct_status status = lockfile_take(lock, wait_for_other, f, &fd, err);
    if (status != CT_OK)
        return status;
    if (!partial_is_whole(blob, file->size, file->etag))
        status = download_blob(f, file, blob, err);
    if (status == CT_OK)
        status = hub_store_link(&f->store, file->name, file->etag, err);
    lockfile_release(fd);
    file->is_there = status == CT_OK;
    f->done += file->is_there ? file->size : 0;
    return status;
}

/* ---- the files of a model ---- */

/* Downloads the last file of the list, whose content names further files. */
static enum ct_status download_last(struct fetch *f, char path[PATH_MAX], struct ct_error *err)
{
    struct file *const file = &f->files[f->n_files - 1];

    if (!hub_store_file(&f->store, file->name, path))
        return ct_fail(err, CT_EIO, "%s: the path is too long; set HF_HUB_CACHE", f->store.repo);
    return bring(f, file, err);
}

/* An unsupported model is reported before its weights are downloaded. */
static enum ct_status fetch_config(struct fetch *f, struct ct_error *err)
{
    struct model_config config;
    char path[PATH_MAX];
    enum ct_status status = query(f, CONFIG, NULL, err);

    if (status == CT_OK)
        status = download_last(f, path, err);
    if (status == CT_OK)
        status = model_config_load(path, &config, err);
    return status;
}

static bool is_listed(const struct fetch *f, const char *name)
{
    for (size_t i = 0; i < f->n_files; i++)
        if (strcmp(f->files[i].name, name) == 0)
            return true;
    return false;
}

/* Rejects paths, hidden files and invalid names: the name comes from the server. */
static bool is_shard_name(const char *name)
{
    for (const char *at = name; *at != '\0'; at++)
        if (*at == '/' || *at == '\\' || (unsigned char)*at < 0x20 || *at == 0x7F)
            return false;
    return name[0] != '.' && strlen(name) <= MAX_NAME && is_weights(name);
}

static enum ct_status query_shards(struct fetch *f, const json_t *weight_map, struct ct_error *err)
{
    const char *tensor;
    json_t *value;

    if (!json_is_object(weight_map))
        return ct_fail(err, CT_EFORMAT, "%s: %s: weight_map is missing", f->name, INDEX);
    json_object_foreach((json_t *)weight_map, tensor, value)
    {
        const char *const name = json_string_value(value);
        if (name == NULL || !is_shard_name(name))
            return ct_fail(err, CT_EFORMAT,
                           "%s: %s: '%s' is not a plain name of a safetensors file", f->name, INDEX,
                           tensor);
        if (is_listed(f, name))
            continue;
        if (f->n_files == MAX_FILES)
            return ct_fail(err, CT_EFORMAT, "%s: %s: more than %d files", f->name, INDEX,
                           MAX_FILES);
        const enum ct_status status = query(f, name, NULL, err);
        if (status != CT_OK)
            return status;
    }
    return CT_OK;
}

static enum ct_status fetch_index(struct fetch *f, struct ct_error *err)
{
    char path[PATH_MAX];
    json_t *index = NULL;
    enum ct_status status = download_last(f, path, err);

    if (status == CT_OK)
        status = json_file_load_python(path, &index, err);
    if (status == CT_OK)
        status = query_shards(f, json_object_get(index, "weight_map"), err);
    json_decref(index);
    return status;
}

static enum ct_status fail_no_weights(struct fetch *f, struct ct_error *err)
{
    bool has_pickle = false;
    const enum ct_status status = query(f, "pytorch_model.bin", &has_pickle, err);

    if (!has_pickle)
        return status != CT_OK ? status
                               : ct_fail(err, CT_ENOTSUP, "%s: it has no %s", f->name, WEIGHTS);
    return ct_fail(err, CT_ENOTSUP,
                   "%s: it has its weights only as pytorch_model.bin; pickles can run code and are "
                   "not downloaded; convert it once: python3 -c \"from transformers import "
                   "AutoModel as M; M.from_pretrained('%s').save_pretrained('DIR', "
                   "safe_serialization=True)\", then give --model DIR",
                   f->name, f->name);
}

static enum ct_status query_weights(struct fetch *f, struct ct_error *err)
{
    bool is_there = false;
    enum ct_status status = query(f, WEIGHTS, &is_there, err);

    if (status != CT_OK || is_there)
        return status;
    status = query(f, INDEX, &is_there, err);
    if (status != CT_OK)
        return status;
    return is_there ? fetch_index(f, err) : fail_no_weights(f, err);
}

static enum ct_status query_tokenizer(struct fetch *f, bool *has_tokenizer, struct ct_error *err)
{
    static const char *const names[] = {
        "tokenizer.json",          "vocab.json",       "merges.txt", "tokenizer_config.json",
        "special_tokens_map.json", "added_tokens.json"
    };
    bool has[sizeof names / sizeof *names] = { false };
    enum ct_status status = CT_OK;

    for (size_t i = 0; i < sizeof names / sizeof *names && status == CT_OK; i++)
        status = query(f, names[i], &has[i], err);
    *has_tokenizer = has[0] || (has[1] && has[2]);
    return status;
}

/* ---- the whole model ---- */

/* Bytes of the files that are neither in the cache nor downloaded in part. */
static uint64_t count_missing(const struct fetch *f)
{
    char blob[PATH_MAX];
    uint64_t missing = 0;

    for (size_t i = 0; i < f->n_files; i++) {
        const struct file *const file = &f->files[i];
        if (file->is_there || !hub_store_blob(&f->store, file->etag, blob) ||
            hub_store_has(blob, file->size))
            continue;
        const uint64_t left = partial_left(blob);
        missing += file->size - (left < file->size ? left : file->size);
    }
    return missing;
}

static enum ct_status check_space(const struct fetch *f, uint64_t missing, struct ct_error *err)
{
    struct statvfs disk;

    if (statvfs(f->store.repo, &disk) != 0)
        return CT_OK; /* writing will report it */
    const double room = (double)disk.f_bavail * (double)disk.f_frsize;
    if ((double)missing <= room)
        return CT_OK;
    return ct_fail(err, CT_EIO,
                   "%s: %.1f MB to download, but only %.1f MB free; set "
                   "HF_HUB_CACHE to another disk",
                   f->store.repo, (double)missing / 1e6, room / 1e6);
}

static int by_size(const void *a, const void *b)
{
    const struct file *const x = a;
    const struct file *const y = b;

    return x->size < y->size ? -1 : x->size > y->size;
}

static enum ct_status fetch_all(struct fetch *f, bool *has_tokenizer, struct ct_error *err)
{
    const struct hub_fetch_params *const params = f->params;
    enum ct_status status = fetch_config(f, err);

    if (status == CT_OK)
        status = query_tokenizer(f, has_tokenizer, err);
    if (status == CT_OK)
        status = query_weights(f, err);
    const uint64_t missing = status == CT_OK ? count_missing(f) : 0;
    if (status == CT_OK)
        status = check_space(f, missing, err);
    if (status == CT_OK && params->agree != NULL)
        status = params->agree(params->context, missing, err);
    if (status != CT_OK)
        return status;
    qsort(f->files, f->n_files, sizeof *f->files, by_size);
    for (size_t i = 0; i < f->n_files && status == CT_OK; i++)
        status = bring(f, &f->files[i], err);
    return status == CT_OK ? hub_store_ref(&f->store, f->revision, err) : status;
}

enum ct_status hub_fetch(const struct hub_fetch_params *params, char **folder, bool *has_tokenizer,
                         struct ct_error *err)
{
    struct fetch f = { .params = params };
    const struct download_params how = {
        .endpoint = params->endpoint,
        .token = params->token,
        .may_send_plain = params->may_send_plain,
        .authorities = params->authorities,
        .tick = tick,
        .context = &f,
    };
    char path[PATH_MAX];

    if (!hub_is_name(params->name))
        return ct_fail(err, CT_EINVAL, "%.200s: not a model name; expected NAME or ORG/NAME",
                       params->name);
    f.revision = hub_split_name(params->name, f.name);
    enum ct_status status = download_new(&how, &f.download, err);
    if (status == CT_OK)
        status = fetch_all(&f, has_tokenizer, err);
    if (status == CT_OK) {
        char *const copy = hub_store_folder(&f.store, path) ? strdup(path) : NULL;
        if (copy == NULL)
            status = ct_fail_nomem(err, "fetch", 0);
        else
            *folder = copy;
    }
    download_free(f.download);
    free(f.files);
    return status;
}
