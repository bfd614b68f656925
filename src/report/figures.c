#include "config.h"
#include "report/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "io/outfile.h"
#include "pipeline/stage_extract.h"
#include "plot/figure.h"
#include "report/layers.h"
#include "report/manifest.h"

enum { NAME_SIZE = PLOT_NAME_SIZE + 8 };

static void figure_name(char out[NAME_SIZE], const struct plot *plot, enum figure_format format)
{
    snprintf(out, NAME_SIZE, "%s.%s", plot->name, format == FIGURE_SVG ? "svg" : "png");
}

bool figures_is_name(const char *file)
{
    for (size_t i = 0; plot_at(i) != NULL; i++)
        for (int format = 0; format < N_FIGURE_FORMATS; format++) {
            char name[NAME_SIZE];
            figure_name(name, plot_at(i), (enum figure_format)format);
            if (strcmp(name, file) == 0)
                return true;
        }
    return false;
}

bool figures_has(const struct written *written, const struct plot *plot)
{
    char name[NAME_SIZE];

    figure_name(name, plot, FIGURE_SVG);
    return written_find(written, NULL, name) != NULL;
}

enum ct_status figures_check(const char *folder, bool may_replace, struct ct_error *err)
{
    enum ct_status status = figure_check(err);

    for (size_t i = 0; plot_at(i) != NULL; i++)
        for (int format = 0; format < N_FIGURE_FORMATS; format++) {
            char name[NAME_SIZE];
            const char *const names[] = { name };
            figure_name(name, plot_at(i), (enum figure_format)format);
            if (status == CT_OK && !may_replace)
                status = outfile_check_absent(folder, names, 1, err);
        }
    return status;
}

enum ct_status figures_begin(const char *folder, struct ct_error *err)
{
    return outfile_remove_old(folder, FIGURES_FILE, err);
}

static void take_bytes(void *context, const void *data, size_t size)
{
    outfile_write(context, data, size);
}

static enum ct_status write_figure(const struct analysis *a, const struct plot *plot,
                                   const struct plot_request *request, enum figure_format format,
                                   const char *path, struct input_digest *digest,
                                   struct ct_error *err)
{
    struct figure *figure = NULL;
    struct outfile *file = NULL;
    enum ct_status status = figure_new(format, &figure, err);

    if (status == CT_OK)
        status = outfile_open(path, &file, err);
    if (status == CT_OK) {
        const struct plot_target target = figure_target(figure);
        outfile_digest(file, digest);
        plot_draw(plot, a, &target, request);
        status = figure_write(figure, take_bytes, file, err);
        if (status == CT_OK)
            status = outfile_commit(file, err);
        else
            outfile_abort(file);
    }
    figure_free(figure);
    return status;
}

/* Where the figures of an analysis are written. */
struct place {
    const char *folder; /* NULL: only hashed, not written */
    const char *layer;  /* the folder's name if it is that of a layer, or NULL */
    struct written *written;
};

static enum ct_status put_figure(const struct analysis *a, const struct plot *plot,
                                 const struct plot_request *request, enum figure_format format,
                                 const struct place *place, struct ct_error *err)
{
    char name[NAME_SIZE];
    struct input_digest digest;
    enum ct_status status = CT_OK;

    figure_name(name, plot, format);
    char *const path = place->folder != NULL ? path_join(place->folder, name) : strdup("/dev/null");
    if (path == NULL)
        return ct_fail_nomem(err, name, 0);
    if (!analysis_is_stale(a, plot->stage) && plot_is_drawn(plot, a)) {
        status = write_figure(a, plot, request, format, path, &digest, err);
        if (status == CT_OK)
            status = written_add(place->written, place->layer, name, &digest, err);
    } else if (place->folder != NULL) {
        (void)unlink(path);
    }
    free(path);
    return status;
}

/* Writes both files of each plot, from the same pixels. */
static enum ct_status put_figures(const struct analysis *a, const struct plot_request *request,
                                  const struct place *place, struct ct_error *err)
{
    enum ct_status status = figure_check(err);

    if (status == CT_OK && place->folder != NULL)
        status = outfile_make_folder(place->folder, err);
    for (size_t i = 0; status == CT_OK && plot_at(i) != NULL; i++) {
        struct heatmap_cache cache = { .pixels = NULL };
        struct plot_request cached = *request;
        cached.cache = &cache;
        for (int format = 0; status == CT_OK && format < N_FIGURE_FORMATS; format++)
            status = put_figure(a, plot_at(i), &cached, (enum figure_format)format, place, err);
        heatmap_cache_clear(&cache);
    }
    return status;
}

enum ct_status figures_write(const struct analysis *a, const struct plot_request *request,
                             const char *folder, struct written *written, struct ct_error *err)
{
    const struct place place = { folder, NULL, written };
    const enum ct_status status = figures_begin(folder, err);

    return status == CT_OK ? put_figures(a, request, &place, err) : status;
}

enum ct_status figures_write_layer(const struct analysis *a, const char *folder,
                                   struct written *written, struct ct_error *err)
{
    const struct plot_request everything = { 0 };
    char *const name = layer_name(extract_of(a)->blocks[0].hook);
    char *const path = name != NULL ? path_join(folder, name) : NULL;
    const struct place place = { path, name, written };
    const enum ct_status status =
        path != NULL ? put_figures(a, &everything, &place, err) : ct_fail_nomem(err, "layers", 0);

    free(path);
    free(name);
    return status;
}

enum ct_status figures_digest(const struct analysis *a, const struct plot_request *request,
                              const char *layer, struct written *written, struct ct_error *err)
{
    const struct place place = { NULL, layer, written };

    return put_figures(a, request, &place, err);
}
