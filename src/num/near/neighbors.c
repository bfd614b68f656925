#include "config.h"
#include "num/near/neighbors.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/linear/blas_library.h"
#include "num/near/search.h"

static enum ct_status neighbors_check(const struct mat *X, size_t n_neighbors, struct ct_error *err)
{
    if (n_neighbors < 1 || n_neighbors >= X->rows)
        return ct_fail(err, CT_EINVAL,
                       "nearest neighbours: %zu of %zu samples requested; expected 1 to %zu",
                       n_neighbors, X->rows, X->rows > 0 ? X->rows - 1 : 0);
    if (X->cols < 1 || X->rows > INT_MAX || X->cols > INT_MAX)
        return ct_fail(err, CT_EINVAL,
                       "nearest neighbours: [%zu, %zu] values; rows and columns must be 1 to %d",
                       X->rows, X->cols, INT_MAX);
    return CT_OK;
}

/* Divides each list into blocks of at most s->rows rows. */
static enum ct_status search_divide(struct neighbors_search *s, struct ct_error *err)
{
    const struct neighbors_lists *const lists = &s->lists;

    s->blocks = ct_malloc_array(s->X->rows / s->rows + lists->n_lists, sizeof *s->blocks);
    if (s->blocks == NULL)
        return ct_fail_nomem(err, "nearest neighbours", 0);
    for (size_t l = 0; l < lists->n_lists; l++)
        for (size_t first = lists->bounds[l]; first < lists->bounds[l + 1]; first += s->rows) {
            const size_t left = lists->bounds[l + 1] - first;
            s->blocks[s->n_blocks++] = (struct neighbors_block){
                .list = (uint32_t)l, .first = first, .count = left < s->rows ? left : s->rows
            };
        }
    return CT_OK;
}

/* Exhaustive search: all rows for each row. */
static enum ct_status run_exact(struct neighbors_search *s, struct crew *crew,
                                const struct progress *progress, struct ct_error *err)
{
    enum ct_status st = neighbors_lists_one(s->X->rows, &s->lists, err);

    s->n_near = 1;
    if (st == CT_OK)
        st = search_divide(s, err);
    if (st == CT_OK)
        st = neighbors_search_run(s, s->blocks, s->n_blocks, crew, progress, err);
    return st;
}

/* Puts rows into the order of the lists. */
static enum ct_status search_reorder(struct neighbors_search *s, struct ct_error *err)
{
    const size_t n = s->X->rows, d = s->X->cols;
    float *const scaled = neighbors_array(n, d, sizeof *scaled);
    float *const sqnorm = ct_malloc_array(n, sizeof *sqnorm);

    if (scaled == NULL || sqnorm == NULL) {
        free(scaled);
        free(sqnorm);
        return ct_fail_nomem(err, "nearest neighbours", 0);
    }
    for (size_t place = 0; place < n; place++) {
        const size_t i = s->lists.order[place];
        memcpy(scaled + place * d, s->scaled + i * d, d * sizeof *scaled);
        sqnorm[place] = s->halves.sqnorm[i];
        s->halves.base[place] = (0.5F - s->halves.slack) * sqnorm[place];
    }
    free(s->scaled);
    free(s->halves.sqnorm);
    s->scaled = scaled;
    s->halves.sqnorm = sqnorm;
    return CT_OK;
}

/* Counts, for the first rows of some lists, how many of their neighbours are in the lists of each
 * rank. */
static void count_ranks(const struct neighbors_search *s, const struct neighbors_block *sample,
                        size_t n_blocks, size_t *counts)
{
    const struct neighbors_lists *const lists = &s->lists;
    const size_t k = s->halves.n_neighbors;

    for (size_t b = 0; b < n_blocks; b++) {
        const uint32_t *const near = lists->near + sample[b].list * lists->n_lists;
        for (size_t place = sample[b].first; place < sample[b].first + sample[b].count; place++)
            for (size_t e = 0; e < k; e++) {
                const uint32_t list = lists->list[s->indices[lists->order[place] * k + e]];
                size_t rank = 0;
                while (near[rank] != list)
                    rank++;
                counts[rank]++;
            }
    }
}

/* Chooses the number of lists that contain RECALL per cent of the neighbours of a sample of
 * rows. */
