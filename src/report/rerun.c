#include "config.h"
#include "report/rerun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/hash.h"
#include "base/path.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "plot/figure.h"
#include "report/differences.h"
#include "report/figures.h"
#include "report/layers.h"
#include "report/tables.h"

struct lines { /* written to a memory stream */
    FILE *out;
    char *text;
    size_t size;
};

struct rerun {
    const struct manifest *m;
    const char *folder;
    const char *temporary;
    struct lines whole;
    struct lines layers;  /* of single hook points, printed before the whole */
    bool *met;            /* [m->tables.n] files of the manifest that this run also writes */
    struct written plots; /* figures of this run */
    size_t n_files;
    size_t n_differ;    /* files that differ */
    size_t n_absent;    /* files equal to the manifest's, but not on disk */
    bool inputs_differ; /* model, tokenizer or sentences */
};

static bool lines_open(struct lines *s)
{
    s->out = open_memstream(&s->text, &s->size);
    return s->out != NULL;
}

/* False: incomplete for lack of memory. */
static bool lines_close(struct lines *s)
{
    FILE *const out = s->out;

    s->out = NULL;
    return out != NULL && ct_close_memstream(out, &s->text);
}

struct visible { /* untrusted text, made visible */
    char text[80];
};

static struct visible visible(const char *text)
{
    struct visible v = { "" };

    text_visible(v.text, sizeof v.text, text, strlen(text));
    return v;
}

/* ---- inputs ---- */

/* The i-th file of an input, which may be a single one; *n is their number. */
static const json_t *input_file(const json_t *input, size_t i, size_t *n)
{
    const json_t *const files = json_object_get(input, "files");

    *n = files != NULL ? json_array_size(files) : 1;
    return files != NULL ? json_array_get(files, i) : input;
}

static const char *last_part(const json_t *file)
{
    const char *const path = json_string_value(json_object_get(file, "path"));
    const char *const slash = path != NULL ? strrchr(path, '/') : NULL;

    return slash != NULL ? slash + 1 : path;
}

/* The file of an input that has the name of this one, or the only one. */
static const json_t *find_file(const json_t *input, const json_t *file, size_t i)
{
    const char *const name = last_part(file);
    size_t n;
    const json_t *const same_place = input_file(input, i, &n);

    if (name == NULL || json_object_get(input, "files") == NULL)
        return same_place;
    for (size_t k = 0; k < n; k++) {
        const json_t *const other = input_file(input, k, &n);
        const char *const other_name = last_part(other);
        if (other_name != NULL && strcmp(name, other_name) == 0)
            return other;
    }
    return NULL;
}

/* Whether the keys of config.json that are read now had the same values; older manifests have all
 * keys, and none for those that are absent. */
static bool same_keys(const json_t *then, const json_t *now)
{
    void *const keys = (void *)now;

    for (void *at = json_object_iter(keys); at != NULL; at = json_object_iter_next(keys, at)) {
        const json_t *const before = json_object_get(then, json_object_iter_key(at));
        const json_t *const value = json_object_iter_value(at);
        if (before == NULL ? !json_is_null(value) : !json_equal(before, value))
            return false;
    }
    return true;
}

/* The words that compare an input; equal inputs give the same words. */
static const char *compare_input(const json_t *then, const json_t *now)
{
    size_t n_then;
    size_t n_now;

    if (then == NULL)
        return "is not in the manifest";
    input_file(then, 0, &n_then);
    input_file(now, 0, &n_now);
    if (n_then > n_now)
        return "differs: other files";
    for (size_t i = 0; i < n_then; i++) {
        const json_t *const file = input_file(then, i, &n_then);
        const json_t *const other = find_file(now, file, i);
        const char *const a = json_string_value(json_object_get(file, "sha256"));
        const char *const b = json_string_value(json_object_get(other, "sha256"));
        if (other == NULL)
            return "differs: other files";
        if (a == NULL || b == NULL)
            return "is unknown: it was not a regular file";
        if (strcmp(a, b) != 0)
            return "differs";
    }
    if (!same_keys(json_object_get(then, "config"), json_object_get(now, "config")))
        return "differs in its config.json";
    return n_then == n_now ? "the same" : "the same files, and others beside them";
}

