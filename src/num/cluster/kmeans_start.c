#include "config.h"
#include "num/cluster/kmeans_start.h"
#include "num/exact.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "num/mt19937.h"

enum { LANES = 8 }; /* number of partial sums, the same for every vector width */

enum ct_status kmeans_start_init(struct kmeans_start *start, const struct kmeans_data *data,
                                 size_t n_clusters, struct ct_error *err)
{
    const size_t room = data->n_blocks * KMEANS_BLOCK;
    struct kmeans_start s = { .n_clusters = n_clusters };
    size_t size = 0;

    if (ct_mul_size(n_clusters, data->n_features + 1, &size)) {
        s.centers = ct_malloc_array(size, sizeof *s.centers);
        s.centers_new = ct_malloc_array(size, sizeof *s.centers_new);
        s.factors = ct_malloc_array(size, sizeof *s.factors);
    }
    s.weight = ct_malloc_array(n_clusters, sizeof *s.weight);
    s.distance = ct_aligned_array(room, sizeof *s.distance);
    s.potential = ct_malloc_array(data->n_blocks, sizeof *s.potential);
    s.farthest = ct_malloc_array(data->n_blocks, sizeof *s.farthest);
    s.labels = ct_aligned_array(room, sizeof *s.labels);
    s.labels_old = ct_aligned_array(room, sizeof *s.labels_old);
    s.order = ct_malloc_array(data->n_samples, sizeof *s.order);
    s.empty = ct_malloc_array(n_clusters, sizeof *s.empty);
    const bool in_leaves = data->order != NULL && n_clusters <= KMEANS_LEAVES_MAX;
    if (in_leaves)
        s.leaves = kmeans_leaves_new(data, n_clusters);
    if (s.centers == NULL || s.centers_new == NULL || s.factors == NULL || s.weight == NULL ||
        s.distance == NULL || s.potential == NULL || s.farthest == NULL || s.labels == NULL ||
        s.labels_old == NULL || s.order == NULL || s.empty == NULL ||
        (in_leaves && s.leaves == NULL)) {
        kmeans_start_clear(&s);
        return ct_fail_nomem(err, "k-means", 20ULL * room);
    }
    *start = s;
    return CT_OK;
}

double kmeans_start_memory(size_t n_samples, size_t n_features, size_t n_clusters)
{
    const struct kmeans_start *const s = NULL;
    const double n_blocks = (double)kmeans_n_blocks(n_samples);
    const size_t point =
        sizeof *s->distance + sizeof *s->labels + sizeof *s->labels_old + sizeof *s->order;
    const size_t block = sizeof *s->potential + sizeof *s->farthest;
    const size_t feature = sizeof *s->centers + sizeof *s->centers_new + sizeof *s->factors;
    const double cluster =
        (double)((n_features + 1) * feature + sizeof *s->weight + sizeof *s->empty);

    return n_blocks * (double)(KMEANS_BLOCK * point + block) + (double)n_clusters * cluster +
           kmeans_leaves_memory(n_samples);
}

void kmeans_start_clear(struct kmeans_start *start)
{
    free(start->centers);
    free(start->centers_new);
    free(start->factors);
    free(start->weight);
    free(start->distance);
    free(start->potential);
    free(start->farthest);
    kmeans_leaves_free(start->leaves);
    free(start->labels);
    free(start->labels_old);
    free(start->order);
    free(start->empty);
    *start = (struct kmeans_start){ 0 };
}

void kmeans_start_given(struct kmeans_start *start, const struct mat *init, const double *mean)
{
    for (size_t c = 0; c < init->rows; c++)
        for (size_t j = 0; j < init->cols; j++)
            start->centers[c * init->cols + j] = mat_row(init, c)[j] - mean[j];
}

/* distance[i]: squared distance of point i of a block to center. */
CT_KERNEL
static void block_distances(const double *block, size_t n_features, size_t n, const double *center,
                            double *distance)
{
    for (size_t j = 0; j < n_features; j++) {
        const double *const x = block + j * KMEANS_BLOCK;
        const double c = center[j];
        if (j == 0)
#pragma omp simd
            for (size_t i = 0; i < n; i++)
                distance[i] = (x[i] - c) * (x[i] - c);
        else
#pragma omp simd
            for (size_t i = 0; i < n; i++)
                distance[i] += (x[i] - c) * (x[i] - c);
    }
}

