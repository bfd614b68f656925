#include "config.h"
#include "report/rerun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/hash.h"
#include "io/outfile.h"
#include "report/differences.h"

struct comparison {
    const struct analysis *a;
    const struct manifest *m;
    const char *folder;
    const char *temporary;
    FILE *out;
    size_t n_files;
    size_t n_differ;    /* of these */
    bool inputs_differ; /* model, tokenizer or sentences */
};

/* ---- inputs ---- */

/* The SHA-256 of each of the files of an input; *n is how many. */
static const char *input_hash(const json_t *input, size_t i, size_t *n)
{
    const json_t *const files = json_object_get(input, "files");

    *n = files != NULL ? json_array_size(files) : 1;
    return json_string_value(
        json_object_get(files != NULL ? json_array_get(files, i) : input, "sha256"));
}

/* What to say of an input; the same is the same. */
static const char *compare_input(const json_t *then, const json_t *now)
{
    size_t n_then;
    size_t n_now;

    if (then == NULL)
        return "is not in the manifest";
    input_hash(then, 0, &n_then);
    input_hash(now, 0, &n_now);
    if (n_then != n_now)
        return "differs: other files";
    for (size_t i = 0; i < n_now; i++) {
        const char *const a = input_hash(then, i, &n_then);
        const char *const b = input_hash(now, i, &n_now);
        if (a == NULL || b == NULL)
            return "is not known: it was not a regular file";
        if (strcmp(a, b) != 0)
            return "differs";
    }
    const json_t *const config = json_object_get(now, "config");
    if (config != NULL && !json_equal(json_object_get(then, "config"), config))
        return "differs in its config.json";
    return "the same";
}

static enum ct_status compare_inputs(struct comparison *c, struct ct_error *err)
{
    static const struct {
        const char *key;
        const char *heading;
    } inputs[] = { { "model", "Model" },
                   { "tokenizer", "Tokenizer" },
                   { "stimuli", "Stimuli" },
                   { "activations", "Activations" },
                   { "groups", "Groups" } };
    json_t *const now = json_object();
    const enum ct_status status = manifest_add_inputs(c->a, now, err);

    for (size_t i = 0; status == CT_OK && i < sizeof inputs / sizeof *inputs; i++) {
        const json_t *const input = json_object_get(now, inputs[i].key);
        if (input == NULL)
            continue;
        const char *const says = compare_input(json_object_get(c->m->root, inputs[i].key), input);
        c->inputs_differ = c->inputs_differ || strcmp(says, "the same") != 0;
        fprintf(c->out, "%-24s %s\n", inputs[i].heading, says);
    }
    json_decref(now);
    return status;
}

/* ---- results ---- */

static const struct input_digest *find_digest(const struct tables_written *written,
                                              const char *file)
{
    for (size_t i = 0; i < written->n; i++)
        if (strcmp(written->files[i].file, file) == 0)
            return &written->files[i].digest;
    return NULL;
}

/* The file of the run is written to a folder of its own, compared, and removed. */
static enum ct_status tell_figures(const struct comparison *c, const struct table *table,
                                   const char *then, struct ct_error *err)
{
    char *const folder = outfile_join(c->temporary, "circuittui-XXXXXX");
    char *now = NULL;
    enum ct_status status = CT_OK;

    if (folder == NULL)
        return ct_fail_nomem(err, "rerun", 0);
    if (mkdtemp(folder) == NULL) {
        status = ct_fail_errno(err, "%s: the folder cannot be made", folder);
        free(folder);
        return status;
    }
    now = outfile_join(folder, table->file);
    if (now == NULL)
        status = ct_fail_nomem(err, "rerun", 0);
    if (status == CT_OK)
        status = table_write(c->a, table, now, err);
    if (status == CT_OK)
        status = differences_tell(table->file, then, now, c->out, err);
    if (now != NULL)
        (void)unlink(now);
    (void)rmdir(folder);
    free(now);
    free(folder);
    return status;
}

