#include "config.h"
#include "report/plots.h"

#include <string.h>

#include "report/plot_parts.h"

static const size_t *order_by_dbscan(const struct analysis *a)
{
    return a->similarity->by_dbscan;
}

static const size_t *order_by_kmeans(const struct analysis *a)
{
    return a->similarity->by_kmeans;
}

const struct plot plots[] = {
    { "activations", "activations", STAGE_EXTRACT, SPACE_ACTIVATIONS, true, draw_activations, NULL,
      NULL },
    { "neuron-means", "means of the neurons", STAGE_EXTRACT, SPACE_BINS, true, draw_neuron_means,
      NULL, item_neuron_means },
    { "sentence-means", "means of the sentences", STAGE_EXTRACT, SPACE_SENTENCES, true,
      draw_sentence_means, NULL, NULL },
    { "neuron", "one neuron", STAGE_EXTRACT, SPACE_NEURON, true, draw_neuron, NULL, NULL },
    { "t-values", "t of each neuron", STAGE_TTEST, SPACE_NEURONS, true, draw_t_values, NULL, NULL },
    { "volcano", "volcano", STAGE_TTEST, SPACE_VOLCANO, false, draw_volcano, NULL, NULL },
    { "gram", "Gram matrix", STAGE_TTEST, SPACE_MATRIX, true, draw_gram, NULL, NULL },
    { "tsne", "t-SNE", STAGE_TSNE, SPACE_PLANE, true, draw_tsne, NULL, NULL },
    { "kl", "KL divergence", STAGE_TSNE, SPACE_CURVE, false, draw_kl, NULL, item_kl },
    { "dbscan", "DBSCAN", STAGE_CLUSTER, SPACE_PLANE, true, draw_dbscan, NULL, NULL },
    { "k-distance", "k-distances", STAGE_CLUSTER, SPACE_CURVE, true, draw_k_distance, NULL,
      item_k_distance },
    { "gram-dbscan", "Gram matrix by DBSCAN", STAGE_SIMILARITY, SPACE_MATRIX, true,
      draw_gram_dbscan, order_by_dbscan, NULL },
    { "cosine-dbscan", "cosines by DBSCAN", STAGE_SIMILARITY, SPACE_MATRIX, true,
      draw_cosine_dbscan, order_by_dbscan, NULL },
    { "cosines", "histogram of cosines", STAGE_SIMILARITY, SPACE_BINS, true, draw_cosines, NULL,
      item_cosines },
    { "kmeans", "k-means", STAGE_CLUSTER, SPACE_PLANE, true, draw_kmeans, NULL, NULL },
    { "cosine-kmeans", "cosines by k-means", STAGE_SIMILARITY, SPACE_MATRIX, true,
      draw_cosine_kmeans, order_by_kmeans, NULL },
    { "layers", "significant neurons by hook point", STAGE_LAYERS, SPACE_BINS, true, draw_layers,
      NULL, item_layers },
};
const size_t n_plots = sizeof plots / sizeof *plots;

const struct plot *plot_find(const char *name)
{
    for (size_t i = 0; i < n_plots; i++)
        if (strcmp(plots[i].name, name) == 0)
            return &plots[i];
    return NULL;
}