/* True if no point of a block can be nearer to center than to its nearest centre so far. */
static bool is_out_of_reach(const struct kmeans_start *s, const struct kmeans_data *data,
                            size_t block, const double *center)
{
    if (data->box == NULL)
        return false;
    const struct box here = { center[0], center[0], center[1], center[1] };
    return box_nearest(&here, &data->box[block]) >= s->farthest[block];
}

/* The sum over a block of the minimum of two distances. */
CT_KERNEL
static double sum_minima(const double *a, const double *b, size_t n)
{
    double lane[LANES] = { 0.0 };
    double sum = 0.0;
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] += a[i + l] < b[i + l] ? a[i + l] : b[i + l];
    for (size_t l = 0; i + l < n; l++)
        lane[l] += a[i + l] < b[i + l] ? a[i + l] : b[i + l];
    for (size_t l = 0; l < LANES; l++)
        sum += lane[l];
    return sum;
}

/* Each of b becomes the minimum of two distances; returns the largest. */
CT_KERNEL
static double take_minima(const double *a, double *b, size_t n)
{
    double lane[LANES] = { 0.0 };
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++) {
            b[i + l] = a[i + l] < b[i + l] ? a[i + l] : b[i + l];
            lane[l] = larger(lane[l], b[i + l]);
        }
    for (; i < n; i++) {
        b[i] = a[i] < b[i] ? a[i] : b[i];
        lane[0] = larger(lane[0], b[i]);
    }
    for (size_t l = 1; l < LANES; l++)
        lane[0] = larger(lane[0], lane[l]);
    return lane[0];
}

/* The potential (sum of squared distances to the nearest centre) if center were added. */
static double potential_with(const struct kmeans_start *s, const struct kmeans_data *data,
                             const double *center)
{
    double distance[KMEANS_BLOCK];
    double potential = 0.0;

    for (size_t b = 0; b < data->n_blocks; b++) {
        const size_t n = kmeans_block_size(data, b);
        if (is_out_of_reach(s, data, b, center)) {
            potential += s->potential[b];
            continue;
        }
        block_distances(kmeans_block(data, b), data->n_features, n, center, distance);
        potential += sum_minima(distance, s->distance + b * KMEANS_BLOCK, n);
    }
    return potential;
}

/* Adds center to the centres; returns the potential. */
static double add_center(struct kmeans_start *s, const struct kmeans_data *data,
                         const double *center)
{
    double distance[KMEANS_BLOCK];
    double potential = 0.0;

    for (size_t b = 0; b < data->n_blocks; b++) {
        double *const nearest = s->distance + b * KMEANS_BLOCK;
        const size_t n = kmeans_block_size(data, b);
        if (is_out_of_reach(s, data, b, center)) {
            potential += s->potential[b];
            continue;
        }
        block_distances(kmeans_block(data, b), data->n_features, n, center, distance);
        s->potential[b] = sum_minima(distance, nearest, n);
        s->farthest[b] = take_minima(distance, nearest, n);
        potential += s->potential[b];
    }
    return potential;
}

/* The first point at which the running sum of the distances reaches u. */
static size_t point_at(const struct kmeans_start *s, const struct kmeans_data *data, double u)
{
    size_t b = 0;

    while (b + 1 < data->n_blocks && u > s->potential[b])
        u -= s->potential[b++];
    size_t i = b * KMEANS_BLOCK;
    const size_t last = i + kmeans_block_size(data, b) - 1;
    for (double sum = s->distance[i]; i < last && sum < u; sum += s->distance[i])
        i++;
    return i;
}

static void copy_point(const struct kmeans_data *data, size_t i, double *out)
{
    for (size_t j = 0; j < data->n_features; j++)
        out[j] = *kmeans_at(data, i, j);
}

/* Mixes random_state with the number of the start (Steele et al. 2014, OOPSLA: SplitMix64), so that
 * consecutive starts and states give unrelated seeds. */
static uint32_t seed_of(uint64_t random_state, size_t number)
{
    uint64_t z = random_state + 0x9e3779b97f4a7c15U * ((uint64_t)number + 1);

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    const uint32_t seed = (uint32_t)(z ^ z >> 31);
    return seed != 0 ? seed : 4357; /* instead of 0: the default seed of MT19937's first version */
}

/* Uniform in [0, 1) with 32 bits, enough to choose among points. */
static double next_uniform(struct mt19937 *rng)
{
    return mt19937_uint32(rng) / 4294967296.0;
}

