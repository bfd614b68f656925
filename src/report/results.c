#include "config.h"
#include "report/results.h"

#include <stdlib.h>

#include "io/lockfile.h"
#include "io/outfile.h"
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
        status = outfile_check_folder(r->out, err);
    if (status == CT_OK && r->out != NULL && !r->may_replace)
        status = tables_check_absent(r->out, err);
    if (status == CT_OK && r->figures != NULL)
        status = outfile_check_folder(r->figures, err);
    if (status == CT_OK && r->figures != NULL)
        status = figures_check(r->figures, r->may_replace, err);
    return status;
}

/* Two processes would leave files of both, and a manifest of one. */
static enum ct_status lock(struct results *r, int seconds, struct ct_error *err)
{
    if (r->out == NULL || r->lock > 0)
        return CT_OK;
    const enum ct_status status = outfile_make_folder(r->out, err);
    return status == CT_OK ? lockfile_take_folder(r->out, seconds, &r->lock, err) : status;
}

enum ct_status results_begin(struct results *r, struct ct_error *err)
{
    enum ct_status status = lock(r, 0, err);

    if (status == CT_OK && r->out != NULL)
        status = tables_begin(r->out, err);
    if (status == CT_OK && r->figures != NULL)
        status = figures_begin(r->figures, err);
    return status;
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

enum ct_status results_layer(struct results *r, struct analysis *layer, struct ct_error *err)
{
    const char *const name = extract_of(layer)->blocks[0].hook;
    enum ct_status status = check_layer(r, name, err);

    if (status == CT_OK)
        status = analysis_run(layer, goal_of(&layer->params), NULL, err);
    if (status == CT_OK && r->out != NULL)
        status = tables_write_layer(layer, r->out, r->formats, &r->tables, err);
    if (status == CT_OK && r->figures != NULL)
        status = figures_write_layer(layer, r->figures, &r->plots, err);
    return status;
}

enum ct_status results_end(struct results *r, const struct analysis *a, const char *const *command,
                           size_t n_command, struct ct_error *err)
{
    enum { PATIENCE = 60 };
    enum ct_status status = lock(r, PATIENCE, err);

    if (status == CT_OK && r->out != NULL && !r->may_replace && r->tables.n == 0)
        status = tables_check_absent(r->out, err);
    if (status == CT_OK && r->out != NULL)
        status = tables_write(a, r->out, r->formats, &r->tables, err);
    if (status == CT_OK && r->figures != NULL)
        status = figures_write(a, &r->request, r->figures, &r->plots, err);
    if (status == CT_OK && (r->out != NULL || r->figures != NULL) && command != NULL)
        status = manifest_write(a, command, n_command, r, err);
    return status;
}

void results_clear(struct results *r)
{
    written_clear(&r->tables);
    written_clear(&r->plots);
    lockfile_release(r->lock);
    r->lock = 0;
}
