#include "config.h"
#include "num/near/lists.h"

#include <float.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/linear/blas_library.h"

enum {
    LIST_SIZE = 192,
    MOST_LISTS = 1024,
    LLOYD_ITER = 3, /* the lists need not be optimal */
    TILE = 64,      /* rows, and lists, whose products are computed at a time */
    PORTION = 1024, /* blocks of TILE rows between two ticks */
};

struct means {
    const float *rows; /* [n_samples, n_features] */
    size_t n_samples;
    size_t n_features;
    size_t n_lists;
    float *mean;    /* [n_lists, n_features] */
    float *half;    /* [n_lists], half the squared norm of the mean */
    double *sum;    /* [n_features] */
    uint32_t *list; /* [n_samples] */
    size_t first;   /* first block of the current portion */
};

/* Assigns each row of a block to the list whose mean is nearest: |m|^2 / 2 - xm is minimal. */
static void assign_block(void *context, size_t block)
{
    const struct means *const m = context;
    const size_t first = (m->first + block) * TILE, d = m->n_features;
    const size_t rows = m->n_samples - first < TILE ? m->n_samples - first : TILE;
    _Alignas(64) float products[TILE * TILE];
    float best[TILE];

    for (size_t r = 0; r < rows; r++)
        best[r] = FLT_MAX;
    for (size_t begin = 0; begin < m->n_lists; begin += TILE) {
        const size_t count = m->n_lists - begin < TILE ? m->n_lists - begin : TILE;
        blas.sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)count, (int)d, 1.0F,
                   m->rows + first * d, (int)d, m->mean + begin * d, (int)d, 0.0F, products, TILE);
        for (size_t r = 0; r < rows; r++)
            for (size_t l = 0; l < count; l++) {
                const float half = m->half[begin + l] - products[r * TILE + l];
                if (half < best[r]) {
                    best[r] = half;
                    m->list[first + r] = (uint32_t)(begin + l);
                }
            }
    }
}

static bool assign(struct means *m, struct crew *crew, const struct progress *progress)
{
    const size_t n_blocks = (m->n_samples + TILE - 1) / TILE;

    for (m->first = 0; m->first < n_blocks; m->first += PORTION) {
        if (!progress_tick(progress, 0, m->n_samples))
            return false;
        crew_run(crew, n_blocks - m->first < PORTION ? n_blocks - m->first : PORTION, assign_block,
                 m);
    }
    return true;
}

/* Sorts rows by list, from m->list. */
static void sort_by_list(const struct means *m, struct neighbors_lists *lists)
{
    memset(lists->bounds, 0, (m->n_lists + 1) * sizeof *lists->bounds);
    for (size_t i = 0; i < m->n_samples; i++)
        lists->bounds[m->list[i]]++;
    for (size_t l = 1; l <= m->n_lists; l++)
        lists->bounds[l] += lists->bounds[l - 1]; /* ends; the next loop makes them beginnings */
    for (size_t i = m->n_samples; i-- > 0;)
        lists->order[--lists->bounds[m->list[i]]] = (uint32_t)i;
}

static void set_mean(struct means *m, size_t l, const double *sum, double count)
{
    double sqnorm = 0.0;

    for (size_t j = 0; j < m->n_features; j++) {
        const double mean = sum[j] / count;
        m->mean[l * m->n_features + j] = (float)mean;
        sqnorm += mean * mean;
    }
    m->half[l] = (float)(0.5 * sqnorm);
}

/* An empty list keeps its mean. */
static void update_means(struct means *m, const struct neighbors_lists *lists)
{
    const size_t d = m->n_features;

    for (size_t l = 0; l < m->n_lists; l++) {
        const size_t begin = lists->bounds[l], end = lists->bounds[l + 1];
        memset(m->sum, 0, d * sizeof *m->sum);
        for (size_t place = begin; place < end; place++)
            for (size_t j = 0; j < d; j++)
                m->sum[j] += (double)m->rows[lists->order[place] * d + j];
        if (end > begin)
            set_mean(m, l, m->sum, (double)(end - begin));
    }
}

static void first_means(struct means *m)
{
    const size_t d = m->n_features, step = m->n_samples / m->n_lists;

    for (size_t l = 0; l < m->n_lists; l++) {
        for (size_t j = 0; j < d; j++)
            m->sum[j] = (double)m->rows[l * step * d + j];
        set_mean(m, l, m->sum, 1.0);
    }
}

struct ranked {
    double sqdistance;
    uint32_t list;
};

static int ranked_compare(const void *a, const void *b)
{
    const struct ranked *const x = a, *const y = b;

    if (x->sqdistance != y->sqdistance)
        return x->sqdistance < y->sqdistance ? -1 : 1;
    return x->list < y->list ? -1 : x->list > y->list;
}

