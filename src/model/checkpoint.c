#include "config.h"
#include "model/checkpoint.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mapped.h"
#include "base/mem.h"
#include "base/path.h"
#include "io/json_file.h"

enum { MAX_SHARDS = MAPPED_MOST / 4 }; /* several models may be open at a time */

struct index_entry { /* of weight_map, borrowed from it */
    const char *tensor;
    const char *file; /* NULL: not a name */
};

struct checkpoint {
    char *index;                 /* path of the index; NULL: a single file */
    json_t *weight_map;          /* maps tensor to file name */
    struct index_entry *entries; /* [n_entries] */
    size_t n_entries;
    struct safetensors **files; /* [n_files] */
    const char **names;         /* [n_files] of the shards, borrowed from weight_map */
    const char **paths;         /* [n_files], borrowed from files */
    size_t n_files;
};

static enum ct_status add_file(struct checkpoint *c, const char *dir, const char *name,
                               struct ct_error *err)
{
    char path[PATH_MAX];

    if (!path_put(path, "%s/%s", dir, name))
        return ct_fail(err, CT_EIO, "%s: the path is too long", dir);
    const size_t n = c->n_files + 1;
    struct safetensors **const files = ct_realloc_array(c->files, n, sizeof *c->files);
    if (files != NULL)
        c->files = files;
    const char **const names = ct_realloc_array(c->names, n, sizeof *c->names);
    if (names != NULL)
        c->names = names;
    const char **const paths = ct_realloc_array(c->paths, n, sizeof *c->paths);
    if (paths != NULL)
        c->paths = paths;
    if (files == NULL || names == NULL || paths == NULL)
        return ct_fail_nomem(err, path, 0);
    const enum ct_status st = safetensors_open(path, &c->files[c->n_files], err);
    if (st != CT_OK)
        return st;
    c->names[c->n_files] = name;
    c->paths[c->n_files] = safetensors_path(c->files[c->n_files]);
    c->n_files = n;
    return CT_OK;
}

/* Without `./` in front. */
static const char *skip_dots(const char *name)
{
    while (name[0] == '.' && name[1] == '/')
        for (name += 2; *name == '/';)
            name++;
    return name;
}

/* Returns n_files if it is not open. */
static size_t file_of_name(const struct checkpoint *c, const char *name)
{
    size_t i = 0;

    while (i < c->n_files && strcmp(c->names[i], skip_dots(name)) != 0)
        i++;
    return i;
}

/* A file in the folder or in one below it. */
static bool is_inside(const char *name)
{
    name = skip_dots(name);
    for (;;) {
        const size_t size = strcspn(name, "/");
        if (size == 0 || (size == 2 && name[0] == '.' && name[1] == '.') ||
            (size == 1 && name[0] == '.'))
            return false;
        if (name[size] == '\0')
            return true;
        name += size + 1;
    }
}

static enum ct_status fail_name(const struct checkpoint *c, const char *tensor,
                                struct ct_error *err)
{
    return ct_fail(err, CT_EFORMAT, "%s: weight_map: '%s' is not the name of a file in the folder",
                   c->index, tensor);
}

/* Opens each file that the index names. Those that cannot be opened are missed, and reported, when
 * a tensor of theirs is wanted: an index may list more than the model has. */
static enum ct_status open_shards(struct checkpoint *c, const char *dir, struct ct_error *err)
{
    const char *last_failed = "";
    const char *tensor;
    json_t *value;

    c->entries = ct_calloc_array(json_object_size(c->weight_map), sizeof *c->entries);
    if (c->entries == NULL)
        return ct_fail_nomem(err, c->index, 0);
    json_object_foreach(c->weight_map, tensor, value)
    {
        const char *const name = json_string_value(value);
        c->entries[c->n_entries++] = (struct index_entry){ tensor, name };
        if (name == NULL || !is_inside(name) || strcmp(name, last_failed) == 0)
            continue;
        const size_t i = file_of_name(c, name);
        if (i == MAX_SHARDS)
            return ct_fail(err, CT_EFORMAT, "%s: more than %d shards", c->index, MAX_SHARDS);
        if (i < c->n_files)
            continue;
        struct ct_error why = { 0 };
        const enum ct_status st = add_file(c, dir, skip_dots(name), &why);
        if (st == CT_ENOMEM && err != NULL)
            *err = why;
        if (st == CT_ENOMEM)
            return st;
        if (st != CT_OK)
            last_failed = name;
    }
    return CT_OK;
}

static enum ct_status open_index(struct checkpoint *c, const char *dir, const char *index,
                                 struct ct_error *err)
{
    json_t *root = NULL;
    enum ct_status st = json_file_load_python(index, &root, err);

