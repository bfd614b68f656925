#include "config.h"
#include "hub/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "io/json_file.h"

static const char WEIGHTS[] = "model.safetensors";
static const char INDEX[] = "model.safetensors.index.json";

bool hub_repo_path(char out[PATH_MAX], const char *root, const char *name)
{
    const char *const slash = strchr(name, '/');

    if (slash == NULL)
        return path_put(out, "%s/models--%s", root, name);
    return path_put(out, "%s/models--%.*s--%s", root, (int)(slash - name), name, slash + 1);
}

bool hub_repo_name(const char *folder, size_t size, char *out, size_t out_size)
{
    static const char prefix[] = "models--";
    const size_t skipped = sizeof prefix - 1;

    if (size <= skipped || strncmp(folder, prefix, skipped) != 0 || size - skipped >= out_size)
        return false;
    memcpy(out, folder + skipped, size - skipped);
    out[size - skipped] = '\0';
    char *const dashes = strstr(out, "--"); /* no part of a name has two in a row */
    if (dashes != NULL) {
        *dashes = '/';
        memmove(dashes + 1, dashes + 2, strlen(dashes + 2) + 1);
    }
    return true;
}

bool hub_is_commit(const char *text)
{
    return strlen(text) == HUB_COMMIT_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == HUB_COMMIT_SIZE - 1;
}

static bool is_letter_or_digit(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9');
}

bool hub_is_revision(const char *text)
{
    for (;;) {
        const size_t size = strcspn(text, "/");
        if (size == 0 || size > 200 || text[0] == '.')
            return false;
        for (size_t i = 0; i < size; i++)
            if (!is_letter_or_digit(text[i]) && strchr("._+-", text[i]) == NULL)
                return false;
        if (text[size] == '\0')
            return true;
        text += size + 1;
    }
}

static bool read_ref_file(const char *path, char commit[HUB_COMMIT_SIZE])
{
    char line[HUB_COMMIT_SIZE + 2] = "";
    FILE *file = NULL;

    if (json_file_open(path, &file, NULL) != CT_OK) /* a regular file, whatever its content */
        return false;
    const bool has_line = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    line[strcspn(line, "\r\n")] = '\0';
    if (!has_line || !hub_is_commit(line))
        return false;
    memcpy(commit, line, HUB_COMMIT_SIZE);
    return true;
}

bool hub_read_ref(const char *repo, const char *name, char commit[HUB_COMMIT_SIZE])
{
    char path[PATH_MAX];

    if (path_put(path, "%s/refs/%s", repo, name) && read_ref_file(path, commit))
        return true;
    return strncmp(name, "pr/", 3) == 0 && path_put(path, "%s/refs/refs/%s", repo, name) &&
           read_ref_file(path, commit);
}

/* Appends the refs in refs/BELOW and the folders in it; returns the new n. */
static size_t list_refs_below(const char *repo, const char *below, unsigned depth,
                              char names[][HUB_REF_SIZE], size_t n, size_t most)
{
    enum { DEEPEST = 4 };
    char path[PATH_MAX];
    DIR *const dir = path_put(path, "%s/refs/%s", repo, below) ? opendir(path) : NULL;

    if (dir == NULL)
        return n;
    for (const struct dirent *e = readdir(dir); e != NULL && n < most; e = readdir(dir)) {
        char name[HUB_REF_SIZE];
        const int size =
            snprintf(name, sizeof name, "%s%s%s", below, *below != '\0' ? "/" : "", e->d_name);
        if (e->d_name[0] == '.' || size < 0 || (size_t)size >= sizeof name ||
            !path_put(path, "%s/refs/%s", repo, name))
            continue;
        if (!hub_is_revision(name))
            continue;
        if (!path_is_folder(path))
            memcpy(names[n++], name, sizeof name);
        else if (depth < DEEPEST)
            n = list_refs_below(repo, name, depth + 1, names, n, most);
    }
    closedir(dir);
    return n;
}

size_t hub_list_refs(const char *repo, char names[][HUB_REF_SIZE], size_t most)
{
    return list_refs_below(repo, "", 0, names, 0, most);
}

size_t hub_list_commits(const char *repo, char names[][HUB_REF_SIZE], size_t most)
{
    char path[PATH_MAX];
    DIR *const dir = path_put(path, "%s/snapshots", repo) ? opendir(path) : NULL;
    size_t n = 0;

    if (dir == NULL)
        return 0;
    for (const struct dirent *e = readdir(dir); e != NULL && n < most; e = readdir(dir))
        if (hub_is_commit(e->d_name))
            snprintf(names[n++], HUB_REF_SIZE, "%s", e->d_name);
    closedir(dir);
    return n;
}

/* ---- files of a snapshot ---- */

struct snapshot {
    const char *repo;
    const char *commit;
    char folder[PATH_MAX];
};

static bool is_listed(const struct snapshot *s, const char *name)
{
    char path[PATH_MAX];
    struct stat info;

    return path_put(path, "%s/%s", s->folder, name) && lstat(path, &info) == 0;
}

