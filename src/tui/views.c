#include "config.h"
#include "tui/views.h"

#include "tui/lists.h"

const struct view views[] = {
    { "sentences", STAGE_LOAD, STAGE_LOAD, &list_view, &sentence_list },
    { "model and sentences", STAGE_LOAD, STAGE_LOAD, &overview_view, NULL },
    { "choose a model", STAGE_LOAD, N_STAGES, &choice_view, &choice_list },
    { "hook points", STAGE_HOOK, STAGE_LOAD, &list_view, &hook_list },
    { "activations", STAGE_EXTRACT, STAGE_EXTRACT, &plot_view, "activations" },
    { "means of the neurons", STAGE_EXTRACT, STAGE_EXTRACT, &plot_view, "neuron-means" },
    { "means of the sentences", STAGE_EXTRACT, STAGE_EXTRACT, &plot_view, "sentence-means" },
    { "one neuron", STAGE_EXTRACT, STAGE_EXTRACT, &plot_view, "neuron" },
    { "its sentences", STAGE_EXTRACT, STAGE_EXTRACT, &list_view, &driver_list },
    { "t by neuron", STAGE_TTEST, STAGE_TTEST, &plot_view, "t-values" },
    { "volcano", STAGE_TTEST, STAGE_TTEST, &plot_view, "volcano" },
    { "table of neurons", STAGE_TTEST, STAGE_TTEST, &list_view, &neuron_list },
    { "t-SNE", STAGE_TSNE, STAGE_TSNE, &live_view, "tsne" },
    { "KL divergence", STAGE_TSNE, STAGE_TSNE, &live_view, "kl" },
    { "Gram matrix", STAGE_TSNE, STAGE_TTEST, &plot_view, "gram" },
    { "DBSCAN", STAGE_CLUSTER, STAGE_CLUSTER, &plot_view, "dbscan" },
    { "k-means", STAGE_CLUSTER, STAGE_CLUSTER, &plot_view, "kmeans" },
    { "k-distances", STAGE_CLUSTER, STAGE_CLUSTER, &plot_view, "k-distance" },
    { "table of clusters", STAGE_CLUSTER, STAGE_CLUSTER, &list_view, &cluster_list },
    { "cosines by DBSCAN", STAGE_SIMILARITY, STAGE_SIMILARITY, &plot_view, "cosine-dbscan" },
    { "cosines by k-means", STAGE_SIMILARITY, STAGE_SIMILARITY, &plot_view, "cosine-kmeans" },
    { "Gram matrix by DBSCAN", STAGE_SIMILARITY, STAGE_SIMILARITY, &plot_view, "gram-dbscan" },
    { "all cosines", STAGE_SIMILARITY, STAGE_SIMILARITY, &plot_view, "cosines" },
    { "neighbours", STAGE_SIMILARITY, STAGE_SIMILARITY, &list_view, &neighbour_list },
    { "table of hook points", STAGE_LAYERS, STAGE_LAYERS, &choice_view, &layer_list },
    { "significant neurons", STAGE_LAYERS, STAGE_LAYERS, &plot_view, "layers" },
};
const size_t n_views = sizeof views / sizeof *views;

_Static_assert(sizeof views / sizeof *views <= MAX_VIEWS, "struct app has room for every view");

const struct view *view_current(struct app *app, struct view_state **state)
{
    size_t k = 0;

    for (size_t i = 0; i < n_views; i++)
        if (views[i].stage == app->stage && k++ == app->view[app->stage]) {
            *state = &app->views[i];
            return &views[i];
        }
    *state = &app->views[0]; /* every stage has a view; the number is kept in range */
    return &views[0];
}

size_t view_count(enum stage_id stage)
{
    size_t n = 0;

    for (size_t i = 0; i < n_views; i++)
        n += views[i].stage == stage;
    return n;
}

void view_step(struct app *app, int step)
{
    const size_t n = view_count(app->stage);

    app->view[app->stage] = (app->view[app->stage] + (step > 0 ? 1 : n - 1)) % n;
}
