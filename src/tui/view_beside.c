#include "config.h"
#include "tui/view_beside.h"

#include <string.h>

#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stages.h"
#include "report/plots/space.h"

/* The view of a method's clusters in that space; NULL: none. */
static const struct view *find_view(const struct stage *stage, const struct plot_space *space,
                                    const struct cluster_method *method)
{
    for (size_t i = 0; i < n_views; i++) {
        const struct plot *const plot = views[i].ops == &plot_view ? views[i].what : NULL;
        if (plot != NULL && plot->stage == stage && plot->space == space &&
            plot->method == method && strncmp(plot->name, "gram", 4) != 0)
            return &views[i];
    }
    return NULL;
}

const struct view *view_beside(struct app *app, struct view_state **state)
{
    const struct view *const view = view_current(app, state);
    const bool is_plot = view->ops == &plot_view || view->ops == &live_view;
    const struct plot *const plot = is_plot ? view->what : NULL;
    const struct cluster_method *const method =
        plot != NULL && plot->method != NULL ? plot->method : cluster_methods[0];
    const bool is_picture = plot != NULL && plot->space == &space_plane;
    const struct stage *const stage = is_picture ? &stage_similarity : &stage_cluster;
    const struct view *const other =
        find_view(stage, is_picture ? &space_matrix : &space_plane, method);

    if (!app->is_bench || app->is_wide || other == NULL || view->stage->repeats != NULL ||
        !stage_is_needed(view->stage, &stage_extract) || !app_has(app, other->needs) ||
        clustering_of(app->a, method) == NULL)
        return NULL;
    *state = &app->views[other - views];
    return other;
}
