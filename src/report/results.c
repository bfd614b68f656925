#include "config.h"
#include "report/results.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stages.h"
#include "report/figures.h"
#include "report/layers.h"
#include "report/manifest.h"
#include "report/tables.h"

enum ct_status results_check(const struct results *r, struct ct_error *err)
{
    enum ct_status status = CT_OK;

    if (r->out != NULL)
        status = folder_check(r->out, err);
    if (status == CT_OK && r->out != NULL)
        status =
            r->may_replace ? tables_check_plain(r->out, err) : tables_check_absent(r->out, err);
    if (status == CT_OK && r->figures != NULL)
        status = folder_check(r->figures, err);
    if (status == CT_OK && r->figures != NULL)
        status = figures_check(r->figures, r->may_replace, err);
    return status;
}

/* Opens and locks what is not open yet: two processes would leave files of both, and a manifest of
 * one. */
static enum ct_status open_folders(struct results *r, int seconds, struct ct_error *err)
{
    enum ct_status status = CT_OK;

    if (r->out != NULL && r->to == NULL) {
        r->has_old = tables_check_absent(r->out, NULL) != CT_OK;
        status = outfolder_open(r->out, seconds, &r->to, err);
    }
    if (status != CT_OK || r->figures == NULL || r->to_plots != NULL)
        return status;
    if (r->to != NULL && outfolder_is(r->to, r->figures))
        r->to_plots = r->to;
    else
        status = outfolder_open(r->figures, seconds, &r->to_plots, err);
    return status;
}

static void close_folders(struct results *r)
{
    if (r->to_plots != r->to)
        outfolder_close(r->to_plots);
    outfolder_close(r->to);
    r->to = NULL;
    r->to_plots = NULL;
}

enum ct_status results_begin(struct results *r, struct ct_error *err)
{
    return open_folders(r, 0, err);
}

static enum ct_status check_layer(const struct results *r, const char *name, struct ct_error *err)
{
    char *const out = r->out != NULL ? layer_folder(r->out, name) : NULL;
    char *const figures = r->figures != NULL ? layer_folder(r->figures, name) : NULL;
    const struct results layer = { .out = out, .figures = figures, .may_replace = r->may_replace };
    const enum ct_status status =
        (r->out != NULL && out == NULL) || (r->figures != NULL && figures == NULL)
            ? ct_fail_nomem(err, "layers", 0)
            : results_check(&layer, err);

    free(out);
    free(figures);
    return status;
}

/* Without old results to be mixed with, each hook point's files appear at once, and stay if a later
 * one fails. */
static enum ct_status name_layer(struct results *r, struct ct_error *err)
{
    enum ct_status status = CT_OK;

    if (r->has_old)
        return CT_OK;
    if (r->to_plots != NULL)
        status = outfolder_commit(r->to_plots, NULL, err);
    return status == CT_OK && r->to != NULL ? outfolder_commit(r->to, NULL, err) : status;
}

enum ct_status results_layer(struct results *r, struct analysis *layer, struct ct_error *err)
{
    const char *const name = extract_of(layer)->blocks[0].hook;
    enum ct_status status = check_layer(r, name, err);

    if (status == CT_OK)
        status = analysis_run(layer, goal_of(&layer->params), NULL, err);
    if (status == CT_OK && r->to != NULL)
        status = tables_write_layer(layer, r->to, r->formats, &r->tables, err);
    if (status == CT_OK && r->to_plots != NULL)
        status = figures_write_layer(layer, r->to_plots, &r->plots, err);
    return status == CT_OK ? name_layer(r, err) : status;
}

/* ---- the end ---- */

/* Drops the tables of hook points that the old manifest lists, except those that were written now.
 * What it does not list may be somebody else's; so is a folder with a manifest of its own, or a
 * link. */
static enum ct_status drop_old_layers(struct results *r, struct ct_error *err)
{
    struct written old = { 0 };
    enum ct_status status = CT_OK;

    manifest_list_tables(r->out, &old);
    for (size_t i = 0; status == CT_OK && i < old.n; i++) {
        char *const name = old.files[i].name;
        char *const slash = strchr(name, '/');
        if (slash == NULL || written_find(&r->tables, NULL, name) != NULL)
            continue;
        *slash = '\0';
        if (layer_is_plain(r->out, name))
            status = outfolder_drop(r->to, name, slash + 1, err);
    }
    written_clear(&old);
    return status;
}

