/* Centred points in the memory layout of k-means. */
#ifndef CT_NUM_CLUSTER_KMEANS_DATA_H
#define CT_NUM_CLUSTER_KMEANS_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"
#include "base/status.h"
#include "num/near/points.h"

enum {
    KMEANS_BLOCK = 256, /* points */
    KMEANS_LEAF = 16,   /* points of a block that are close together */
    KMEANS_LEAVES = KMEANS_BLOCK / KMEANS_LEAF,
};

static inline size_t kmeans_n_blocks(size_t n_samples)
{
    return (n_samples + KMEANS_BLOCK - 1) / KMEANS_BLOCK;
}

/*
 * Stored in blocks: [n_blocks, n_features, KMEANS_BLOCK], the last one padded with zeros, so that a
 * kernel reads one feature of many consecutive points, whatever n_features is.
 *
 * Large sets of points in the plane are sorted into blocks and leaves like those of a k-d tree
 * (Bentley 1975, CACM 18:509); order, box and leaf are NULL otherwise. A place is the index of a
 * point in this order.
 */
struct kmeans_data { /* owns its arrays until kmeans_data_clear() */
    size_t n_samples;
    size_t n_features;
    size_t n_blocks;
    double *values;
    uint32_t *order;  /* [n_samples], the row at each place */
    struct box *box;  /* [n_blocks] */
    struct box *leaf; /* [n_blocks, KMEANS_LEAVES], set where there are points */
    double (*sum)[2]; /* [n_blocks, KMEANS_LEAVES], of the points in a leaf */
};

/* X [n_samples, n_features], mean [n_features], which is subtracted. CT_ENOMEM: *data is empty. */
enum ct_status kmeans_data_init(struct kmeans_data *data, const struct mat *X, const double *mean,
                                struct ct_error *err);
void kmeans_data_clear(struct kmeans_data *data);

/* Peak memory of kmeans_data_init() in bytes, including the result. */
double kmeans_data_memory(size_t n_samples, size_t n_features);

static inline double *kmeans_at(const struct kmeans_data *data, size_t place, size_t j)
{
    return data->values + (place / KMEANS_BLOCK * data->n_features + j) * KMEANS_BLOCK +
           place % KMEANS_BLOCK;
}

/* [n_features, KMEANS_BLOCK] */
static inline const double *kmeans_block(const struct kmeans_data *data, size_t block)
{
    return data->values + block * KMEANS_BLOCK * data->n_features;
}

/* The number of points in a block. */
static inline size_t kmeans_block_size(const struct kmeans_data *data, size_t block)
{
    const size_t left = data->n_samples - block * KMEANS_BLOCK;

    return left < KMEANS_BLOCK ? left : KMEANS_BLOCK;
}

#endif