void kmeans_start_plusplus(struct kmeans_start *start, const struct kmeans_data *data,
                           uint64_t random_state, size_t number)
{
    const size_t n_trials = 2 + (size_t)log((double)start->n_clusters);
    double *const trial = start->centers_new; /* unused until the iteration begins */
    struct mt19937 rng;

    mt19937_init(&rng, seed_of(random_state, number));
    for (size_t i = 0; i < data->n_samples; i++)
        start->distance[i] = INFINITY;
    for (size_t b = 0; b < data->n_blocks; b++)
        start->farthest[b] = INFINITY;
    copy_point(data, (size_t)(next_uniform(&rng) * (double)data->n_samples), start->centers);
    double potential = add_center(start, data, start->centers);

    for (size_t c = 1; c < start->n_clusters; c++) {
        double *const center = start->centers + c * data->n_features;
        double lowest = INFINITY;
        copy_point(data, 0, center);
        for (size_t t = 0; t < n_trials; t++) {
            copy_point(data, point_at(start, data, next_uniform(&rng) * potential), trial);
            const double with = potential_with(start, data, trial);
            if (with < lowest) {
                lowest = with;
                memcpy(center, trial, data->n_features * sizeof *center);
            }
        }
        potential = add_center(start, data, center);
    }
}

/*
 * Labels a block: argmin over c of |c|^2 - 2 x c, without |x|^2, which is the same for all c. The
 * fused operation matches the matrix product in scikit-learn, so that ties are decided alike; the
 * lowest centre wins.
 */
CT_KERNEL
static void label_block(const double *block, size_t n_features, size_t n, const double *factors,
                        size_t n_clusters, int32_t *labels)
{
    double lowest[KMEANS_BLOCK];
    double sum[KMEANS_BLOCK];

    for (size_t c = 0; c < n_clusters; c++) {
        const double *const f = factors + c * (n_features + 1);
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            sum[i] = block[i] * f[1];
        for (size_t j = 1; j < n_features; j++)
#pragma omp simd
            for (size_t i = 0; i < n; i++)
                sum[i] = fma(block[j * KMEANS_BLOCK + i], f[j + 1], sum[i]);
        if (c == 0) {
            for (size_t i = 0; i < n; i++) {
                lowest[i] = sum[i] + f[0];
                labels[i] = 0;
            }
            continue;
        }
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            const double d = sum[i] + f[0];
            labels[i] = d < lowest[i] ? (int32_t)c : labels[i];
            lowest[i] = d < lowest[i] ? d : lowest[i];
        }
    }
}

enum { TILE = 32, UNROLL = 4 };

/* For two features, as in an embedding: one tile of points at a time, with UNROLL centres per
 * memory access. Labels are float64 here, as wide as the distances; the last of the factors may be
 * repeated, which is never strictly nearer. */
CT_KERNEL
static void label_tile_2(const double *x, const double *y, const double *factors, size_t n_clusters,
                         int32_t *labels)
{
    double lowest[TILE];
    double label[TILE] = { 0.0 };

    for (size_t i = 0; i < TILE; i++)
        lowest[i] = INFINITY;
    for (size_t c = 0; c < n_clusters; c += UNROLL) {
        double f[UNROLL][3];
        for (size_t u = 0; u < UNROLL; u++)
            memcpy(f[u], factors + 3 * (c + u < n_clusters ? c + u : n_clusters - 1), sizeof f[u]);
#pragma omp simd
        for (size_t i = 0; i < TILE; i++) {
            double least = lowest[i];
            double which = label[i];
#pragma GCC unroll 4
            for (size_t u = 0; u < UNROLL; u++) {
                const double d = fma(y[i], f[u][2], x[i] * f[u][1]) + f[u][0];
                which = d < least ? (double)(c + u) : which;
                least = d < least ? d : least;
            }
            lowest[i] = least;
            label[i] = which;
        }
    }
    for (size_t i = 0; i < TILE; i++)
        labels[i] = (int32_t)label[i];
}

static void set_factors(struct kmeans_start *s, size_t m)
{
    for (size_t c = 0; c < s->n_clusters; c++) {
        const double *const center = s->centers + c * m;
        double *const f = s->factors + c * (m + 1);
        double norm[2] = { 0.0, 0.0 }; /* even and odd features separately, as numpy sums them */
        for (size_t j = 0; j < m; j++) {
            norm[j % 2] += center[j] * center[j];
            f[j + 1] = -2.0 * center[j];
        }
        f[0] = norm[0] + norm[1];
    }
}

