#include "config.h"
#include "model/tokens/tokenizer_files.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "io/grow.h"
#include "io/json_file.h"
#include "io/json_parse.h"
#include "model/tokens/family_rules.h"
#include "model/tokens/json_ids.h"
#include "model/tokens/merges_txt.h"
#include "model/tokens/tokenizer_compare.h"
#include "model/tokens/tokenizer_config.h"
#include "model/tokens/tokenizer_json.h"

/* In the order in which they are listed in manifests. */
enum file { FILE_JSON, FILE_VOCAB, FILE_MERGES, FILE_ADDED, FILE_CONFIG, FILE_SPECIAL, N_FILES };

static const char *const file_names[N_FILES] = {
    [FILE_JSON] = "tokenizer.json",
    [FILE_VOCAB] = "vocab.json",
    [FILE_MERGES] = "merges.txt",
    [FILE_ADDED] = "added_tokens.json",
    [FILE_CONFIG] = "tokenizer_config.json",
    [FILE_SPECIAL] = "special_tokens_map.json",
};
_Static_assert((int)N_FILES == (int)TOKENIZER_FILES_MAX, "all fit");

struct files { /* of a folder; text is NULL for one that does not exist */
    struct {
        char *text; /* [size], owned */
        size_t size;
    } of[N_FILES];
    json_t *config; /* parsed, or NULL */
    json_t *special;
    bool has_json;
};

static void files_clear(struct files *files)
{
    for (int i = 0; i < N_FILES; i++)
        free(files->of[i].text);
    json_decref(files->config);
    json_decref(files->special);
}

static enum ct_status read_file(const char *dir, const char *name, char **text, size_t *size,
                                struct ct_error *err)
{
    char path[PATH_MAX];

    if (!path_put(path, "%s/%s", dir, name))
        return ct_fail(err, CT_EIO, "%.64s...: the path is too long", dir);
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return CT_OK;
    return json_file_read(path, text, size, err);
}

static enum ct_status read_object(const char *dir, const struct files *files, enum file file,
                                  json_t **out, struct ct_error *err)
{
    enum ct_status st = CT_OK;

    if (files->of[file].text == NULL)
        return CT_OK;
    st = json_parse_python(files->of[file].text, files->of[file].size, out, err);
    if (st == CT_OK && !json_is_object(*out))
        st = ct_fail(err, CT_EFORMAT, "not a JSON object");
    return st == CT_OK ? CT_OK : ct_error_where(err, st, "%s/%s", dir, file_names[file]);
}

static enum ct_status files_read(const char *dir, struct files *files, struct ct_error *err)
{
    enum ct_status st = CT_OK;

    for (int i = 0; i < N_FILES && st == CT_OK; i++)
        st = read_file(dir, file_names[i], &files->of[i].text, &files->of[i].size, err);
    if (st == CT_OK)
        st = read_object(dir, files, FILE_CONFIG, &files->config, err);
    if (st == CT_OK)
        st = read_object(dir, files, FILE_SPECIAL, &files->special, err);
    files->has_json = files->of[FILE_JSON].text != NULL;
    return st;
}

/* ---- vocab.json and merges.txt ---- */

static enum ct_status put_name(void *context, const struct named_id *entry, struct ct_error *err)
{
    struct tokenizer_parts *const parts = context;

    return vocab_add(&parts->vocab, entry->id, entry->name, entry->size, err);
}

static enum ct_status put_merge(void *context, const struct merge_names *merge,
                                struct ct_error *err)
{
    return tokenizer_parts_add_merge(context, merge->left, merge->left_size, merge->right,
                                     merge->right_size, err);
}

/* The rules, which neither file has. The model's config.json, if it is there and readable, only
 * tells its family. */
static enum ct_status read_rules(const char *dir, const struct files *files,
                                 struct tokenizer_parts *parts, struct ct_error *err)
{
    char *text = NULL;
    size_t size = 0;
    json_t *model = NULL;

    if (read_file(dir, "config.json", &text, &size, NULL) == CT_OK && text != NULL)
        (void)json_parse_python(text, size, &model, NULL);
    const enum ct_status st = family_rules_set(files->config, model, &parts->rules, err);
    json_decref(model);
    free(text);
    return st;
}