static enum ct_status compare_inputs(struct rerun *r, const struct analysis *a,
                                     struct ct_error *err)
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
    const enum ct_status status = manifest_add_inputs(a, false, now, err);

    for (size_t i = 0; status == CT_OK && i < sizeof inputs / sizeof *inputs; i++) {
        const json_t *const input = json_object_get(now, inputs[i].key);
        if (input == NULL)
            continue;
        const char *const says = compare_input(json_object_get(r->m->root, inputs[i].key), input);
        r->inputs_differ = r->inputs_differ || strcmp(says, "the same") != 0;
        fprintf(r->whole.out, "%-24s %s\n", inputs[i].heading, says);
    }
    json_decref(now);
    return status;
}

/* ---- result files ---- */

/* Writes the run's file to a temporary folder, compares it and removes it. */
static enum ct_status report_values(const struct rerun *r, const struct analysis *a,
                                    const struct table *table, const char *then, FILE *out,
                                    struct ct_error *err)
{
    char *const folder = path_join(r->temporary, "circuittui-XXXXXX");
    char *now = NULL;
    enum ct_status status = CT_OK;

    if (folder == NULL)
        return ct_fail_nomem(err, "rerun", 0);
    if (mkdtemp(folder) == NULL) {
        status = ct_fail_errno(err, "%s: cannot create the folder", folder);
        free(folder);
        return status;
    }
    now = path_join(folder, table->file);
    if (now == NULL)
        status = ct_fail_nomem(err, "rerun", 0);
    if (status == CT_OK)
        status = table_write(a, table, now, err);
    if (status == CT_OK)
        status = differences_report(table->file, then, now, out, err);
    if (now != NULL)
        (void)unlink(now);
    (void)rmdir(folder);
    free(now);
    free(folder);
    return status;
}

/* The words that compare a file of this run: then and now are its digests, path its location. */
static enum ct_status compare_file(struct rerun *r, const struct input_digest *then,
                                   const struct input_digest *now, const char *path, FILE *out,
                                   bool *differs, struct ct_error *err)
{
    const bool is_same = strcmp(then->sha256, now->sha256) == 0;
    char there[HASH_HEX_SIZE];
    struct stat info;

    *differs = false;
    if (stat(path, &info) != 0) {
        fputs(is_same ? "the same as in the manifest; the file does not exist\n"
                      : "differs; the file does not exist, so the numbers cannot be compared\n",
              out);
        r->n_differ += !is_same;
        r->n_absent += is_same;
        return CT_OK;
    }
    if (!S_ISREG(info.st_mode)) { /* reading a pipe would block */
        fputs("is not a regular file\n", out);
        r->n_differ++;
        return CT_OK;
    }
    const enum ct_status status = hash_file(path, NULL, there, err);
    if (status != CT_OK)
        return status;
    const bool is_changed = strcmp(there, then->sha256) != 0;
    if (is_same && !is_changed) {
        fputs("the same\n", out);
        return CT_OK;
    }
    r->n_differ++;
    if (is_changed)
        fputs("the file is not the one in the manifest; ", out);
    if (strcmp(there, now->sha256) == 0)
        fputs("it is what the run produces now\n", out);
    else
        *differs = true;
    return CT_OK;
}

/* The digest of a table: as it is now or, if that is what was written then, as it was before
 * columns were appended to it, which *table is in this case. */
static enum ct_status digest_as_then(const struct analysis *a, const struct written_file *then,
                                     const struct table **table, struct input_digest *now,
                                     struct ct_error *err)
{
    const struct table *const present = *table;
    const struct table *earlier;
    struct input_digest digest;
    enum ct_status status = table_digest(a, present, now, err);

