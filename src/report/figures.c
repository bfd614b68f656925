#include "config.h"
#include "report/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/outfile.h"
#include "pipeline/stage_extract.h"
#include "plot/figure.h"
#include "report/layers.h"

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
            if (status == CT_OK)
                status = may_replace ? folder_check_plain(folder, names, 1, err)
                                     : folder_check_absent(folder, names, 1, err);
        }
    return status;
}

static void take_bytes(void *context, const void *data, size_t size)
{
    outfile_write(context, data, size);
}

/* Where the figures of an analysis are written. */
struct place_of_figures {
    struct outfolder *folder; /* NULL: only hashed, not written */
    const char *layer;        /* the subfolder's name if it is that of a layer, or NULL */
    struct written *written;
};

static enum ct_status write_figure(const struct analysis *a, const struct plot *plot,
                                   const struct plot_request *request, enum figure_format format,
                                   const struct place_of_figures *to, const char *name,
                                   struct input_digest *digest, struct ct_error *err)
{
    struct figure *figure = NULL;
    struct outfile *file = NULL;
    enum ct_status status = figure_new(format, &figure, err);

    if (status == CT_OK)
        status = to->folder != NULL ? outfolder_begin(to->folder, to->layer, name, &file, err)
                                    : outfile_open_nowhere(&file, err);
    if (status == CT_OK) {
        const struct plot_target target = figure_target(figure);
        outfile_digest(file, digest);
        plot_draw(plot, a, &target, request);
        status = figure_write(figure, take_bytes, file, err);
        if (status != CT_OK)
            outfile_abort(file);
        else
            status = to->folder != NULL ? outfolder_keep(to->folder, file, err)
                                        : outfile_commit(file, err);
    }
    figure_free(figure);
    return status;
}

static enum ct_status put_figure(const struct analysis *a, const struct plot *plot,
                                 const struct plot_request *request, enum figure_format format,
                                 const struct place_of_figures *to, struct ct_error *err)
{
    char name[NAME_SIZE];
    struct input_digest digest;

    figure_name(name, plot, format);
    if (analysis_is_stale(a, plot->stage) || !plot_is_drawn(plot, a))
        return to->folder != NULL ? outfolder_drop(to->folder, to->layer, name, err) : CT_OK;
    const enum ct_status status = write_figure(a, plot, request, format, to, name, &digest, err);
    return status == CT_OK ? written_add(to->written, to->layer, name, &digest, err) : status;
}

/* Writes both files of each plot, from the same pixels. */
static enum ct_status put_figures(const struct analysis *a, const struct plot_request *request,
                                  const struct place_of_figures *to, struct ct_error *err)
{
    enum ct_status status = figure_check(err);

    for (size_t i = 0; status == CT_OK && plot_at(i) != NULL; i++) {
        struct heatmap_cache cache = { .pixels = NULL };
        struct plot_request cached = *request;
        cached.cache = &cache;
        for (int format = 0; status == CT_OK && format < N_FIGURE_FORMATS; format++)
            status = put_figure(a, plot_at(i), &cached, (enum figure_format)format, to, err);
        heatmap_cache_clear(&cache);
    }
    return status;
}

enum ct_status figures_write(const struct analysis *a, const struct plot_request *request,
                             struct outfolder *folder, struct written *written,
                             struct ct_error *err)
{
    const struct place_of_figures to = { folder, NULL, written };

    return put_figures(a, request, &to, err);
}

enum ct_status figures_write_layer(const struct analysis *a, struct outfolder *folder,
                                   struct written *written, struct ct_error *err)
{
    const struct plot_request everything = { 0 };
    char *const name = layer_name(extract_of(a)->blocks[0].hook);
    const struct place_of_figures to = { folder, name, written };
    const enum ct_status status =
        name != NULL ? put_figures(a, &everything, &to, err) : ct_fail_nomem(err, "layers", 0);

    free(name);
    return status;
}

enum ct_status figures_digest(const struct analysis *a, const struct plot_request *request,
                              const char *layer, struct written *written, struct ct_error *err)
{
    const struct place_of_figures to = { NULL, layer, written };

    return put_figures(a, request, &to, err);
}