static enum ct_status read_pair(const char *dir, const struct files *files,
                                struct tokenizer_parts *parts, struct ct_error *err)
{
    enum { BYTES_PER_ENTRY = 20 }; /* in GPT-2's file; a good estimate avoids rehashing */
    const size_t size = files->of[FILE_VOCAB].size;
    enum ct_status st = read_rules(dir, files, parts, err);

    if (st != CT_OK)
        return st;
    st = vocab_expect(&parts->vocab, size / BYTES_PER_ENTRY, err);

    if (st == CT_OK)
        st = json_ids_read(files->of[FILE_VOCAB].text, 0, size, put_name, parts, err);
    if (st != CT_OK)
        return ct_error_where(err, st, "%s/vocab.json", dir);
    /* Nearly every token of a vocabulary is produced by one merge. */
    st = bpe_expect(&parts->bpe, parts->vocab.n_names, err);
    if (st == CT_OK)
        st = merges_txt_read(files->of[FILE_MERGES].text, files->of[FILE_MERGES].size, put_merge,
                             parts, err);
    return st == CT_OK ? CT_OK : ct_error_where(err, st, "%s/merges.txt", dir);
}

/* ---- the whole folder ---- */

static enum ct_status put_added(void *context, const struct named_id *entry, struct ct_error *err)
{
    struct tokenizer_parts *const parts = context;
    const struct added_token token = {
        .content = entry->name, .size = entry->size, .id = entry->id, .normalized = true
    };

    return tokenizer_parts_add_token(parts, &token, false, err);
}

struct offered {               /* tokens of an added_tokens.json */
    struct added_token *items; /* [n], each owns its content */
    size_t n;
    size_t room;
};

static enum ct_status collect(void *context, const struct named_id *entry, struct ct_error *err)
{
    struct offered *const offered = context;
    struct added_token *const items =
        array_grow(offered->items, &offered->room, offered->n + 1, sizeof *items);
    const char *const copy = ct_strndup(entry->name, entry->size);

    if (items != NULL)
        offered->items = items;
    if (items == NULL || copy == NULL) {
        free((char *)(uintptr_t)copy);
        return ct_fail_nomem(err, "added tokens", 0);
    }
    items[offered->n++] = (struct added_token){
        .content = copy, .size = entry->size, .id = entry->id, .normalized = true
    };
    return CT_OK;
}

static int by_id(const void *a, const void *b)
{
    const struct added_token *const x = a;
    const struct added_token *const y = b;

    return (x->id > y->id) - (x->id < y->id);
}

/* With a tokenizer.json: its ids count, and its flags, which this file does not have. */
static enum ct_status offer_added(const char *text, size_t size, struct tokenizer_parts *parts,
                                  struct ct_error *err)
{
    struct offered offered = { .items = NULL };
    enum ct_status st = json_ids_read(text, 0, size, collect, &offered, err);

    if (st == CT_OK && offered.n > 0)
        qsort(offered.items, offered.n, sizeof *offered.items, by_id);
    for (size_t i = 0; i < offered.n; i++) {
        struct added_token *const item = &offered.items[i];
        const struct added_token *const known =
            added_tokens_get(&parts->added, item->content, item->size);
        struct added_token token = known != NULL ? *known : *item;
        token.id = item->id;
        if (st == CT_OK)
            st = tokenizer_parts_offer_token(parts, &token, file_names[FILE_ADDED], err);
        free((char *)(uintptr_t)item->content);
    }
    free(offered.items);
    return st;
}

static enum ct_status add_from(const char *dir, const struct files *files, enum file file,
                               struct tokenizer_parts *parts, struct ct_error *err)
{
    enum ct_status st = CT_OK;

    if (file == FILE_ADDED && files->of[file].text != NULL)
        st = files->has_json ? offer_added(files->of[file].text, files->of[file].size, parts, err)
                             : json_ids_read(files->of[file].text, 0, files->of[file].size,
                                             put_added, parts, err);
    else if (file == FILE_CONFIG)
        st = tokenizer_config_add_tokens(files->config, parts, err);
    return st == CT_OK ? CT_OK : ct_error_where(err, st, "%s/%s", dir, file_names[file]);
}

/* Special tokens get their ids last. */
static enum ct_status add_special(const char *dir, const struct files *files,
                                  struct tokenizer_parts *parts, struct ct_error *err)
{
    const json_t *const roots[] = { files->config, files->special };
    static const enum file of[] = { FILE_CONFIG, FILE_SPECIAL };

