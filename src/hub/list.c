#include "config.h"
#include "hub/list.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "hub/cache.h"
#include "hub/snapshot.h"
#include "model/model.h"

enum { MAX_MODELS = 10000 };

static const char PREFIX[] = "models--";

struct models {
    struct hub_model *items;
    size_t n, room;
};

void hub_models_free(struct hub_model *models, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(models[i].name);
        free(models[i].revision);
        free(models[i].folder);
        free(models[i].problem);
    }
    free(models);
}

/* The part of a path that ends before `end` and begins after a slash. */
static const char *part_before(const char *path, const char *end)
{
    while (end > path && end[-1] != '/')
        end--;
    return end;
}

void hub_folder_name(const char *folder, char *out, size_t size)
{
    const char *end = folder + strlen(folder);

    while (end > folder + 1 && end[-1] == '/')
        end--;
    const char *const last = part_before(folder, end);
    const char *const middle = last > folder ? part_before(folder, last - 1) : folder;
    const char *const first = middle > folder ? part_before(folder, middle - 1) : folder;
    if (strncmp(middle, "snapshots/", 10) != 0 || middle <= first ||
        !hub_repo_name(first, (size_t)(middle - 1 - first), out, size))
        snprintf(out, size, "%.*s", (int)(end - last), last);
}

/* The branch or tag at this commit, main before others; else the commit itself. */
static void name_revision(const char *repo, const char *commit, char *out, size_t size)
{
    enum { MOST = 32 };
    char names[MOST][HUB_REF_SIZE];
    char other[HUB_COMMIT_SIZE];

    snprintf(out, size, "%s", commit);
    if (hub_read_ref(repo, "main", other) && strcmp(other, commit) == 0) {
        snprintf(out, size, "main");
        return;
    }
    const size_t n = hub_list_refs(repo, names, MOST);
    for (size_t i = 0; i < n; i++)
        if (hub_read_ref(repo, names[i], other) && strcmp(other, commit) == 0)
            snprintf(out, size, "%.200s", names[i]);
}

/* An error's text without the folder at its beginning. */
static const char *without_folder(const char *text, const char *folder)
{
    const size_t size = strlen(folder);

    if (strncmp(text, folder, size) != 0)
        return text;
    text += size;
    return text + strspn(text, "/: ");
}

/* An unsupported architecture is recognised from config.json, which is quick to read. */
static enum ct_status read_config(struct hub_model *m, struct ct_error *err)
{
    struct model_config config;
    char path[PATH_MAX];

    if (!path_put(path, "%s/config.json", m->folder))
        return ct_fail(err, CT_EIO, "the path is too long");
    const enum ct_status status = model_config_load(path, &config, err);
    if (status == CT_OK) {
        m->n_layers = config.n_layers;
        m->hidden_size = config.hidden_size;
    }
    return status;
}

void hub_model_examine(struct hub_model *m)
{
    struct model *model = NULL;
    struct model_info info;
    struct ct_error why;

    if (m->problem != NULL || m->is_examined)
        return;
    m->is_examined = true;
    if (model_open(m->folder, &model, &why) != CT_OK) {
        m->problem = strdup(without_folder(why.text, m->folder));
        return;
    }
    model_describe(model, &info);
    m->n_parameters = info.n_parameters;
    m->bytes = info.file_bytes;
    model_free(model);
}

/* Appends an entry; commit NULL: the repository has no snapshot. */
static enum ct_status add_model(struct models *list, const char *repo, const char *commit,
                                struct ct_error *err)
{
    struct ct_error why = { 0 };
    char name[256];
    char revision[256] = "";
    char folder[PATH_MAX];
    enum ct_status status;

    const char *const last = part_before(repo, repo + strlen(repo));
    if (!hub_repo_name(last, strlen(last), name, sizeof name))
        snprintf(name, sizeof name, "%s", last);
    if (list->n == list->room) {
        const size_t room = 2 * list->room + 8;
        struct hub_model *const items = ct_realloc_array(list->items, room, sizeof *items);
        if (items == NULL)
            return ct_fail_nomem(err, "models", 0);
        list->items = items;
        list->room = room;
    }
    if (commit != NULL) {
        name_revision(repo, commit, revision, sizeof revision);
        if (!path_put(folder, "%s/snapshots/%s", repo, commit))
            return CT_OK;
    }
    struct hub_model *const m = &list->items[list->n++];
    *m = (struct hub_model){
        .name = strdup(name),
        .revision = strdup(revision),
        .folder = strdup(commit != NULL ? folder : repo),
    };
    if (m->name == NULL || m->revision == NULL || m->folder == NULL)
        return ct_fail_nomem(err, "models", 0);
    if (!hub_is_name(name))
        status = ct_fail(&why, CT_EINVAL, "not a name by the rules of the hub; give its folder");
    else if (commit == NULL)
        status = ct_fail(&why, CT_EIO, "nothing of it has been downloaded");
    else
        status = hub_snapshot_check(repo, commit, HUB_WEIGHTS | HUB_TOKENIZER, &why);
    if (status == CT_OK)
        status = read_config(m, &why);
    if (status == CT_OK)
        return CT_OK;
    m->problem = strdup(without_folder(why.text, m->folder));
    return m->problem != NULL ? CT_OK : ct_fail_nomem(err, "models", 0);
}

static enum ct_status add_repo(struct models *list, const char *repo, struct ct_error *err)
{
    char path[PATH_MAX];
    enum ct_status status = CT_OK;
    size_t n = 0;
    DIR *const dir = path_put(path, "%s/snapshots", repo) ? opendir(path) : NULL;

    for (const struct dirent *e = dir != NULL ? readdir(dir) : NULL; e != NULL && status == CT_OK;
         e = readdir(dir))
        if (hub_is_commit(e->d_name) && list->n < MAX_MODELS) {
            status = add_model(list, repo, e->d_name, err);
            n++;
        }
    if (dir != NULL)
        closedir(dir);
    return status == CT_OK && n == 0 ? add_model(list, repo, NULL, err) : status;
}

static int by_usability(const void *a, const void *b)
{
    const struct hub_model *const x = a;
    const struct hub_model *const y = b;
    const int order = strcmp(x->name, y->name);

    if ((x->problem == NULL) != (y->problem == NULL))
        return x->problem == NULL ? -1 : 1;
    return order != 0 ? order : strcmp(x->revision, y->revision);
}

enum ct_status hub_cache_list(const char *root, struct hub_model **models, size_t *n,
                              struct ct_error *err)
{
    struct models list = { NULL, 0, 0 };
    enum ct_status status = CT_OK;
    char repo[PATH_MAX];
    DIR *const dir = opendir(root);

    if (dir == NULL && errno != ENOENT && errno != ENOTDIR)
        return ct_fail_errno(err, "%s", root);
    for (const struct dirent *e = dir != NULL ? readdir(dir) : NULL;
         e != NULL && status == CT_OK && list.n < MAX_MODELS; e = readdir(dir))
        if (strncmp(e->d_name, PREFIX, sizeof PREFIX - 1) == 0 &&
            path_put(repo, "%s/%s", root, e->d_name) && path_is_folder(repo))
            status = add_repo(&list, repo, err);
    if (dir != NULL)
        closedir(dir);
    if (status != CT_OK) {
        hub_models_free(list.items, list.n);
        return status;
    }
    if (list.n > 0)
        qsort(list.items, list.n, sizeof *list.items, by_usability);
    *models = list.items;
    *n = list.n;
    return CT_OK;
}