    for (size_t i = 0; status == CT_OK && strcmp(then->digest.sha256, now->sha256) != 0 &&
                       (earlier = table_earlier(present, i)) != NULL;
         i++) {
        status = table_digest(a, earlier, &digest, err);
        if (status == CT_OK && strcmp(then->digest.sha256, digest.sha256) == 0) {
            *table = earlier;
            *now = digest;
        }
    }
    return status;
}

/* Compares a table of a in folder; layer: the layer whose folder that is, or NULL. */
static enum ct_status compare_table(struct rerun *r, const struct analysis *a,
                                    const struct table *table, const char *folder,
                                    const char *layer, FILE *out, struct ct_error *err)
{
    const struct written_file *const then = written_find(&r->m->tables, layer, table->file);
    const bool is_now = table_is_written(a, table, r->m->formats) &&
                        (layer == NULL || layer_has_stage(table->stage));
    struct input_digest now;
    bool differs = false;

    if (then == NULL && !is_now)
        return CT_OK;
    r->n_files++;
    fprintf(out, "%*s%-*s ", layer != NULL ? 2 : 0, "", layer != NULL ? 22 : 24, table->file);
    if (then != NULL)
        r->met[then - r->m->tables.files] = true;
    if (then == NULL || !is_now) {
        fputs(is_now ? "is not in the manifest\n" : "is no longer produced\n", out);
        r->n_differ++;
        return CT_OK;
    }
    char *const path = path_join(folder, table->file);
    enum ct_status status =
        path != NULL ? digest_as_then(a, then, &table, &now, err) : ct_fail_nomem(err, "rerun", 0);
    if (status == CT_OK)
        status = compare_file(r, &then->digest, &now, path, out, &differs, err);
    if (status == CT_OK && differs)
        status = report_values(r, a, table, path, out, err);
    free(path);
    return status;
}

static enum ct_status compare_tables(struct rerun *r, const struct analysis *a, const char *folder,
                                     const char *layer, FILE *out, struct ct_error *err)
{
    const bool has_tables = r->m->tables.n > 0; /* else there were only figures */
    enum ct_status status = CT_OK;

    for (size_t i = 0; has_tables && status == CT_OK && table_at(i) != NULL; i++)
        status = compare_table(r, a, table_at(i), folder, layer, out, err);
    return status;
}

/* ---- hook points ---- */

/* One line if everything is equal and present, else one per file. */
static enum ct_status compare_layer(struct rerun *r, const struct analysis *layer, const char *name,
                                    struct ct_error *err)
{
    const size_t n_files = r->n_files;
    const size_t n_worth = r->n_differ + r->n_absent;
    char *const folder = path_join(r->folder, name);
    struct lines lines = { 0 };
    enum ct_status status =
        folder != NULL && lines_open(&lines) ? CT_OK : ct_fail_nomem(err, "rerun", 0);

    if (status == CT_OK)
        status = compare_tables(r, layer, folder, name, lines.out, err);
    if (lines.out != NULL && !lines_close(&lines) && status == CT_OK)
        status = ct_fail_nomem(err, "rerun", 0);
    if (status == CT_OK && n_worth == r->n_differ + r->n_absent)
        fprintf(r->layers.out, "%-24s %zu files, the same\n", name, r->n_files - n_files);
    else if (status == CT_OK)
        fprintf(r->layers.out, "%s\n%s", name, lines.text);
    free(lines.text);
    free(folder);
    return status;
}

bool rerun_has_layers(const struct rerun *r)
{
    for (size_t i = 0; i < r->m->tables.n; i++)
        if (strchr(r->m->tables.files[i].name, '/') != NULL)
            return true;
    for (size_t i = 0; i < r->m->plots.n; i++)
        if (strchr(r->m->plots.files[i].name, '/') != NULL)
            return true;
    return false;
}

enum ct_status rerun_layer(struct rerun *r, struct analysis *layer, struct ct_error *err)
{
    const struct plot_request everything = { 0 };
    char *const name = layer_name(extract_of(layer)->blocks[0].hook);
    enum ct_status status = name != NULL ? CT_OK : ct_fail_nomem(err, "rerun", 0);