    for (size_t i = 0; i < 2; i++) {
        const char *const name = file_names[of[i]];
        const enum ct_status st = tokenizer_config_add_special(roots[i], name, parts, err);
        if (st != CT_OK)
            return ct_error_where(err, st, "%s/%s", dir, name);
    }
    const enum ct_status st =
        tokenizer_config_apply(files->config, files->special, files->has_json, parts, err);
    return st == CT_OK ? CT_OK : ct_error_where(err, st, "%s/%s", dir, file_names[FILE_CONFIG]);
}

static enum ct_status fail_format(const char *dir, const char *name, struct ct_error *err)
{
    return ct_fail(err, CT_ENOTSUP,
                   "%s/%s: this format is not supported; convert it once to tokenizer.json, with "
                   "AutoTokenizer.from_pretrained(...).save_pretrained(...) of transformers",
                   dir, name);
}

static enum ct_status read_main(const char *dir, const struct files *files,
                                struct tokenizer_parts *parts, struct ct_error *err)
{
    const bool vocab = files->of[FILE_VOCAB].text != NULL;
    const bool merges = files->of[FILE_MERGES].text != NULL;
    char path[PATH_MAX];

    parts->main_file = file_names[files->has_json ? FILE_JSON : FILE_VOCAB];
    if (files->has_json) {
        const enum ct_status st =
            tokenizer_json_read(files->of[FILE_JSON].text, files->of[FILE_JSON].size, parts, err);
        return st == CT_OK ? CT_OK : ct_error_where(err, st, "%s/tokenizer.json", dir);
    }
    if (vocab && merges)
        return read_pair(dir, files, parts, err);
    if (vocab != merges)
        return ct_fail(err, CT_EIO, "%s/%s: missing, and there is no tokenizer.json either", dir,
                       vocab ? "merges.txt" : "vocab.json");
    if (path_put(path, "%s/tokenizer.model", dir) && access(path, F_OK) == 0)
        return fail_format(dir, "tokenizer.model", err);
    if (path_put(path, "%s/tekken.json", dir) && access(path, F_OK) == 0)
        return fail_format(dir, "tekken.json", err);
    return ct_fail(err, CT_EIO,
                   "%s: no tokenizer; put vocab.json and merges.txt, or tokenizer.json, into the "
                   "folder, or give theirs with --tokenizer",
                   dir);
}

static enum ct_status put_together(const char *dir, const struct files *files,
                                   struct tokenizer_parts *parts, struct ct_error *err)
{
    enum ct_status st = read_main(dir, files, parts, err);
    const size_t n_vocab = parts->vocab.n_pieces;

    if (st == CT_OK)
        st = add_from(dir, files, FILE_ADDED, parts, err);
    if (st == CT_OK)
        st = add_from(dir, files, FILE_CONFIG, parts, err);
    if (st == CT_OK)
        st = add_special(dir, files, parts, err);
    if (st != CT_OK)
        return st;
    if (files->has_json && files->of[FILE_VOCAB].text != NULL)
        tokenizer_compare_vocab(files->of[FILE_VOCAB].text, files->of[FILE_VOCAB].size, n_vocab,
                                parts);
    if (files->has_json && files->of[FILE_MERGES].text != NULL)
        tokenizer_compare_merges(files->of[FILE_MERGES].text, files->of[FILE_MERGES].size, parts);
    st = tokenizer_parts_finish(parts, err);
    return st == CT_OK ? CT_OK : ct_error_where(err, st, "%s/%s", dir, parts->main_file);
}

enum ct_status tokenizer_files_read(const char *dir, struct tokenizer_parts *parts,
                                    struct ct_error *err)
{
    struct files files = { .config = NULL };
    enum ct_status st = CT_OK;

    if (path_is_file(dir))
        return ct_fail(err, CT_EIO, "%s: a file, not a folder; give the folder that it is in", dir);
    st = files_read(dir, &files, err);
    if (st == CT_OK)
        st = put_together(dir, &files, parts, err);
    files_clear(&files);
    return st;
}

size_t tokenizer_files_list(const char *dir, const char *names[TOKENIZER_FILES_MAX])
{
    char path[PATH_MAX];
    size_t n = 0;

    for (int i = 0; i < N_FILES; i++)
        if (path_put(path, "%s/%s", dir, file_names[i]) && access(path, F_OK) == 0)
            names[n++] = file_names[i];
    return n;
}
