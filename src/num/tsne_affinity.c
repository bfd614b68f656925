#include "config.h"
#include "num/tsne_affinity.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"

size_t tsne_n_neighbors(size_t n_samples, double perplexity)
{
    const double wanted = floor(3.0 * perplexity + 1.0);

    return wanted < (double)(n_samples - 1) ? (size_t)wanted : n_samples - 1;
}

/* e^x for x <= 0, vectorised: x = m log 2 + r, e^r by its series; below -708 it is 0. Relative
 * error below 4e-16. */
static inline double exp_negative(double x)
{
    const double round = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer */
    const double bounded = x > -708.0 ? x : -708.0;
    const double shifted = bounded * 1.4426950408889634 + round;
    const double m = shifted - round;
    const double r = (bounded - m * 6.93147180369123816490e-01) - m * 1.90821492927058770002e-10;
    double e = 1.0 / 6227020800.0;
    union {
        double value;
        uint64_t bits;
    } shift = { .value = shifted }, power;

    e = e * r + 1.0 / 479001600.0;
    e = e * r + 1.0 / 39916800.0;
    e = e * r + 1.0 / 3628800.0;
    e = e * r + 1.0 / 362880.0;
    e = e * r + 1.0 / 40320.0;
    e = e * r + 1.0 / 5040.0;
    e = e * r + 1.0 / 720.0;
    e = e * r + 1.0 / 120.0;
    e = e * r + 1.0 / 24.0;
    e = e * r + 1.0 / 6.0;
    e = e * r + 0.5;
    e = e * r + 1.0;
    e = e * r + 1.0;
    power.bits = (shift.bits + 1023U) << 52; /* the low bits of shifted are m */
    return x > -708.0 ? e * power.value : 0.0;
}

/* The unnormalised p of a row at precision beta, their sum, and the sum of distance times p. */
CT_KERNEL static double row_weights(const double *sqdistances, size_t n, double beta, double *p,
                                    double *sum_distance)
{
    double sum = 0.0, weighted = 0.0;

#pragma omp simd reduction(+ : sum, weighted)
    for (size_t j = 0; j < n; j++) {
        const double d = (double)(float)sqdistances[j];
        const double w = exp_negative(-d * beta);
        p[j] = w;
        sum += w;
        weighted += d * w;
    }
    *sum_distance = weighted;
    return sum;
}

static void row_search(const double *sqdistances, size_t n, double log_perplexity, double *p)
{
    enum { MAX_STEPS = 100 };
    const double tolerance = 1e-5, no_sum = 1e-8;
    double beta = 1.0, beta_min = 0.0, beta_max = INFINITY, sum = 1.0;

    for (int step = 0; step < MAX_STEPS; step++) {
        double sum_distance;
        sum = row_weights(sqdistances, n, beta, p, &sum_distance);
        if (!(sum > 0.0))
            sum = no_sum; /* every p underflows: the entropy below calls for a smaller beta */
        const double difference = log(sum) + beta * sum_distance / sum - log_perplexity;
        if (fabs(difference) <= tolerance)
            break;
        if (difference > 0.0) {
            beta_min = beta;
            beta = isinf(beta_max) ? 2.0 * beta : 0.5 * (beta + beta_max);
        } else {
            beta_max = beta;
            beta = 0.5 * (beta + beta_min);
        }
    }
    for (size_t j = 0; j < n; j++)
        p[j] /= sum;
}

enum {
    ROWS = 16,   /* points that one thread takes at a time */
    TURN = 4096, /* points between two ticks */
};

/* Blocks of ROWS from the turn that begins with block `first`. */
struct turn {
    void (*rows)(void *job, size_t block);
    void *job;
    size_t first;
};

static void turn_rows(void *context, size_t block)
{
    const struct turn *const turn = context;

    turn->rows(turn->job, turn->first + block);
}

