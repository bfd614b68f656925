#include "config.h"
#include "model/shuffled.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/shuffle.h"

enum { MARGIN = 4096 }; /* entries that are sorted along with a row: about two buckets' */

struct shuffled {
    const struct weights *weights;
    struct weight_shuffle order;
    struct shuffler *shuffler;
    void *buffer;
    struct tensor tensor; /* in the buffer */
    const void *source;   /* data of the matrix that is in the buffer; NULL: none, or only rows */
    uint32_t *ids;        /* [max_nodes] of the rows in the buffer, ascending */
    uint32_t *rows;       /* [max_nodes] of the buffer */
    struct shuffle_ranks *ranks; /* [max_nodes] */
};

struct sizes {     /* of the workspace */
    size_t most;   /* entries of a matrix */
    size_t wanted; /* entries sorted at a time, about */
    size_t bytes;  /* of the buffer */
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void add_table(struct sizes *sizes, const struct tensor *table, size_t max_nodes)
{
    const size_t n_rows = size_min(max_nodes, table->rows);
    const size_t n = table->rows * table->cols;

    sizes->most = larger(sizes->most, n);
    sizes->wanted = larger(sizes->wanted, size_min(n, n_rows * (table->cols + MARGIN)));
    sizes->bytes = larger(sizes->bytes, n_rows * table->cols * tensor_item_size(table->dtype));
}

static void add_matrix(struct sizes *sizes, const struct matrix *m)
{
    sizes->most = larger(sizes->most, m->n);
    sizes->wanted = larger(sizes->wanted, m->n);
    sizes->bytes = larger(sizes->bytes, m->n * tensor_item_size(m->dtype));
}

static struct sizes find_sizes(const struct weights *w, size_t max_nodes)
{
    struct sizes sizes = { 0, 0, 0 };

    add_table(&sizes, &w->token_embedding, max_nodes);
    add_table(&sizes, &w->position_embedding, max_nodes);
    for (size_t i = 0; i < w->n_matrices; i++)
        if (w->matrices[i].data != w->token_embedding.data &&
            w->matrices[i].data != w->position_embedding.data)
            add_matrix(&sizes, &w->matrices[i]);
    return sizes;
}

double shuffled_memory(const struct weights *weights, size_t max_nodes, int n_threads)
{
    const struct sizes sizes = find_sizes(weights, max_nodes);

    return (double)sizes.bytes +
           shuffler_memory(sizes.most, sizes.wanted, (size_t)(n_threads > 0 ? n_threads : 1)) +
           (double)max_nodes * (double)(2 * sizeof(uint32_t) + sizeof(struct shuffle_ranks));
}

static enum ct_status allocate(struct shuffled *s, size_t max_nodes, struct crew *crew,
                               struct ct_error *err)
{
    const struct sizes sizes = find_sizes(s->weights, max_nodes);

    if (sizes.most > SHUFFLE_MOST)
        return ct_fail(err, CT_ENOTSUP, "shuffled weights: a matrix of %zu entries; at most %llu",
                       sizes.most, (unsigned long long)SHUFFLE_MOST);
    s->buffer = ct_aligned_array(sizes.bytes, 1);
    s->ids = ct_malloc_array(max_nodes, sizeof *s->ids);
    s->rows = ct_malloc_array(max_nodes, sizeof *s->rows);
    s->ranks = ct_malloc_array(max_nodes, sizeof *s->ranks);
    if (s->buffer == NULL || s->ids == NULL || s->rows == NULL || s->ranks == NULL)
        return ct_fail_nomem(err, "shuffled weights", sizes.bytes);
    return shuffler_new(sizes.most, sizes.wanted, crew, &s->shuffler, err);
}

enum ct_status shuffled_new(const struct weights *weights, const struct weight_shuffle *order,
                            size_t max_nodes, struct crew *crew, struct shuffled **out,
                            struct ct_error *err)
{
    struct shuffled *const s = calloc(1, sizeof *s);

    if (s == NULL)
        return ct_fail_nomem(err, "shuffled weights", 0);
    s->weights = weights;
    s->order = *order;
    const enum ct_status status = allocate(s, max_nodes, crew, err);
    if (status == CT_OK)
        *out = s;
    else
        shuffled_free(s);
    return status;
}

void shuffled_free(struct shuffled *s)
{
    if (s == NULL)
        return;
    shuffler_free(s->shuffler);
    free(s->buffer);
    free(s->ids);
    free(s->rows);
    free(s->ranks);
    free(s);
}

/* Puts the ranks [n] of a shuffled matrix into the buffer. */
static void shuffle(struct shuffled *s, const struct tensor *t, const struct shuffle_ranks *ranks,
                    size_t n)
{
    const struct matrix *m = s->weights->matrices;

    while (m->data != t->data)
        m++;
    const struct shuffle order = { .seed = s->order.seed,
                                   .stream = STREAM_WEIGHTS,
                                   .replicate = s->order.replicate,
                                   .first = m->first,
                                   .n = m->n };
    shuffler_copy(s->shuffler, &order, t->data, tensor_item_size(t->dtype), ranks, n, s->buffer);
    s->tensor = *t;
    s->tensor.data = s->buffer;
    s->source = NULL;
}

const struct tensor *shuffled_matrix(struct shuffled *s, const struct tensor *matrix, bool *is_new)
{
    const struct shuffle_ranks all = { 0, matrix->rows * matrix->cols, 0 };

    *is_new = s->source != matrix->data;
    if (*is_new)
        shuffle(s, matrix, &all, 1);
    s->source = matrix->data;
    return &s->tensor;
}

static int compare_ids(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a;
    const uint32_t y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* Lists the different ids; returns their number. */
static size_t list_ids(struct shuffled *s, const uint32_t *ids, size_t n)
{
    size_t n_ids = 0;

    memcpy(s->ids, ids, n * sizeof *ids);
    qsort(s->ids, n, sizeof *ids, compare_ids);
    for (size_t i = 0; i < n; i++)
        if (n_ids == 0 || s->ids[i] != s->ids[n_ids - 1])
            s->ids[n_ids++] = s->ids[i];
    return n_ids;
}

const struct tensor *shuffled_rows(struct shuffled *s, const struct tensor *table,
                                   const uint32_t *ids, size_t n, const uint32_t **rows)
{
    const size_t n_ids = list_ids(s, ids, n);

    for (size_t i = 0; i < n_ids; i++)
        s->ranks[i] = (struct shuffle_ranks){ .first = s->ids[i] * table->cols,
                                              .n = table->cols,
                                              .to = i * table->cols };
    shuffle(s, table, s->ranks, n_ids);
    s->tensor.rows = n_ids;
    for (size_t i = 0; i < n; i++) {
        const uint32_t *const found = bsearch(&ids[i], s->ids, n_ids, sizeof *s->ids, compare_ids);
        s->rows[i] = (uint32_t)(found - s->ids);
    }
    *rows = s->rows;
    return &s->tensor;
}