static void label_points(struct kmeans_start *s, const struct kmeans_data *data)
{
    const size_t m = data->n_features;

    for (size_t b = 0; b < data->n_blocks; b++) {
        const double *const values = kmeans_block(data, b);
        const size_t n = kmeans_block_size(data, b);
        int32_t *const labels = s->labels + b * KMEANS_BLOCK;
        if (m != 2)
            label_block(values, m, n, s->factors, s->n_clusters, labels);
        for (size_t i = 0; m == 2 && i < n; i += TILE)
            label_tile_2(values + i, values + KMEANS_BLOCK + i, s->factors, s->n_clusters,
                         labels + i);
    }
}

/* centers_new: the sums of each cluster's points, in order of the points; weight: their number. */
static void sum_clusters(struct kmeans_start *s, const struct kmeans_data *data)
{
    const size_t m = data->n_features;

    memset(s->centers_new, 0, s->n_clusters * m * sizeof *s->centers_new);
    memset(s->weight, 0, s->n_clusters * sizeof *s->weight);
    for (size_t b = 0; b < data->n_blocks; b++) {
        const double *const values = kmeans_block(data, b);
        const int32_t *const labels = s->labels + b * KMEANS_BLOCK;
        const size_t n = kmeans_block_size(data, b);
        for (size_t i = 0; i < n; i++) {
            double *const sum = s->centers_new + (size_t)labels[i] * m;
            s->weight[labels[i]] += 1.0;
            for (size_t j = 0; j < m; j++)
                sum[j] += values[j * KMEANS_BLOCK + i];
        }
    }
}

/* Squared distance of point i to center. */
static double distance_to(const struct kmeans_data *data, size_t i, const double *center)
{
    double sum = 0.0;

    for (size_t j = 0; j < data->n_features; j++) {
        const double d = *kmeans_at(data, i, j) - center[j];
        sum += d * d;
    }
    return sum;
}

static void swap_index(int32_t *a, int32_t *b)
{
    const int32_t old = *a;

    *a = *b;
    *b = old;
}

/* Partitions order[lo .. hi] around the median of its first, middle and last entry; returns the
 * final index of that median, and in *next the beginning of those above it. Needs at least three
 * entries. */
static size_t partition(const double *v, int32_t *order, size_t lo, size_t hi, size_t *next)
{
    const size_t mid = lo + (hi - lo) / 2;
    size_t i = lo + 1;
    size_t j = hi;

    if (v[order[hi]] < v[order[mid]])
        swap_index(&order[hi], &order[mid]);
    if (v[order[hi]] < v[order[lo]])
        swap_index(&order[hi], &order[lo]);
    if (v[order[lo]] < v[order[mid]])
        swap_index(&order[lo], &order[mid]);
    swap_index(&order[mid], &order[lo + 1]);
    const double pivot = v[order[lo]];
    for (;;) {
        do
            i++;
        while (v[order[i]] < pivot);
        do
            j--;
        while (pivot < v[order[j]]);
        if (j < i)
            break;
        swap_index(&order[i], &order[j]);
    }
    swap_index(&order[lo], &order[j]);
    *next = i;
    return j;
}

/*
 * Puts the n_far largest of v [n] at the end of order [n], in the order in which numpy's
 * argpartition leaves them: scikit-learn assigns them to the empty clusters from the end, so the
 * order determines their labels. Selection by Hoare's FIND with the median of three; if n_far is 1,
 * the last of equal maxima.
 */
static void select_far(const double *v, int32_t *order, size_t n, size_t n_far)
{
    const size_t kth = n - n_far;
    size_t lo = 0;
    size_t hi = n - 1;

    for (size_t i = 0; i < n; i++)
        order[i] = (int32_t)i;
    if (kth < 3) { /* selects the smallest one by one */
        for (size_t i = 0; i <= kth; i++) {
            size_t least = i;
            for (size_t k = i + 1; k < n; k++)
                if (v[order[k]] < v[order[least]])
                    least = k;
            swap_index(&order[i], &order[least]);
        }
        return;
    }
    if (n_far == 1) {
        size_t most = 0;
        for (size_t k = 1; k < n; k++)
            if (!(v[k] < v[most]))
                most = k;
        swap_index(&order[kth], &order[most]);
        return;
    }
    while (lo + 1 < hi) {
        size_t next;
        const size_t at = partition(v, order, lo, hi, &next);
        if (at >= kth)
            hi = at - 1;
        if (at <= kth)
            lo = next;
    }
    if (hi == lo + 1 && v[order[hi]] < v[order[lo]])
        swap_index(&order[hi], &order[lo]);
}