    if (status == CT_OK)
        status = analysis_run(layer, goal_of(&layer->params), NULL, err);
    if (status == CT_OK)
        status = compare_layer(r, layer, name, err);
    if (status == CT_OK && r->m->figures != NULL && figure_library() != NULL)
        status = figures_digest(layer, &everything, name, &r->plots, err);
    free(name);
    return status;
}

/* Reports files of layers that no longer exist. */
static void report_lost_layers(struct rerun *r)
{
    for (size_t i = 0; i < r->m->tables.n; i++)
        if (!r->met[i]) {
            r->n_files++;
            r->n_differ++;
            fprintf(r->whole.out, "%-24s is no longer produced\n", r->m->tables.files[i].name);
        }
}

/* ---- figures ---- */

/* Reports each plot that differs on one line. */
static enum ct_status compare_plot(struct rerun *r, const struct written_file *then,
                                   const struct written_file *now, FILE *out, struct ct_error *err)
{
    struct lines lines = { 0 };
    bool differs = false;

    if (then == NULL || now == NULL) {
        fprintf(out, "  %-22s is %s\n", now != NULL ? now->name : then->name,
                now != NULL ? "not in the manifest" : "no longer produced");
        r->n_differ++;
        return CT_OK;
    }
    const size_t n_worth = r->n_differ + r->n_absent;
    char *const path = path_join(r->m->figures, now->name);
    enum ct_status status =
        path != NULL && lines_open(&lines) ? CT_OK : ct_fail_nomem(err, "rerun", 0);
    if (status == CT_OK)
        status = compare_file(r, &then->digest, &now->digest, path, lines.out, &differs, err);
    if (differs)
        fputs("differs\n", lines.out);
    if (lines.out != NULL && !lines_close(&lines) && status == CT_OK)
        status = ct_fail_nomem(err, "rerun", 0);
    if (status == CT_OK && n_worth != r->n_differ + r->n_absent)
        fprintf(out, "  %-22s %s", now->name, lines.text);
    free(lines.text);
    free(path);
    return status;
}

static enum ct_status compare_all_plots(struct rerun *r, FILE *out, struct ct_error *err)
{
    const struct written *const then = &r->m->plots;
    const struct written *const now = &r->plots;
    enum ct_status status = CT_OK;

    for (size_t i = 0; status == CT_OK && i < now->n; i++)
        status =
            compare_plot(r, written_find(then, NULL, now->files[i].name), &now->files[i], out, err);
    for (size_t i = 0; status == CT_OK && i < then->n; i++)
        if (written_find(now, NULL, then->files[i].name) == NULL)
            status = compare_plot(r, &then->files[i], NULL, out, err);
    return status;
}

static enum ct_status compare_plots(struct rerun *r, const struct analysis *a, struct ct_error *err)
{
    const char *const cairo = figure_library();
    FILE *const out = r->whole.out;
    const size_t n_differ = r->n_differ;
    const struct plot_request request = {
        .has_neuron = r->m->has_neuron && r->m->neuron < extract_of(a)->X.cols,
        .neuron = r->m->neuron,
    };
    struct lines lines = { 0 };
    enum ct_status status = CT_OK;