/* rows(job, block) for all blocks of ROWS points, by turns. False: progress said stop. */
static bool run_rows(struct crew *crew, const struct progress *progress, size_t n_samples,
                     void (*rows)(void *job, size_t block), void *job)
{
    const size_t n_blocks = (n_samples + ROWS - 1) / ROWS;
    struct turn turn = { .rows = rows, .job = job };

    for (; turn.first < n_blocks; turn.first += TURN / ROWS) {
        const size_t left = n_blocks - turn.first;
        if (!progress_tick(progress, 0, 1))
            return false;
        crew_run(crew, left < TURN / ROWS ? left : TURN / ROWS, turn_rows, &turn);
    }
    return true;
}

static enum ct_status stopped(struct ct_error *err)
{
    return ct_fail(err, CT_ECANCELED, "t-SNE: stopped on request");
}

struct conditional_job {
    const double *sqdistances;
    size_t n_samples;
    size_t n_neighbors;
    double log_perplexity;
    double *conditional;
};

static void conditional_rows(void *context, size_t block)
{
    const struct conditional_job *const job = context;
    const size_t first = block * ROWS, k = job->n_neighbors;

    for (size_t i = first; i < first + ROWS && i < job->n_samples; i++)
        row_search(job->sqdistances + i * k, k, job->log_perplexity, job->conditional + i * k);
}

enum ct_status tsne_conditional(const double *sqdistances, size_t n_samples, size_t n_neighbors,
                                double perplexity, struct crew *crew,
                                const struct progress *progress, double *conditional,
                                struct ct_error *err)
{
    struct conditional_job job = {
        .sqdistances = sqdistances,
        .n_samples = n_samples,
        .n_neighbors = n_neighbors,
        .log_perplexity = log((double)(float)perplexity), /* the reference takes a float32 */
        .conditional = conditional,
    };

    return run_rows(crew, progress, n_samples, conditional_rows, &job) ? CT_OK : stopped(err);
}

/* The transpose of a matrix of k entries a row: where each column's entries are, ordered by row. */
struct transposed {
    size_t *indptr;   /* [n + 1] */
    uint32_t *rows;   /* [n * k] */
    const double **p; /* [n * k] */
};

/* False: progress said stop. */
static bool transpose(const struct neighbors *nn, const double *conditional,
                      const struct progress *progress, struct transposed *t)
{
    const size_t n = nn->n_samples, k = nn->n_neighbors;

    for (size_t i = 0; i < n; i++) {
        if (i % TURN == 0 && !progress_tick(progress, 0, 1))
            return false;
        for (size_t e = i * k; e < (i + 1) * k; e++)
            t->indptr[nn->indices[e] + 1]++;
    }
    for (size_t j = 0; j < n; j++)
        t->indptr[j + 1] += t->indptr[j];
    for (size_t i = 0; i < n; i++) {
        if (i % TURN == 0 && !progress_tick(progress, 0, 1))
            return false;
        for (size_t e = i * k; e < (i + 1) * k; e++) {
            const size_t at = t->indptr[nn->indices[e]]++; /* moves each start to its end ... */
            t->rows[at] = (uint32_t)i;
            t->p[at] = conditional + e;
        }
    }
    for (size_t j = n; j > 0; j--) /* ... and here back again */
        t->indptr[j] = t->indptr[j - 1];
    t->indptr[0] = 0;
    return true;
}

/* Merges row i of the conditional p with row i of its transpose. Returns the entries written.
 * Without a branch for who is next, which would be guessed wrong often. */
static size_t merge_row(const struct neighbors *nn, const double *conditional,
                        const struct transposed *t, size_t i, uint32_t *indices, double *sums)
{
    const size_t k = nn->n_neighbors, end = t->indptr[i + 1];
    const uint32_t *const columns = nn->indices + i * k;
    const double *const p = conditional + i * k;
    size_t a = 0, b = t->indptr[i], count = 0;

    for (; a < k && b < end; count++) {
        const uint32_t ca = columns[a], cb = t->rows[b];
        const bool takes_a = ca <= cb, takes_b = cb <= ca;
        indices[count] = takes_a ? ca : cb;
        sums[count] = p[a] * (double)takes_a + *t->p[b] * (double)takes_b;
        a += takes_a;
        b += takes_b;
    }
    for (; a < k; a++, count++) {
        indices[count] = columns[a];
        sums[count] = p[a];
    }
    for (; b < end; b++, count++) {
        indices[count] = t->rows[b];
        sums[count] = *t->p[b];
    }
    return count;
}

