#include "config.h"
#include "hub/cache.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/path.h"
#include "hub/snapshot.h"

static const char COMMUNITY[] =
    "openai-community/"; /* current home of GPT-2, once without an owner */

/* ---- location of the cache ---- */

static bool is_set(const char *value)
{
    return value != NULL && *value != '\0';
}

struct buffer { /* a growing path; overflow is reported at the end */
    char text[PATH_MAX];
    size_t used;
};

static void put(struct buffer *b, const char *text, size_t size)
{
    if (b->used < PATH_MAX && size < PATH_MAX - b->used)
        memcpy(b->text + b->used, text, size);
    b->used = size < PATH_MAX - b->used ? b->used + size : PATH_MAX;
    if (b->used < PATH_MAX)
        b->text[b->used] = '\0';
}

/* Expands $NAME and ${NAME} like Python's os.path.expandvars: an unset one stays unchanged. */
static size_t put_variable(struct buffer *b, const struct hub_env *env, const char *text)
{
    char name[256];
    const bool braced = text[1] == '{';
    const char *const from = text + 1 + braced;
    size_t n = 0;

    while (ascii_is_alnum(from[n]) || from[n] == '_')
        n++;
    const size_t size = n + 1 + 2 * (size_t)braced;
    if (env->variable != NULL && n > 0 && n < sizeof name && (!braced || from[n] == '}')) {
        memcpy(name, from, n);
        name[n] = '\0';
        const char *const value = env->variable(name);
        if (value != NULL) {
            put(b, value, strlen(value));
            return size;
        }
    }
    put(b, text, 1);
    return 1;
}

/* Expands a leading `~` and variables. */
static void put_expanded(struct buffer *b, const struct hub_env *env, const char *text)
{
    const char *const home = path_take_home(&text, env->home);

    put(b, home, strlen(home));
    while (*text != '\0') {
        const size_t plain = strcspn(text, "$");
        put(b, text, plain);
        text += plain;
        if (*text == '$')
            text += put_variable(b, env, text);
    }
}

/* HF_HOME, or its default. */
static enum ct_status put_home(struct buffer *b, const struct hub_env *env, struct ct_error *err)
{
    if (is_set(env->hf_home)) {
        put_expanded(b, env, env->hf_home);
    } else if (is_set(env->xdg_cache_home)) {
        put_expanded(b, env, env->xdg_cache_home);
        put(b, "/huggingface", 12);
    } else if (is_set(env->home)) {
        put(b, env->home, strlen(env->home));
        put(b, "/.cache/huggingface", 19);
    } else {
        return ct_fail(err, CT_EINVAL,
                       "HOME: not set; set HF_HUB_CACHE to the folder where the models "
                       "of Hugging Face are");
    }
    return CT_OK;
}

/* The value if set, else name in that folder. */
static enum ct_status find_place(const struct hub_env *env, const char *set, const char *name,
                                 char **out, struct ct_error *err)
{
    struct buffer path = { .used = 0 };
    enum ct_status status = CT_OK;

    if (is_set(set)) {
        put_expanded(&path, env, set);
    } else {
        status = put_home(&path, env, err);
        put(&path, name, strlen(name));
    }
    if (status != CT_OK)
        return status;
    if (path.used >= PATH_MAX)
        return ct_fail(err, CT_EINVAL, "%.64s...: the path of the cache is too long", path.text);
    char *const copy = strdup(path.text);
    if (copy == NULL)
        return ct_fail_nomem(err, "cache", 0);
    *out = copy;
    return CT_OK;
}

enum ct_status hub_cache_root(const struct hub_env *env, char **root, struct ct_error *err)
{
    const char *const cache = is_set(env->hf_hub_cache)            ? env->hf_hub_cache
                              : is_set(env->huggingface_hub_cache) ? env->huggingface_hub_cache
                              : is_set(env->hf_home)               ? NULL
                                                                   : env->transformers_cache;

    return find_place(env, cache, "/hub", root, err);
}