static size_t row_of(const struct kmeans_data *data, size_t place)
{
    return data->order != NULL ? data->order[place] : place;
}

static size_t place_of(const struct kmeans_data *data, size_t row)
{
    size_t place = 0;

    if (data->order == NULL)
        return row;
    while (data->order[place] != row)
        place++;
    return place;
}

/* Moves the points farthest from their centres into the empty clusters. */
static void fill_empty(struct kmeans_start *s, const struct kmeans_data *data)
{
    const size_t m = data->n_features;
    const size_t n = data->n_samples;
    size_t n_empty = 0;

    for (size_t c = 0; c < s->n_clusters; c++)
        if (s->weight[c] == 0.0)
            s->empty[n_empty++] = (int32_t)c;
    if (n_empty == 0)
        return;
    for (size_t i = 0; i < n; i++)
        s->distance[row_of(data, i)] = distance_to(data, i, s->centers + (size_t)s->labels[i] * m);
    select_far(s->distance, s->order, n, n_empty);
    for (size_t e = 0; e < n_empty; e++) {
        const size_t far = place_of(data, (size_t)s->order[n - 1 - e]);
        const size_t from = (size_t)s->labels[far];
        const size_t to = (size_t)s->empty[e];
        for (size_t j = 0; j < m; j++) {
            const double v = *kmeans_at(data, far, j);
            s->centers_new[from * m + j] -= v;
            s->centers_new[to * m + j] = v;
        }
        s->weight[to] = 1.0;
        s->weight[from] -= 1.0;
    }
}

/* Turns sums into means. A cluster that lost its last point to another keeps its sum, which is 0 up
 * to rounding: the mean of all points. */
static void average(struct kmeans_start *s, size_t n_features)
{
    for (size_t c = 0; c < s->n_clusters; c++) {
        const double share = s->weight[c] > 0.0 ? 1.0 / s->weight[c] : 1.0;
        for (size_t j = 0; j < n_features; j++)
            s->centers_new[c * n_features + j] *= share;
    }
}

/* The sum of the squared shifts of the centres; the largest shift in *largest. */
static double total_shift(const struct kmeans_start *s, size_t n_features, double *largest)
{
    double total = 0.0;
    double most = 0.0;

    for (size_t c = 0; c < s->n_clusters; c++) {
        double shift = 0.0;
        for (size_t j = 0; j < n_features; j++) {
            const double d = s->centers_new[c * n_features + j] - s->centers[c * n_features + j];
            shift += d * d;
        }
        total += shift;
        most = shift > most ? shift : most;
    }
    *largest = sqrt(most);
    return total;
}

static void swap_centers(struct kmeans_start *s)
{
    double *const old = s->centers;

    s->centers = s->centers_new;
    s->centers_new = old;
}

/* Labels the points and sums the clusters; true if no label has changed. shift: the largest shift
 * of a centre since the previous step. */
static bool step(struct kmeans_start *s, const struct kmeans_data *data, double shift)
{
    const size_t size = data->n_samples * sizeof *s->labels;

    set_factors(s, data->n_features);
    if (s->leaves != NULL)
        return kmeans_leaves_step(s->leaves, data, s->centers, s->factors, shift, s->labels,
                                  s->centers_new, s->weight);
    memcpy(s->labels_old, s->labels, size);
    label_points(s, data);
    sum_clusters(s, data);
    return memcmp(s->labels, s->labels_old, size) == 0;
}

/* Lloyd 1982; the order of the checks is scikit-learn's: unchanged labels end the iteration before
 * tol is checked, and if it ends otherwise, labels are recomputed for the final centres. */
void kmeans_start_run(struct kmeans_start *start, const struct kmeans_data *data, size_t max_iter,
                      double tol)
{
    const size_t n = data->n_samples;
    double shift = 0.0;
    bool same = false;
    bool close = false;

    memset(start->labels, 0xff, n * sizeof *start->labels); /* sets -1: no label */
    if (start->leaves != NULL)
        kmeans_leaves_reset(start->leaves);
    start->n_iter = 0;
    while (!same && !close && start->n_iter < max_iter) {
        same = step(start, data, shift);
        fill_empty(start, data);
        average(start, data->n_features);
        close = total_shift(start, data->n_features, &shift) <= tol;
        swap_centers(start);
        start->n_iter++;
    }
    if (!same)
        step(start, data, shift);
    start->inertia = 0.0;
    for (size_t i = 0; i < n; i++)
        start->inertia +=
            distance_to(data, i, start->centers + (size_t)start->labels[i] * data->n_features);
}