/* An interrupted download leaves its blob under another name. */
static bool has_partial_blob(const struct snapshot *s)
{
    static const char end[] = ".incomplete";
    char path[PATH_MAX];
    bool found = false;

    if (!path_put(path, "%s/blobs", s->repo))
        return false;
    DIR *const dir = opendir(path);
    if (dir == NULL)
        return false;
    for (const struct dirent *e = readdir(dir); e != NULL && !found; e = readdir(dir)) {
        const size_t length = strlen(e->d_name);
        found = length >= sizeof end && strcmp(e->d_name + length - (sizeof end - 1), end) == 0;
    }
    closedir(dir);
    return found;
}

static bool is_known_absent(const struct snapshot *s, const char *name)
{
    char path[PATH_MAX];
    struct stat info;

    return path_put(path, "%s/.no_exist/%s/%s", s->repo, s->commit, name) && stat(path, &info) == 0;
}

static enum ct_status fail_missing(const struct snapshot *s, const char *name, struct ct_error *err)
{
    if (is_known_absent(s, name))
        return ct_fail(err, CT_EIO, "the repository has no %s", name);
    return ct_fail(err, CT_EIO, "%s is missing%s", name,
                   has_partial_blob(s) ? ", its download is incomplete" : "");
}

static enum ct_status check_file(const struct snapshot *s, const char *name, struct ct_error *err)
{
    char path[PATH_MAX];
    struct stat info;

    if (!path_put(path, "%s/%s", s->folder, name))
        return ct_fail(err, CT_EIO, "%s: the path is too long", name);
    if (stat(path, &info) != 0) {
        if (errno == ENOENT && is_listed(s, name))
            return ct_fail(err, CT_EIO, "%s is a broken link%s", name,
                           has_partial_blob(s) ? ", its download is incomplete" : "");
        return errno == ENOENT ? fail_missing(s, name, err) : ct_fail_errno(err, "%s", name);
    }
    if (!S_ISREG(info.st_mode))
        return ct_fail(err, CT_EIO, "%s is not a file", name);
    return access(path, R_OK) == 0 ? CT_OK : ct_fail_errno(err, "%s", name);
}

/* A well-formed index names its shards; errors in others are reported by its reader. */
static enum ct_status check_shards(const struct snapshot *s, struct ct_error *err)
{
    char path[PATH_MAX];
    json_t *root = NULL;
    const char *tensor;
    json_t *value;
    enum ct_status status = check_file(s, INDEX, err);

    if (status != CT_OK || !path_put(path, "%s/%s", s->folder, INDEX) ||
        json_file_load_python(path, &root, NULL) != CT_OK)
        return status;
    json_object_foreach(json_object_get(root, "weight_map"), tensor, value)
    {
        const char *const name = json_string_value(value);
        if (status == CT_OK && name != NULL && name[0] != '/' && strstr(name, "..") == NULL)
            status = check_file(s, name, err);
    }
    json_decref(root);
    return status;
}

static enum ct_status check_weights(const struct snapshot *s, struct ct_error *err)
{
    if (is_listed(s, "adapter_config.json") && !is_listed(s, "config.json"))
        return CT_OK;
    const enum ct_status status = check_file(s, "config.json", err);

    if (status != CT_OK)
        return status;
    if (!is_listed(s, WEIGHTS) && is_listed(s, INDEX))
        return check_shards(s, err);
    if (!is_listed(s, WEIGHTS) &&
        (is_listed(s, "pytorch_model.bin") || is_listed(s, "pytorch_model.bin.index.json")))
        return CT_OK;
    return check_file(s, WEIGHTS, err);
}

static enum ct_status check_tokenizer(const struct snapshot *s, struct ct_error *err)
{
    const char *const names[] = { "vocab.json", "merges.txt" };

    if (check_file(s, "tokenizer.json", NULL) == CT_OK)
        return CT_OK;
    if (!is_listed(s, names[0]) && !is_listed(s, names[1]) && !is_listed(s, "tokenizer.json"))
        return ct_fail(err, CT_EIO,
                       "the tokenizer is missing (vocab.json and merges.txt, or "
                       "tokenizer.json)");
    if (is_listed(s, "tokenizer.json") && !is_listed(s, names[0]))
        return check_file(s, "tokenizer.json", err);
    for (size_t i = 0; i < 2; i++) {
        const enum ct_status status = check_file(s, names[i], err);
        if (status != CT_OK)
            return status;
    }
    return CT_OK;
}

enum ct_status hub_snapshot_check(const char *repo, const char *commit, unsigned needs,
                                  struct ct_error *err)
{
    struct snapshot s = { .repo = repo, .commit = commit };
    enum ct_status status = CT_OK;

    if (!path_put(s.folder, "%s/snapshots/%s", repo, commit))
        return ct_fail(err, CT_EIO, "the path is too long");
    if (needs & HUB_WEIGHTS)
        status = check_weights(&s, err);
    if (status == CT_OK && needs & HUB_TOKENIZER)
        status = check_tokenizer(&s, err);
    return status;
}