enum ct_status hub_token_path(const struct hub_env *env, char **path, struct ct_error *err)
{
    return find_place(env, env->hf_token_path, "/token", path, err);
}

/* ---- names ---- */

/* One part of a name: letters, digits, `-`, `_`, `.`; the hub forbids `--` and `..`. */
static bool is_part(const char *text, size_t size)
{
    if (size == 0 || size > 96 || text[0] == '.' || text[0] == '-' || text[size - 1] == '.' ||
        text[size - 1] == '-')
        return false;
    for (size_t i = 0; i < size; i++) {
        const char ch = text[i];
        if (!ascii_is_alnum(ch) && strchr("-_.", ch) == NULL)
            return false;
        if (i > 0 && (ch == '-' || ch == '.') && text[i - 1] == ch)
            return false;
    }
    return true;
}

bool hub_is_name(const char *text)
{
    const size_t size = strcspn(text, "@");
    const char *const slash = memchr(text, '/', size);

    if (text[size] == '@' && !hub_is_revision(text + size + 1))
        return false;
    if (slash == NULL)
        return is_part(text, size);
    const size_t owner = (size_t)(slash - text);
    return is_part(text, owner) && is_part(slash + 1, size - owner - 1);
}

const char *hub_split_name(const char *text, char name[HUB_NAME_SIZE])
{
    const size_t size = strcspn(text, "@");

    snprintf(name, HUB_NAME_SIZE, "%.*s", (int)size, text);
    return text[size] == '@' ? text + size + 1 : "main";
}

/* ---- looking up a name ---- */

struct wanted {
    const char *name; /* as typed, with the revision */
    char repos[2][HUB_NAME_SIZE];
    size_t n_repos;
    const char *revision;
    unsigned needs;
};

static void parse_name(const char *name, struct wanted *w)
{
    const size_t size = strcspn(name, "@");
    const bool is_community = strncmp(name, COMMUNITY, sizeof COMMUNITY - 1) == 0;

    w->name = name;
    w->revision = hub_split_name(name, w->repos[0]);
    w->n_repos = 1;
    if (is_community)
        snprintf(w->repos[w->n_repos++], sizeof w->repos[0], "%s",
                 w->repos[0] + sizeof COMMUNITY - 1);
    else if (strchr(w->repos[0], '/') == NULL)
        snprintf(w->repos[w->n_repos++], sizeof w->repos[0], "%s%.*s", COMMUNITY, (int)size, name);
}

/* The name of the model on the hub today. */
static const char *name_to_fetch(const struct wanted *w)
{
    static const char *const moved[] = { "gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl" };

    for (size_t i = 0; i < sizeof moved / sizeof *moved; i++)
        if (strcmp(w->repos[0], moved[i]) == 0)
            return w->repos[1];
    return w->repos[0];
}

static void fetch_command(const struct wanted *w, char *out, size_t size)
{
    const bool is_main = strcmp(w->revision, "main") == 0;

    snprintf(out, size, "circuittui fetch %s%s%s", name_to_fetch(w), is_main ? "" : "@",
             is_main ? "" : w->revision);
}

/* Lists the names in refs, or with of_commits the commits, as suggestions: `, it has A, B`. */
static void list_revisions(const char *repo, bool of_commits, char *out, size_t size)
{
    enum { SHOWN = 8 };
    char names[SHOWN][HUB_REF_SIZE];
    const size_t n =
        of_commits ? hub_list_commits(repo, names, SHOWN) : hub_list_refs(repo, names, SHOWN);
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < n && used + strlen(names[i]) + 16 < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : ", it has ",
                                 names[i]);
}

enum found { FOUND_NOTHING, FOUND_REPO, FOUND_SNAPSHOT, FOUND_ALL };

/* How much is found for one reading of the name; an error for all but FOUND_NOTHING and
 * FOUND_ALL. */