    if (st != CT_OK)
        return st;
    c->weight_map = json_incref(json_object_get(root, "weight_map"));
    json_decref(root);
    c->index = strdup(index);
    if (c->index == NULL)
        return ct_fail_nomem(err, index, 0);
    if (!json_is_object(c->weight_map))
        return ct_fail(err, CT_EFORMAT, "%s: weight_map is missing", index);
    return open_shards(c, dir, err);
}

static bool exists(const char *dir, const char *name, char path[PATH_MAX])
{
    struct stat info;

    return path_put(path, "%s/%s", dir, name) && lstat(path, &info) == 0;
}

static enum ct_status open_files(struct checkpoint *c, const char *dir, struct ct_error *err)
{
    char path[PATH_MAX];

    if (exists(dir, "model.safetensors", path))
        return add_file(c, dir, "model.safetensors", err);
    if (exists(dir, "model.safetensors.index.json", path))
        return open_index(c, dir, path, err);
    if (exists(dir, "pytorch_model.bin", path) || exists(dir, "pytorch_model.bin.index.json", path))
        return ct_fail(
            err, CT_ENOTSUP,
            "%s: pickles can run code and are not read; convert it once, in that folder: "
            "python3 -c \"from transformers import AutoModel as M; "
            "M.from_pretrained('.').save_pretrained('.', safe_serialization=True)\"",
            path);
    return ct_fail(err, CT_EIO,
                   "%s: no model.safetensors; expected a folder in Hugging Face layout", dir);
}

enum ct_status checkpoint_open(const char *dir, struct checkpoint **out, struct ct_error *err)
{
    struct checkpoint *const c = calloc(1, sizeof *c);

    if (c == NULL)
        return ct_fail_nomem(err, dir, 0);
    const enum ct_status st = open_files(c, dir, err);
    if (st == CT_OK)
        *out = c;
    else
        checkpoint_free(c);
    return st;
}

void checkpoint_free(struct checkpoint *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->n_files; i++)
        safetensors_free(c->files[i]);
    free(c->files);
    free(c->entries);
    free(c->index);
    free(c->names);
    free(c->paths);
    json_decref(c->weight_map);
    free(c);
}

enum ct_status checkpoint_check(const struct checkpoint *c, struct ct_error *err)
{
    enum ct_status st = CT_OK;

    for (size_t i = 0; st == CT_OK && i < c->n_files; i++)
        st = safetensors_check(c->files[i], err);
    return st;
}

size_t checkpoint_count(const struct checkpoint *c)
{
    return c->weight_map != NULL ? c->n_entries : safetensors_count(c->files[0]);
}

const char *checkpoint_name(const struct checkpoint *c, size_t i)
{
    return c->weight_map != NULL ? c->entries[i].tensor : safetensors_at(c->files[0], i)->name;
}

const struct safetensors_entry *checkpoint_find(const struct checkpoint *c, const char *name,
                                                const char **path)
{
    size_t i = 0;

    if (c->weight_map != NULL) {
        const char *const file = json_string_value(json_object_get(c->weight_map, name));
        i = file != NULL ? file_of_name(c, file) : c->n_files;
        if (i == c->n_files)
            return NULL;
    }
    if (path != NULL)
        *path = c->paths[i];
    return safetensors_find(c->files[i], name);
}

enum ct_status checkpoint_explain(const struct checkpoint *c, const char *name,
                                  struct ct_error *err)
{
    const json_t *const value = c->weight_map != NULL ? json_object_get(c->weight_map, name) : NULL;
    const char *const file = json_string_value(value);
    struct safetensors *opened = NULL;
    char path[PATH_MAX];

    if (value == NULL)
        return CT_OK;
    if (file == NULL || !is_inside(file))
        return fail_name(c, name, err);
    if (file_of_name(c, file) < c->n_files)
        return ct_fail(err, CT_EFORMAT, "%s: %s is not in %s, although the index says so", c->index,
                       name, file);
    /* Again, for its error. */
    const int folder = (int)(strrchr(c->index, '/') - c->index);
    if (!path_put(path, "%.*s/%s", folder, c->index, skip_dots(file)))
        return ct_fail(err, CT_EIO, "%s: the path is too long", c->index);
    const enum ct_status st = safetensors_open(path, &opened, err);
    safetensors_free(opened);
    return st;
}

size_t checkpoint_n_files(const struct checkpoint *c)
{
    return c->n_files;
}

const char *const *checkpoint_paths(const struct checkpoint *c)
{
    return c->paths;
}

uint64_t checkpoint_bytes(const struct checkpoint *c)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < c->n_files; i++)
        bytes += safetensors_size(c->files[i]);
    return bytes;
}
