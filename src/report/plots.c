#include "config.h"
#include "report/plots.h"

#include <string.h>

#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "report/plot_parts.h"

static const size_t *order_by_dbscan(const struct analysis *a)
{
    return similarity_of(a)->by_dbscan;
}

static const size_t *order_by_kmeans(const struct analysis *a)
{
    return similarity_of(a)->by_kmeans;
}

const struct plot plots[] = {
    { "activations", "activations", &stage_extract, NULL, SPACE_ACTIVATIONS, false, true,
      draw_activations, NULL, NULL },
    { "neuron-means", "means of the neurons", &stage_extract, NULL, SPACE_BINS, false, true,
      draw_neuron_means, NULL, item_neuron_means },
    { "sentence-means", "means of the sentences", &stage_extract, NULL, SPACE_SENTENCES, false,
      true, draw_sentence_means, NULL, NULL },
    { "neuron", "one neuron", &stage_extract, NULL, SPACE_NEURON, false, true, draw_neuron, NULL,
      NULL },
    { "t-values", "t by neuron", &stage_ttest, NULL, SPACE_NEURONS, false, true, draw_t_values,
      NULL, NULL },
    { "volcano", "volcano", &stage_ttest, NULL, SPACE_VOLCANO, false, false, draw_volcano, NULL,
      NULL },
    { "gram", "Gram matrix", &stage_ttest, &stage_tsne, SPACE_MATRIX, false, true, draw_gram, NULL,
      NULL },
    { "tsne", "t-SNE", &stage_tsne, NULL, SPACE_PLANE, true, true, draw_tsne, NULL, NULL },
    { "kl", "KL divergence", &stage_tsne, NULL, SPACE_CURVE, true, false, draw_kl, NULL, item_kl },
    { "dbscan", "DBSCAN", &stage_cluster, NULL, SPACE_PLANE, false, true, draw_dbscan, NULL, NULL },
    { "k-distance", "k-distances", &stage_cluster, NULL, SPACE_CURVE, false, true, draw_k_distance,
      NULL, item_k_distance },
    { "gram-dbscan", "Gram matrix by DBSCAN", &stage_similarity, NULL, SPACE_MATRIX, false, true,
      draw_gram_dbscan, order_by_dbscan, NULL },
    { "cosine-dbscan", "cosines by DBSCAN", &stage_similarity, NULL, SPACE_MATRIX, false, true,
      draw_cosine_dbscan, order_by_dbscan, NULL },
    { "cosines", "all cosines", &stage_similarity, NULL, SPACE_BINS, false, true, draw_cosines,
      NULL, item_cosines },
    { "kmeans", "k-means", &stage_cluster, NULL, SPACE_PLANE, false, true, draw_kmeans, NULL,
      NULL },
    { "cosine-kmeans", "cosines by k-means", &stage_similarity, NULL, SPACE_MATRIX, false, true,
      draw_cosine_kmeans, order_by_kmeans, NULL },
    { "layers", "significant neurons", &stage_layers, NULL, SPACE_BINS, false, true, draw_layers,
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
