#include "config.h"
#include "num/cluster/faithful.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/draws.h"

enum { BLOCK = 32 }; /* points */

struct space {         /* from one point */
    double *distances; /* [n] squared */
    size_t *nearest;   /* [k] other points */
};

struct faithful_task {
    const struct mat *spaces[2];
    size_t n, k;
    struct space *scratch; /* [n_threads][2] */
    /* [n_blocks] ranks beyond k, in one space, of the neighbours in the other: */
    double *penalties[2];
    size_t *n_kept; /* [n_blocks] neighbours in both */
};

static void find_distances(const struct mat *X, size_t i, double *distances)
{
    const double *const x = mat_row(X, i);

    for (size_t j = 0; j < X->rows; j++) {
        const double *const y = mat_row(X, j);
        double square = 0.0;
        for (size_t l = 0; l < X->cols; l++)
            square += (x[l] - y[l]) * (x[l] - y[l]);
        distances[j] = square;
    }
}

static bool is_nearer(const double *distances, size_t a, size_t b)
{
    return distances[a] != distances[b] ? distances[a] < distances[b] : a < b;
}

/* The points nearest to i, in order. */
static void find_nearest(struct space *s, size_t n, size_t i, size_t k)
{
    size_t n_found = 0;

    for (size_t j = 0; j < n; j++) {
        if (j == i || (n_found == k && !is_nearer(s->distances, j, s->nearest[k - 1])))
            continue;
        size_t at = n_found < k ? n_found++ : k - 1;
        for (; at > 0 && is_nearer(s->distances, j, s->nearest[at - 1]); at--)
            s->nearest[at] = s->nearest[at - 1];
        s->nearest[at] = j;
    }
}

/* By how much the rank of j among the points around i exceeds k; 0 for the k nearest. */
static size_t rank_beyond(const struct space *s, size_t n, size_t i, size_t k, size_t j)
{
    size_t rank = 1;

    if (!is_nearer(s->distances, s->nearest[k - 1], j))
        return 0;
    for (size_t l = 0; l < n; l++)
        rank += l != i && is_nearer(s->distances, l, j);
    return rank - k;
}

static void look_around(struct faithful_task *t, size_t block, size_t i)
{
    struct space *const s = &t->scratch[2 * crew_thread()];

    for (size_t x = 0; x < 2; x++) {
        find_distances(t->spaces[x], i, s[x].distances);
        find_nearest(&s[x], t->n, i, t->k);
    }
    for (size_t x = 0; x < 2; x++)
        for (size_t m = 0; m < t->k; m++) {
            const size_t beyond = rank_beyond(&s[x], t->n, i, t->k, s[1 - x].nearest[m]);
            t->penalties[x][block] += (double)beyond;
            t->n_kept[block] += x == 0 && beyond == 0;
        }
}

static enum ct_status look_around_block(void *context, size_t block, struct ct_error *err)
{
    struct faithful_task *const t = context;

    (void)err;
    for (size_t i = block * BLOCK; i < size_min((block + 1) * BLOCK, t->n); i++)
        look_around(t, block, i);
    return CT_OK;
}

static void task_clear(struct faithful_task *t, size_t n_threads)
{
    for (size_t i = 0; t->scratch != NULL && i < 2 * n_threads; i++) {
        free(t->scratch[i].distances);
        free(t->scratch[i].nearest);
    }
    free(t->scratch);
    free(t->penalties[0]);
    free(t->penalties[1]);
    free(t->n_kept);
}

static enum ct_status task_init(struct faithful_task *t, size_t n_blocks, size_t n_threads,
                                struct ct_error *err)
{
    bool has_memory = true;

    t->scratch = ct_calloc_array(n_threads, 2 * sizeof *t->scratch);
    t->penalties[0] = ct_calloc_array(n_blocks, sizeof *t->penalties[0]);
    t->penalties[1] = ct_calloc_array(n_blocks, sizeof *t->penalties[1]);
    t->n_kept = ct_calloc_array(n_blocks, sizeof *t->n_kept);
    for (size_t i = 0; t->scratch != NULL && i < 2 * n_threads; i++) {
        struct space *const s = &t->scratch[i];
        s->distances = ct_malloc_array(t->n, sizeof *s->distances);
        s->nearest = ct_malloc_array(t->k, sizeof *s->nearest);
        has_memory = has_memory && s->distances != NULL && s->nearest != NULL;
    }
    return has_memory && t->scratch != NULL && t->penalties[0] != NULL && t->penalties[1] != NULL &&
                   t->n_kept != NULL
               ? CT_OK
               : ct_fail_nomem(err, "neighbours", 0);
}

/* Sums of whole numbers: exact in any order. */
static void summarize(const struct faithful_task *t, size_t n_blocks, struct faithfulness *out)
{
    const double n = (double)t->n;
    const double k = (double)t->k;
    const double most = n * k * (2.0 * n - 3.0 * k - 1.0) / 2.0;
    double penalties[2] = { 0.0, 0.0 };
    double n_kept = 0.0;

    for (size_t b = 0; b < n_blocks; b++) {
        penalties[0] += t->penalties[0][b];
        penalties[1] += t->penalties[1][b];
        n_kept += (double)t->n_kept[b];
    }
    out->trustworthiness = 1.0 - penalties[0] / most;
    out->continuity = 1.0 - penalties[1] / most;
    out->neighbours_kept = n_kept / (n * k);
}

enum ct_status faithfulness(const struct mat *X, const struct mat *Y, size_t k, struct crew *crew,
                            const struct progress *progress, struct faithfulness *out,
                            struct ct_error *err)
{
    const size_t n_threads = crew_size(crew);
    const size_t n_blocks = (X->rows + BLOCK - 1) / BLOCK;
    struct faithful_task t = { .spaces = { X, Y }, .n = X->rows, .k = k };
    size_t n_done = 0;

    *out = (struct faithfulness){ NAN, NAN, NAN };
    if (k == 0 || 2 * k >= X->rows)
        return CT_OK;
    enum ct_status status = task_init(&t, n_blocks, n_threads, err);
    if (status == CT_OK)
        status =
            draws_make(n_blocks, look_around_block, &t, crew, progress, "neighbours", &n_done, err);
    if (status == CT_OK && n_done < n_blocks)
        status = ct_fail(err, CT_ECANCELED, "neighbours: cancelled");
    if (status == CT_OK)
        summarize(&t, n_blocks, out);
    task_clear(&t, n_threads);
    return status;
}

double faithfulness_memory(size_t n, size_t k, size_t n_threads)
{
    const size_t n_blocks = (n + BLOCK - 1) / BLOCK;

    return 2.0 * (double)n_threads * (sizeof(double) * (double)n + sizeof(size_t) * (double)k) +
           (double)n_blocks * (2.0 * sizeof(double) + sizeof(size_t));
}