/* A file that the run gives: digest of the manifest (NULL: it has none) against that of now. */
static enum ct_status compare_file(struct comparison *c, const struct table *table,
                                   const struct input_digest *then, const struct input_digest *now,
                                   const char *path, struct ct_error *err)
{
    const bool is_same = strcmp(then->sha256, now->sha256) == 0;
    char there[HASH_HEX_SIZE];

    if (access(path, F_OK) != 0) {
        fputs(is_same ? "the same as in the manifest; the file is not here\n"
                      : "differs; the file is not here to tell in what\n",
              c->out);
        c->n_differ += !is_same;
        return CT_OK;
    }
    const enum ct_status status = hash_file(path, NULL, there, err);
    if (status != CT_OK)
        return status;
    const bool is_changed = strcmp(there, then->sha256) != 0;
    if (is_same && !is_changed) {
        fputs("the same\n", c->out);
        return CT_OK;
    }
    c->n_differ++;
    if (is_changed)
        fputs("the file here is not the one of the manifest; ", c->out);
    if (strcmp(there, now->sha256) == 0) {
        fputs("it is what the run gives now\n", c->out);
        return CT_OK;
    }
    return tell_figures(c, table, path, err);
}

static enum ct_status compare_table(struct comparison *c, const struct table *table,
                                    struct ct_error *err)
{
    const struct input_digest *const then = find_digest(&c->m->results, table->file);
    const bool is_now = table_is_written(c->a, table, c->m->results.formats);
    struct input_digest now;

    if (then == NULL && !is_now)
        return CT_OK;
    c->n_files++;
    fprintf(c->out, "%-24s ", table->file);
    if (then == NULL || !is_now) {
        fputs(is_now ? "is not in the manifest\n" : "is not made any more\n", c->out);
        c->n_differ++;
        return CT_OK;
    }
    char *const path = outfile_join(c->folder, table->file);
    enum ct_status status =
        path != NULL ? table_digest(c->a, table, &now, err) : ct_fail_nomem(err, "rerun", 0);
    if (status == CT_OK)
        status = compare_file(c, table, then, &now, path, err);
    free(path);
    return status;
}

static void conclude(const struct comparison *c)
{
    const char *const inputs = c->inputs_differ ? "; what was read differs" : "";

    if (c->n_differ == 0)
        fprintf(c->out, "All of %zu result files are the same%s.\n", c->n_files, inputs);
    else
        fprintf(c->out, "%zu of %zu result files %s%s.\n", c->n_differ, c->n_files,
                c->n_differ == 1 ? "differs" : "differ", inputs);
}

enum ct_status rerun_compare(const struct analysis *a, const struct manifest *m, const char *folder,
                             const char *temporary, char **text, bool *same, struct ct_error *err)
{
    struct comparison c = { .a = a, .m = m, .folder = folder, .temporary = temporary };
    char version[80];
    char *buffer = NULL;
    size_t size = 0;
    enum ct_status status;

    c.out = open_memstream(&buffer, &size);
    if (c.out == NULL)
        return ct_fail_nomem(err, "rerun", 0);
    text_visible(version, sizeof version, m->version, strlen(m->version));
    if (strcmp(m->version, PACKAGE_STRING) == 0)
        fprintf(c.out, "%-24s %s\n", "Version", version);
    else
        fprintf(c.out, "%-24s %s then, %s now\n", "Version", version, PACKAGE_STRING);
    status = compare_inputs(&c, err);
    for (size_t i = 0; status == CT_OK && i < n_tables; i++)
        status = compare_table(&c, &tables[i], err);
    if (status == CT_OK)
        conclude(&c);
    if (!ct_close_memstream(c.out, &buffer) && status == CT_OK)
        status = ct_fail_nomem(err, "rerun", 0);
    if (status != CT_OK) {
        free(buffer);
        return status;
    }
    *text = buffer;
    *same = c.n_differ == 0 && !c.inputs_differ;
    return CT_OK;
}