static enum found look(const struct wanted *w, const char *root, const char *name,
                       char folder[PATH_MAX], struct ct_error *err)
{
    char repo[PATH_MAX];
    char commit[HUB_COMMIT_SIZE];
    char fetch[512];

    if (!hub_repo_path(repo, root, name) || !path_is_folder(repo))
        return FOUND_NOTHING;
    fetch_command(w, fetch, sizeof fetch);
    if (hub_is_commit(w->revision)) {
        memcpy(commit, w->revision, sizeof commit);
    } else if (!hub_read_ref(repo, w->revision, commit)) {
        char there[200];
        list_revisions(repo, false, there, sizeof there);
        if (*there == '\0')
            list_revisions(repo, true, there, sizeof there);
        ct_fail(err, CT_EIO, "%s: %s has no revision %s%s; name one with @, or fetch it: %s",
                w->name, repo, w->revision, there, fetch);
        return FOUND_REPO;
    }
    if (!path_put(folder, "%s/snapshots/%s", repo, commit) || !path_is_folder(folder)) {
        char there[200];
        list_revisions(repo, true, there, sizeof there);
        ct_fail(err, CT_EIO, "%s: %s: no files of commit %.12s%s; %sfetch it: %s", w->name, repo,
                commit, there, *there != '\0' ? "name one with @, or " : "", fetch);
        return FOUND_REPO;
    }
    struct ct_error why;
    if (hub_snapshot_check(repo, commit, w->needs, &why) == CT_OK)
        return FOUND_ALL;
    ct_fail(err, CT_EIO, "%s: %s: %s; download it again: %s", w->name, folder, why.text, fetch);
    return FOUND_SNAPSHOT;
}

/* `, or take ORG/NAME, which is there`, when the cache has a model of that name by another
 * organisation; else empty. */
static void describe_namesake(const char *root, const char *name, char *out, size_t size)
{
    static const char prefix[] = "models--";
    DIR *const dir = strchr(name, '/') == NULL ? opendir(root) : NULL;
    const struct dirent *entry;

    out[0] = '\0';
    while (dir != NULL && (entry = readdir(dir)) != NULL && out[0] == '\0') {
        const char *const org = entry->d_name + sizeof prefix - 1;
        const char *const dashes =
            strstr(entry->d_name, prefix) == entry->d_name ? strstr(org, "--") : NULL;
        if (dashes != NULL && strcmp(dashes + 2, name) == 0 &&
            is_part(org, (size_t)(dashes - org)) && is_part(name, strlen(name)))
            snprintf(out, size, ", or use %.*s/%s, which is in the cache", (int)(dashes - org), org,
                     name);
    }
    if (dir != NULL)
        closedir(dir);
}

static enum ct_status fail_nowhere(const struct wanted *w, const char *root, struct ct_error *err)
{
    char fetch[512];
    char namesake[512];
    char paths[2][PATH_MAX];

    describe_namesake(root, w->repos[0], namesake, sizeof namesake);
    fetch_command(w, fetch, sizeof fetch);
    for (size_t i = 0; i < w->n_repos; i++)
        if (!hub_repo_path(paths[i], "", w->repos[i])) /* the path begins with the slash */
            return ct_fail(err, CT_EINVAL, "%.64s...: the name is too long", w->name);
    return ct_fail(err, CT_EIO,
                   "%s: no such folder, and the Hugging Face cache has no %s%s%s in %s; fetch it: "
                   "%s%s",
                   w->name, paths[0] + 1, w->n_repos > 1 ? " or " : "",
                   w->n_repos > 1 ? paths[1] + 1 : "", root, fetch, namesake);
}

enum ct_status hub_cache_resolve(const char *root, const char *name, unsigned needs, char **folder,
                                 struct ct_error *err)
{
    struct wanted w = { .needs = needs };
    enum found best = FOUND_NOTHING;
    char path[PATH_MAX];