static void rank_near(const struct means *m, uint32_t *near, struct ranked *room)
{
    const size_t d = m->n_features, n = m->n_lists;

    for (size_t l = 0; l < n; l++) {
        for (size_t other = 0; other < n; other++) {
            double sum = 0.0;
            for (size_t j = 0; j < d; j++) {
                const double v = (double)m->mean[l * d + j] - (double)m->mean[other * d + j];
                sum += v * v;
            }
            room[other] = (struct ranked){ other == l ? -1.0 : sum, (uint32_t)other };
        }
        qsort(room, n, sizeof *room, ranked_compare);
        for (size_t r = 0; r < n; r++)
            near[l * n + r] = room[r].list;
    }
}

static bool lists_allocate(struct neighbors_lists *lists, size_t n_samples)
{
    lists->list = ct_calloc_array(n_samples, sizeof *lists->list);
    lists->order = ct_malloc_array(n_samples, sizeof *lists->order);
    lists->bounds = ct_calloc_array(lists->n_lists + 1, sizeof *lists->bounds);
    lists->near = ct_calloc_array(lists->n_lists * lists->n_lists, sizeof *lists->near);
    return lists->list != NULL && lists->order != NULL && lists->bounds != NULL &&
           lists->near != NULL;
}

enum ct_status neighbors_lists_one(size_t n_samples, struct neighbors_lists *out,
                                   struct ct_error *err)
{
    struct neighbors_lists lists = { .n_lists = 1 };

    if (!lists_allocate(&lists, n_samples)) {
        neighbors_lists_clear(&lists);
        return ct_fail_nomem(err, "nearest neighbours", 0);
    }
    for (size_t i = 0; i < n_samples; i++)
        lists.order[i] = (uint32_t)i;
    lists.bounds[1] = n_samples;
    *out = lists;
    return CT_OK;
}

static size_t count_lists(size_t n_samples)
{
    const size_t wanted = n_samples / LIST_SIZE, some = wanted > 0 ? wanted : 1;

    return some < MOST_LISTS ? some : MOST_LISTS;
}

enum ct_status neighbors_lists_init(const float *rows, size_t n_samples, size_t n_features,
                                    struct crew *crew, const struct progress *progress,
                                    struct neighbors_lists *out, struct ct_error *err)
{
    struct neighbors_lists lists = { .n_lists = count_lists(n_samples) };
    struct means m = { .rows = rows, .n_samples = n_samples, .n_features = n_features };
    struct ranked *const room = ct_malloc_array(lists.n_lists, sizeof *room);
    enum ct_status st = CT_OK;

    m.n_lists = lists.n_lists;
    m.mean = ct_aligned_array(m.n_lists * n_features, sizeof *m.mean);
    m.half = ct_malloc_array(m.n_lists, sizeof *m.half);
    m.sum = ct_malloc_array(n_features, sizeof *m.sum);
    if (!lists_allocate(&lists, n_samples) || room == NULL || m.mean == NULL || m.half == NULL ||
        m.sum == NULL) {
        st = ct_fail_nomem(err, "nearest neighbours", 0);
        goto done;
    }
    m.list = lists.list;
    first_means(&m);
    for (int iter = 0; iter < LLOYD_ITER; iter++) {
        if (!assign(&m, crew, progress)) {
            st = ct_fail(err, CT_ECANCELED, "nearest neighbours: cancelled");
            goto done;
        }
        sort_by_list(&m, &lists);
        update_means(&m, &lists);
    }
    rank_near(&m, lists.near, room);
    *out = lists;
    lists = (struct neighbors_lists){ 0 };
done:
    neighbors_lists_clear(&lists);
    free(room);
    free(m.mean);
    free(m.half);
    free(m.sum);
    return st;
}

void neighbors_lists_clear(struct neighbors_lists *lists)
{
    free(lists->list);
    free(lists->order);
    free(lists->bounds);
    free(lists->near);
    *lists = (struct neighbors_lists){ 0 };
}

double neighbors_lists_memory(size_t n_samples, size_t n_features)
{
    const struct neighbors_lists *const lists = NULL;
    const double n_lists = (double)count_lists(n_samples);
    const double rows = (double)n_samples * (sizeof *lists->list + sizeof *lists->order);
    const double near = n_lists * n_lists * sizeof *lists->near;
    const double means = (n_lists * sizeof(float) + sizeof(double)) * (double)n_features;
    const double each = sizeof *lists->bounds + sizeof(struct ranked) + sizeof(float);

    return rows + near + means + n_lists * each;
}
