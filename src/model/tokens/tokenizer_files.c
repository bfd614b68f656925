#include "config.h"
#include "model/tokens/tokenizer_files.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/text.h"
#include "io/json_file.h"
#include "model/tokens/tokenizer_json.h"

/* If the file does not exist, *out is untouched. */
static enum ct_status open_file(const char *dir, const char *name, FILE **out, struct ct_error *err)
{
    char path[PATH_MAX];

    if (!path_put(path, "%s/%s", dir, name))
        return ct_fail(err, CT_EIO, "%.64s...: the path is too long", dir);
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return CT_OK;
    return json_file_open(path, out, err);
}

static void close_file(FILE *file)
{
    if (file != NULL)
        fclose(file);
}

static enum ct_status put_name(void *context, const struct named_id *entry, struct ct_error *err)
{
    struct tokenizer_parts *const parts = context;

    return vocab_add(&parts->vocab, entry->id, entry->name, entry->size, err);
}

static enum ct_status put_added(void *context, const struct named_id *entry, struct ct_error *err)
{
    return tokenizer_parts_add_token(context, entry, false, err);
}

static enum ct_status read_vocab(FILE *file, struct tokenizer_parts *parts, struct ct_error *err)
{
    enum { BYTES_PER_ENTRY = 20 }; /* in GPT-2's file; a good estimate avoids rehashing */
    struct stat info = { 0 };

    if (fstat(fileno(file), &info) != 0)
        return ct_fail_errno(err, "size");
    const enum ct_status st =
        vocab_expect(&parts->vocab, (size_t)info.st_size / BYTES_PER_ENTRY, err);
    return st == CT_OK ? json_ids_read(file, put_name, parts, err) : st;
}

static enum ct_status add_merge_line(struct tokenizer_parts *parts, const char *line, size_t size,
                                     struct ct_error *err)
{
    const char *const blank = memchr(line, ' ', size);
    const size_t left_size = blank != NULL ? (size_t)(blank - line) : 0;
    const size_t right_size = blank != NULL ? size - left_size - 1 : 0;

    if (left_size == 0 || right_size == 0 || memchr(blank + 1, ' ', right_size) != NULL)
        return ct_fail(err, CT_EFORMAT, "expected two tokens separated by a space");
    return tokenizer_parts_add_merge(parts, line, left_size, blank + 1, right_size, err);
}

/* The first line may be `#version: 0.2`; any other that begins with # is a merge. */
static enum ct_status read_merges(FILE *file, struct tokenizer_parts *parts, struct ct_error *err)
{
    static const char version[] = "#version";
    char *line = NULL;
    size_t room = 0;
    /* Nearly every token of a vocabulary is produced by one merge. */
    enum ct_status st = bpe_expect(&parts->bpe, parts->vocab.n_names, err);

    for (size_t number = 1; st == CT_OK; number++) {
        const ssize_t got = getline(&line, &room, file);
        if (got < 0)
            break;
        size_t size = (size_t)got;
        size = text_line_size(line, size - (line[size - 1] == '\n'));
        if (size == 0 || (number == 1 && strncmp(line, version, sizeof version - 1) == 0))
            continue;
        st = add_merge_line(parts, line, size, err);
        if (st != CT_OK)
            ct_error_where(err, st, "line %zu", number);
    }
    free(line);
    if (st == CT_OK && !feof(file))
        st = ct_fail_errno(err, "reading");
    return st;
}

static enum ct_status read_pair(const char *dir, FILE *vocab, FILE *merges,
                                struct tokenizer_parts *parts, struct ct_error *err)
{
    FILE *added = NULL;
    enum ct_status st = read_vocab(vocab, parts, err);

    if (st != CT_OK)
        return ct_error_where(err, st, "%s/vocab.json", dir);
    st = read_merges(merges, parts, err);
    if (st != CT_OK)
        return ct_error_where(err, st, "%s/merges.txt", dir);
    st = open_file(dir, "added_tokens.json", &added, err);
    if (st != CT_OK)
        return st;
    if (added != NULL)
        st = json_ids_read(added, put_added, parts, err);
    close_file(added);
    if (st != CT_OK)
        return ct_error_where(err, st, "%s/added_tokens.json", dir);
    st = tokenizer_parts_finish(parts, err);
    return st != CT_OK ? ct_error_where(err, st, "%s/vocab.json", dir) : CT_OK;
}

static enum ct_status read_json(const char *dir, bool vocab, bool merges,
                                struct tokenizer_parts *parts, struct ct_error *err)
{
    FILE *json = NULL;
    enum ct_status st = open_file(dir, "tokenizer.json", &json, err);

    if (st != CT_OK)
        return st;
    if (json == NULL && vocab != merges)
        return ct_fail(err, CT_EIO, "%s/%s: missing, and there is no tokenizer.json either", dir,
                       vocab ? "merges.txt" : "vocab.json");
    if (json == NULL)
        return ct_fail(err, CT_EIO,
                       "%s: no tokenizer; put vocab.json and merges.txt, or tokenizer.json, "
                       "into the folder, or give theirs with --tokenizer",
                       dir);
    st = tokenizer_json_read(json, parts, err);
    fclose(json);
    return st != CT_OK ? ct_error_where(err, st, "%s/tokenizer.json", dir) : CT_OK;
}

static enum ct_status check_config(const char *dir, struct ct_error *err)
{
    FILE *config = NULL;
    enum ct_status st = open_file(dir, "tokenizer_config.json", &config, err);

    if (st != CT_OK || config == NULL)
        return st;
    st = tokenizer_config_check(config, err);
    fclose(config);
    return st != CT_OK ? ct_error_where(err, st, "%s/tokenizer_config.json", dir) : CT_OK;
}

enum ct_status tokenizer_files_read(const char *dir, struct tokenizer_parts *parts,
                                    struct ct_error *err)
{
    FILE *vocab = NULL;
    FILE *merges = NULL;
    enum ct_status st = open_file(dir, "vocab.json", &vocab, err);

    if (st == CT_OK)
        st = open_file(dir, "merges.txt", &merges, err);
    if (st == CT_OK)
        st = check_config(dir, err);
    if (st == CT_OK)
        st = vocab != NULL && merges != NULL
                 ? read_pair(dir, vocab, merges, parts, err)
                 : read_json(dir, vocab != NULL, merges != NULL, parts, err);
    close_file(vocab);
    close_file(merges);
    return st;
}

static bool is_there(const char *dir, const char *name)
{
    char path[PATH_MAX];

    return path_put(path, "%s/%s", dir, name) && access(path, F_OK) == 0;
}

size_t tokenizer_files_list(const char *dir, const char *names[TOKENIZER_FILES_MAX])
{
    static const char *const pair[] = { "vocab.json", "merges.txt", "added_tokens.json",
                                        "tokenizer_config.json", NULL };
    static const char *const json[] = { "tokenizer.json", "tokenizer_config.json", NULL };
    const bool is_pair = is_there(dir, "vocab.json") && is_there(dir, "merges.txt");
    size_t n = 0;

    for (const char *const *name = is_pair ? pair : json; *name != NULL; name++)
        if (is_there(dir, *name))
            names[n++] = *name;
    return n;
}