/* The rows of P as they are merged: row i has room for all its entries and its column's. */
struct merged {
    const struct neighbors *neighbors;
    const double *conditional;
    struct transposed transposed;
    uint32_t *indices;  /* [2 n k] */
    double *sums;       /* [2 n k] */
    uint32_t *counts;   /* [n] entries of a row */
    double *row_totals; /* [n] */
    double total;
    struct tsne_joint *joint;
};

static size_t merged_start(const struct merged *m, size_t i)
{
    return i * m->neighbors->n_neighbors + m->transposed.indptr[i];
}

static void merge_rows(void *context, size_t block)
{
    const struct merged *const m = context;
    const size_t first = block * ROWS, n = m->neighbors->n_samples;

    for (size_t i = first; i < first + ROWS && i < n; i++) {
        const size_t at = merged_start(m, i);
        const size_t count = merge_row(m->neighbors, m->conditional, &m->transposed, i,
                                       m->indices + at, m->sums + at);
        m->counts[i] = (uint32_t)count;
        m->row_totals[i] = 0.0;
        for (size_t e = at; e < at + count; e++)
            m->row_totals[i] += m->sums[e];
    }
}

static void normalise_rows(void *context, size_t block)
{
    const struct merged *const m = context;
    const size_t first = block * ROWS, n = m->neighbors->n_samples;

    for (size_t i = first; i < first + ROWS && i < n; i++) {
        const size_t from = merged_start(m, i), to = m->joint->indptr[i];
        memcpy(m->joint->indices + to, m->indices + from, m->counts[i] * sizeof *m->indices);
        for (size_t e = 0; e < m->counts[i]; e++)
            m->joint->data[to + e] = (float)(m->sums[from + e] / m->total);
        for (size_t e = to + m->counts[i]; e < m->joint->indptr[i + 1]; e++) {
            m->joint->indices[e] = (uint32_t)i;
            m->joint->data[e] = 0.0F;
        }
    }
}

/* Where each row of *joint begins, and its arrays; the total of all. */
static enum ct_status merged_measure(struct merged *m, struct tsne_joint *joint,
                                     struct ct_error *err)
{
    const size_t n = joint->n_samples;

    joint->indptr = ct_calloc_array(n + 1, sizeof *joint->indptr);
    if (joint->indptr == NULL)
        return ct_fail_nomem(err, "t-SNE: joint probabilities", 0);
    for (size_t i = 0; i < n; i++) {
        const size_t lanes = (m->counts[i] + TSNE_LANES - 1) / TSNE_LANES;
        joint->indptr[i + 1] = joint->indptr[i] + lanes * TSNE_LANES;
        m->total += m->row_totals[i];
    }
    m->total = fmax(m->total, DBL_EPSILON);
    joint->indices = ct_aligned_array(joint->indptr[n], sizeof *joint->indices);
    joint->data = ct_aligned_array(joint->indptr[n], sizeof *joint->data);
    if (joint->indices == NULL || joint->data == NULL)
        return ct_fail_nomem(err, "t-SNE: joint probabilities", 0);
    return CT_OK;
}

static bool merged_init(struct merged *m)
{
    const size_t n = m->neighbors->n_samples;
    const size_t n_entries = n * m->neighbors->n_neighbors; /* has been allocated before: fits */
    struct transposed *const t = &m->transposed;

    t->indptr = ct_calloc_array(n + 1, sizeof *t->indptr);
    t->rows = ct_aligned_array(n_entries, sizeof *t->rows);
    t->p = ct_aligned_array(n_entries, sizeof *t->p);
    m->indices = ct_aligned_array(n_entries, 2 * sizeof *m->indices);
    m->sums = ct_aligned_array(n_entries, 2 * sizeof *m->sums);
    m->counts = ct_malloc_array(n, sizeof *m->counts);
    m->row_totals = ct_malloc_array(n, sizeof *m->row_totals);
    return t->indptr != NULL && t->rows != NULL && t->p != NULL && m->indices != NULL &&
           m->sums != NULL && m->counts != NULL && m->row_totals != NULL;
}