    if (!hub_is_name(name))
        return ct_fail(err, CT_EINVAL, "%.200s: not a model name; expected NAME or ORG/NAME", name);
    parse_name(name, &w);
    for (size_t i = 0; i < w.n_repos; i++) {
        struct ct_error why = { 0 };
        const enum found found = look(&w, root, w.repos[i], path, &why);
        if (found == FOUND_ALL) {
            char *const copy = strdup(path);
            if (copy == NULL)
                return ct_fail_nomem(err, name, 0);
            *folder = copy;
            return CT_OK;
        }
        if (found > best && err != NULL)
            *err = why;
        best = found > best ? found : best;
    }
    return best == FOUND_NOTHING ? fail_nowhere(&w, root, err) : CT_EIO;
}

/* `models--ORG--NAME` -> a name, and ROOT if that is the end of a path to such a folder, or to its
 * `snapshots`. False if text is neither. *root is owned by the caller, and NULL without a path. */
static bool parse_repo_folder(const char *text, char name[HUB_NAME_SIZE], char **root)
{
    static const char snapshots[] = "/snapshots";
    size_t size = strlen(text);

    while (size > 1 && text[size - 1] == '/')
        size--;
    if (size >= sizeof snapshots &&
        strncmp(text + size - (sizeof snapshots - 1), snapshots, sizeof snapshots - 1) == 0)
        size -= sizeof snapshots - 1;
    const char *const slash = memrchr(text, '/', size);
    const char *const last = slash != NULL ? slash + 1 : text;

    *root = NULL;
    if (!hub_repo_name(last, size - (size_t)(last - text), name, HUB_NAME_SIZE))
        return false;
    if (slash != NULL)
        *root = ct_strndup(text, slash > text ? (size_t)(slash - text) : 1);
    return slash == NULL || *root != NULL;
}

/* A path that exists, or cannot be a name: it is said what else it is. */
static enum ct_status check_path(const char *path, struct ct_error *err)
{
    static const char *const hosts[] = { "huggingface.co/", "hf.co/", "www.huggingface.co/" };
    const char *address = strstr(path, "://");

    if (address == NULL)
        return CT_OK; /* model_open() describes files and missing folders */
    address += 3;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        const char *const name = address + strlen(hosts[i]);
        if (strncmp(address, hosts[i], strlen(hosts[i])) != 0)
            continue;
        const size_t owner = strcspn(name, "/?#");
        const size_t model = name[owner] == '/' ? strcspn(name + owner + 1, "/?#") : 0;
        return ct_fail(err, CT_EINVAL,
                       "%.120s: a web address, not a folder or name; give the name: %.*s, after "
                       "circuittui fetch if it is not in the cache",
                       path, (int)(owner + (model > 0 ? 1 + model : 0)), name);
    }
    return ct_fail(err, CT_EINVAL,
                   "%.120s: a web address, not a folder or name; download the model, and give its "
                   "folder",
                   path);
}

enum ct_status hub_model_folder(const struct hub_env *env, const char *text, unsigned needs,
                                char **folder, struct ct_error *err)
{
    struct buffer path = { .used = 0 };
    char name[HUB_NAME_SIZE];
    char *root = NULL;

    const char *const home = path_take_home(&text, env->home);

    put(&path, home, strlen(home));
    put(&path, text, strlen(text));
    if (path.used >= PATH_MAX)
        return ct_fail(err, CT_EINVAL, "%.64s...: the path is too long", text);
    enum ct_status status = CT_OK;
    const bool is_repo = parse_repo_folder(path.text, name, &root);
    if (!is_repo && (path_is_folder(path.text) || !hub_is_name(path.text))) {
        status = check_path(path.text, err);
        if (status != CT_OK)
            return status;
        char *const copy = strdup(path.text);
        if (copy == NULL)
            return ct_fail_nomem(err, "model", 0);
        *folder = copy;
        return CT_OK;
    }
    if (root == NULL)
        status = hub_cache_root(env, &root, err);
    if (status == CT_OK)
        status = hub_cache_resolve(root, is_repo ? name : path.text, needs, folder, err);
    free(root);
    if (status != CT_OK && path_is_file(path.text))
        return ct_fail(err, CT_EIO, "%s: a file, not a model folder; give the folder that it is in",
                       path.text);
    return status;
}