static enum ct_status write_all(struct results *r, const struct analysis *a,
                                const char *const *command, size_t n_command, struct ct_error *err)
{
    enum ct_status status = CT_OK;

    if (r->to != NULL && !r->may_replace && r->tables.n == 0)
        status = tables_check_absent(r->out, err);
    if (status == CT_OK && r->to != NULL)
        status = tables_write(a, r->to, r->formats, &r->tables, err);
    if (status == CT_OK && r->to != NULL)
        status = drop_old_layers(r, err);
    if (status == CT_OK && r->to_plots != NULL)
        status = figures_write(a, &r->request, r->to_plots, &r->plots, err);
    if (status == CT_OK && (r->to != NULL || r->to_plots != NULL) && command != NULL)
        status = manifest_write(a, command, n_command, r, err);
    if (status == CT_OK && r->to_plots != NULL)
        status = r->to_plots == r->to ? outfolder_drop(r->to, NULL, FIGURES_FILE, err)
                                      : outfolder_commit(r->to_plots, FIGURES_FILE, err);
    return status == CT_OK && r->to != NULL ? outfolder_commit(r->to, MANIFEST_FILE, err) : status;
}

/* A new folder, owned by the caller; NULL: it cannot be created. */
static char *make_folder(const char *above, const char *prefix)
{
    char name[PATH_MAX];

    return path_put(name, "%s/%s-XXXXXX", above, prefix) && mkdtemp(name) != NULL
               ? ct_strndup(name, strlen(name))
               : NULL;
}

/* Writes everything to a new folder, which may be NULL. On failure, it is removed. */
static bool write_to(const char *folder, const struct results *r, const struct analysis *a,
                     const char *const *command, size_t n_command)
{
    struct results other = { .out = r->out != NULL ? folder : NULL,
                             .figures = r->figures != NULL ? folder : NULL,
                             .may_replace = true,
                             .formats = r->formats,
                             .request = r->request };

    if (folder == NULL)
        return false;
    const bool is_written = open_folders(&other, 0, NULL) == CT_OK &&
                            write_all(&other, a, command, n_command, NULL) == CT_OK;
    results_clear(&other);
    if (!is_written)
        (void)rmdir(folder);
    return is_written;
}

/* After hours of computing, results are not lost because some file cannot be replaced: writes all
 * of them to a new folder in that of the results, or in the temporary one, and says so in err. */
static enum ct_status write_elsewhere(struct results *r, const struct analysis *a,
                                      const char *const *command, size_t n_command,
                                      enum ct_status status, const struct ct_error *reason,
                                      struct ct_error *err)
{
    const char *const temporary = a->params.temporary != NULL ? a->params.temporary : "/tmp";
    char *folder = make_folder(r->out != NULL ? r->out : r->figures, "results");

    close_folders(r); /* frees the space that temporary files take */
    if (!write_to(folder, r, a, command, n_command)) {
        free(folder);
        folder = make_folder(temporary, "circuittui");
        if (!write_to(folder, r, a, command, n_command)) {
            free(folder);
            return ct_fail(err, status, "%s", reason->text);
        }
    }
    (void)ct_fail(err, status, "%s; the results are in %s", reason->text, folder);
    free(folder);
    return status;
}

enum ct_status results_end(struct results *r, const struct analysis *a, const char *const *command,
                           size_t n_command, struct ct_error *err)
{
    enum { PATIENCE = 60 };
    struct ct_error reason;
    enum ct_status status = open_folders(r, PATIENCE, &reason);

    if (status == CT_OK)
        status = write_all(r, a, command, n_command, &reason);
    if (status == CT_OK)
        return CT_OK;
    if (status == CT_ENOMEM || status == CT_ECANCELED)
        return ct_fail(err, status, "%s", reason.text);
    return write_elsewhere(r, a, command, n_command, status, &reason, err);
}

void results_clear(struct results *r)
{
    written_clear(&r->tables);
    written_clear(&r->plots);
    close_folders(r);
}