static void merged_clear(struct merged *m)
{
    free(m->transposed.indptr);
    free(m->transposed.rows);
    free(m->transposed.p);
    free(m->indices);
    free(m->sums);
    free(m->counts);
    free(m->row_totals);
}

enum ct_status tsne_joint_init(const struct neighbors *neighbors, const double *conditional,
                               struct crew *crew, const struct progress *progress,
                               struct tsne_joint *out, struct ct_error *err)
{
    const size_t n = neighbors->n_samples;
    struct tsne_joint joint = { .n_samples = n };
    struct merged m = { .neighbors = neighbors, .conditional = conditional, .joint = &joint };
    enum ct_status st = CT_OK;

    if (!merged_init(&m))
        st = ct_fail_nomem(err, "t-SNE: joint probabilities", 0);
    else if (!transpose(neighbors, conditional, progress, &m.transposed) ||
             !run_rows(crew, progress, n, merge_rows, &m))
        st = stopped(err);
    else
        st = merged_measure(&m, &joint, err);
    if (st == CT_OK && !run_rows(crew, progress, n, normalise_rows, &m))
        st = stopped(err);
    if (st == CT_OK) {
        *out = joint;
        joint = (struct tsne_joint){ 0 };
    }
    tsne_joint_clear(&joint);
    merged_clear(&m);
    return st;
}

enum ct_status tsne_joint_like(const struct tsne_joint *joint, struct tsne_joint *out,
                               struct ct_error *err)
{
    const size_t n = joint->n_samples, n_entries = joint->indptr[n];
    struct tsne_joint like = { .n_samples = n };

    like.indptr = ct_calloc_array(n + 1, sizeof *like.indptr);
    like.indices = ct_aligned_array(n_entries, sizeof *like.indices);
    like.data = ct_aligned_array(n_entries, sizeof *like.data);
    if (like.indptr == NULL || like.indices == NULL || like.data == NULL) {
        tsne_joint_clear(&like);
        return ct_fail_nomem(err, "t-SNE: joint probabilities", 0);
    }
    *out = like;
    return CT_OK;
}

struct arrange_job {
    const struct tsne_joint *from;
    const struct tsne_joint *to;
    const uint32_t *order;
    const uint32_t *rank;
};

static void arrange_rows(void *context, size_t block)
{
    const struct arrange_job *const job = context;
    const size_t first = block * ROWS, n = job->from->n_samples;

    for (size_t i = first; i < first + ROWS && i < n; i++) {
        const size_t from = job->from->indptr[job->order[i]], to = job->to->indptr[i];
        for (size_t e = 0; e < job->to->indptr[i + 1] - to; e++) {
            job->to->indices[to + e] = job->rank[job->from->indices[from + e]];
            job->to->data[to + e] = job->from->data[from + e];
        }
    }
}

void tsne_joint_arrange(const struct tsne_joint *joint, const uint32_t *order, const uint32_t *rank,
                        struct crew *crew, struct tsne_joint *out)
{
    struct arrange_job job = { .from = joint, .to = out, .order = order, .rank = rank };
    const size_t n = joint->n_samples;

    for (size_t i = 0; i < n; i++)
        out->indptr[i + 1] = out->indptr[i] + joint->indptr[order[i] + 1] - joint->indptr[order[i]];
    crew_run(crew, (n + ROWS - 1) / ROWS, arrange_rows, &job);
}

void tsne_joint_clear(struct tsne_joint *joint)
{
    free(joint->indptr);
    free(joint->indices);
    free(joint->data);
    *joint = (struct tsne_joint){ 0 };
}