    if (r->m->figures == NULL)
        return CT_OK;
    if (cairo == NULL) {
        fprintf(out, "%-24s cannot be produced here for comparison\n", "Figures");
        r->n_files += r->m->plots.n;
        r->n_differ += r->m->plots.n;
        return CT_OK;
    }
    if (r->m->cairo != NULL && strcmp(r->m->cairo, cairo) != 0)
        fprintf(out, "%-24s %s before, %s now\n", "cairo", visible(r->m->cairo).text, cairo);
    status = figures_digest(a, &request, NULL, &r->plots, err);
    if (status == CT_OK && !lines_open(&lines))
        status = ct_fail_nomem(err, "rerun", 0);
    if (status == CT_OK)
        status = compare_all_plots(r, lines.out, err);
    if (lines.out != NULL && !lines_close(&lines) && status == CT_OK)
        status = ct_fail_nomem(err, "rerun", 0);
    r->n_files += r->plots.n;
    if (status == CT_OK && r->n_differ == n_differ)
        fprintf(out, "%-24s %zu files, the same\n%s", "Figures", r->plots.n, lines.text);
    else if (status == CT_OK)
        fprintf(out, "%-24s %zu files, %zu not the same\n%s", "Figures", r->plots.n,
                r->n_differ - n_differ, lines.text);
    free(lines.text);
    return status;
}

/* ---- all ---- */

enum ct_status rerun_new(const struct manifest *m, const char *folder, const char *temporary,
                         struct rerun **out, struct ct_error *err)
{
    struct rerun *const r = calloc(1, sizeof *r);

    if (r == NULL)
        return ct_fail_nomem(err, "rerun", 0);
    *r = (struct rerun){ .m = m, .folder = folder, .temporary = temporary };
    r->met = ct_calloc_array(m->tables.n, sizeof *r->met);
    if (r->met == NULL || !lines_open(&r->whole) || !lines_open(&r->layers)) {
        rerun_free(r);
        return ct_fail_nomem(err, "rerun", 0);
    }
    *out = r;
    return CT_OK;
}

void rerun_free(struct rerun *r)
{
    if (r == NULL)
        return;
    (void)lines_close(&r->whole);
    (void)lines_close(&r->layers);
    free(r->whole.text);
    free(r->layers.text);
    free(r->met);
    written_clear(&r->plots);
    free(r);
}

static void conclude(const struct rerun *r)
{
    const char *const inputs = r->inputs_differ ? "; the inputs differ" : "";

    if (r->n_differ == 0)
        fprintf(r->whole.out, "All of %zu result files are the same%s.\n", r->n_files, inputs);
    else
        fprintf(r->whole.out, "%zu of %zu result files %s%s.\n", r->n_differ, r->n_files,
                r->n_differ == 1 ? "differs" : "differ", inputs);
}

/* Reports parameters that an older program lacked, and the values it used. */
static void report_missing(const struct manifest *m, const struct params *params, FILE *out)
{
    char value[80];

    for (size_t i = 0; i < m->n_missing; i++) {
        m->missing[i]->kind->format(m->missing[i], params, value, sizeof value);
        fprintf(out, "%-24s not in the manifest; that version used %s\n", m->missing[i]->name,
                *value != '\0' ? visible(value).text : "not set");
    }
}

enum ct_status rerun_end(struct rerun *r, const struct analysis *a, char **text, bool *same,
                         struct ct_error *err)
{
    FILE *const out = r->whole.out;
    const struct visible version = visible(r->m->version);
    enum ct_status status;

    if (strcmp(r->m->version, PACKAGE_STRING) == 0)
        fprintf(out, "%-24s %s\n", "Version", version.text);
    else
        fprintf(out, "%-24s %s before, %s now\n", "Version", version.text, PACKAGE_STRING);
    report_missing(r->m, &a->params, out);
    status = compare_inputs(r, a, err);
    if (status == CT_OK)
        status = compare_tables(r, a, r->folder, NULL, out, err);
    if (status == CT_OK && !lines_close(&r->layers))
        status = ct_fail_nomem(err, "rerun", 0);
    if (status == CT_OK) {
        fputs(r->layers.text, out);
        report_lost_layers(r);
        status = compare_plots(r, a, err);
    }
    if (status == CT_OK) {
        conclude(r);
        if (!lines_close(&r->whole))
            status = ct_fail_nomem(err, "rerun", 0);
    }
    if (status != CT_OK)
        return status;
    *text = r->whole.text;
    r->whole.text = NULL;
    *same = r->n_differ == 0 && !r->inputs_differ;
    return CT_OK;
}
