#include "config.h"
#include "report/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/outfile.h"
#include "plot/figure.h"

enum { NAME_SIZE = 40 };

static void figure_name(char out[NAME_SIZE], const struct plot *plot, enum figure_format format)
{
    snprintf(out, NAME_SIZE, "%s.%s", plot->name, format == FIGURE_SVG ? "svg" : "png");
}

enum ct_status figures_check(const char *folder, bool may_replace, struct ct_error *err)
{
    enum ct_status status = figure_check(err);

    for (size_t i = 0; i < n_plots; i++)
        for (int format = 0; format < N_FIGURE_FORMATS; format++) {
            char name[NAME_SIZE];
            const char *const names[] = { name };
            figure_name(name, &plots[i], (enum figure_format)format);
            if (status == CT_OK && !may_replace)
                status = outfile_check_absent(folder, names, 1, err);
        }
    return status;
}

static void take_bytes(void *context, const void *data, size_t size)
{
    outfile_write(context, data, size);
}

static enum ct_status write_figure(const struct analysis *a, const struct plot *plot,
                                   const struct plot_request *request, enum figure_format format,
                                   const char *path, struct ct_error *err)
{
    struct figure *figure = NULL;
    struct outfile *file = NULL;
    enum ct_status status = figure_new(format, &figure, err);

    if (status == CT_OK)
        status = outfile_open(path, &file, err);
    if (status == CT_OK) {
        const struct plot_target target = figure_target(figure);
        plot->draw(a, &target, request);
        status = figure_write(figure, take_bytes, file, err);
        if (status == CT_OK)
            status = outfile_commit(file, err);
        else
            outfile_abort(file);
    }
    figure_free(figure);
    return status;
}

/* Both files of a plot, from the same pixels; or neither. */
static enum ct_status write_plot(const struct analysis *a, const struct plot *plot,
                                 const struct plot_request *request, const char *folder,
                                 size_t *n_files, struct ct_error *err)
{
    const bool is_there = !analysis_is_stale(a, plot->stage);
    struct heatmap_cache cache = { .pixels = NULL };
    struct plot_request cached = *request;
    enum ct_status status = CT_OK;

    cached.cache = &cache;
    for (int format = 0; status == CT_OK && format < N_FIGURE_FORMATS; format++) {
        char name[NAME_SIZE];
        figure_name(name, plot, (enum figure_format)format);
        char *const path = outfile_join(folder, name);
        if (path == NULL)
            status = ct_fail_nomem(err, name, 0);
        else if (is_there)
            status = write_figure(a, plot, &cached, (enum figure_format)format, path, err);
        else
            (void)unlink(path);
        *n_files += is_there && status == CT_OK;
        free(path);
    }
    heatmap_cache_clear(&cache);
    return status;
}

enum ct_status figures_write(const struct analysis *a, const struct plot_request *request,
                             const char *folder, size_t *n_files, struct ct_error *err)
{
    enum ct_status status = figure_check(err);

    *n_files = 0;
    if (status == CT_OK)
        status = outfile_make_folder(folder, err);
    for (size_t i = 0; status == CT_OK && i < n_plots; i++)
        status = write_plot(a, &plots[i], request, folder, n_files, err);
    return status;
}