static enum ct_status choose_n_near(struct neighbors_search *s, struct crew *crew,
                                    const struct progress *progress, struct ct_error *err)
{
    enum { RECALL = 98, BLOCKS = 32, ROWS = 16 };
    const size_t n_blocks = s->n_blocks < BLOCKS ? s->n_blocks : BLOCKS;
    struct neighbors_block sample[BLOCKS];
    size_t *const counts = ct_calloc_array(s->lists.n_lists, sizeof *counts);
    size_t total = 0, within = 0;

    if (counts == NULL)
        return ct_fail_nomem(err, "nearest neighbours", 0);
    s->n_near = s->lists.n_lists;
    for (size_t b = 0; b < n_blocks; b++) {
        sample[b] = s->blocks[b * s->n_blocks / n_blocks];
        sample[b].count = sample[b].count < ROWS ? sample[b].count : ROWS;
        total += sample[b].count * s->halves.n_neighbors;
    }
    const enum ct_status st = neighbors_search_run(s, sample, n_blocks, crew, progress, err);
    if (st == CT_OK) {
        count_ranks(s, sample, n_blocks, counts);
        for (s->n_near = 0; 100 * within < RECALL * total; s->n_near++)
            within += counts[s->n_near];
    }
    free(counts);
    return st;
}

/* Approximate search: only the nearest lists. */
static enum ct_status run_lists(struct neighbors_search *s, struct crew *crew,
                                const struct progress *progress, struct ct_error *err)
{
    enum ct_status st =
        neighbors_lists_init(s->scaled, s->X->rows, s->X->cols, crew, progress, &s->lists, err);

    if (st == CT_OK)
        st = search_reorder(s, err);
    if (st == CT_OK)
        st = search_divide(s, err);
    if (st == CT_OK)
        st = choose_n_near(s, crew, progress, err);
    if (st == CT_OK)
        st = neighbors_search_run(s, s->blocks, s->n_blocks, crew, progress, err);
    return st;
}

static enum ct_status find(const struct mat *X, size_t n_neighbors, bool exactly, struct crew *crew,
                           const struct progress *progress, struct neighbors *out,
                           struct ct_error *err)
{
    enum ct_status st = neighbors_check(X, n_neighbors, err);
    if (st != CT_OK)
        return st;

    const size_t n = X->rows;
    struct neighbors_search s = { 0 };
    struct neighbors found = { .n_samples = n, .n_neighbors = n_neighbors };

    found.indices = neighbors_array(n, n_neighbors, sizeof *found.indices);
    found.sqdistances = neighbors_array(n, n_neighbors, sizeof *found.sqdistances);
    if (!neighbors_search_init(&s, X, n_neighbors, crew_size(crew)) || found.indices == NULL ||
        found.sqdistances == NULL)
        st = ct_fail_nomem(err, "nearest neighbours", 0);
    s.indices = found.indices;
    s.sqdistances = found.sqdistances;
    if (st == CT_OK)
        st = blas_library_load(crew_size(crew), err);
    if (st == CT_OK)
        st = neighbors_search_scale(&s, err);
    if (st == CT_OK)
        st = exactly ? run_exact(&s, crew, progress, err) : run_lists(&s, crew, progress, err);
    if (st == CT_OK) {
        *out = found;
        found = (struct neighbors){ 0 };
    }
    neighbors_clear(&found);
    neighbors_search_clear(&s);
    return st;
}

enum ct_status neighbors_find(const struct mat *X, size_t n_neighbors, struct crew *crew,
                              const struct progress *progress, struct neighbors *out,
                              struct ct_error *err)
{
    return find(X, n_neighbors, true, crew, progress, out, err);
}

enum ct_status neighbors_find_most(const struct mat *X, size_t n_neighbors, struct crew *crew,
                                   const struct progress *progress, struct neighbors *out,
                                   struct ct_error *err)
{
    return find(X, n_neighbors, false, crew, progress, out, err);
}

void neighbors_clear(struct neighbors *neighbors)
{
    free(neighbors->indices);
    free(neighbors->sqdistances);
    *neighbors = (struct neighbors){ 0 };
}

double neighbors_result_memory(size_t n_samples, size_t n_neighbors)
{
    const struct neighbors *const found = NULL;
    const double each = sizeof *found->indices + sizeof *found->sqdistances;

    return (double)n_samples * (double)n_neighbors * each;
}

double neighbors_memory(size_t n_samples, size_t n_features, size_t n_neighbors, int n_threads)
{
    return neighbors_result_memory(n_samples, n_neighbors) +
           neighbors_search_memory(n_samples, n_features, n_neighbors, n_threads) +
           blas_memory(n_threads);
}
