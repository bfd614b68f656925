#include "config.h"
#include "num/tsne/affinity.h"

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

/* e^x for x <= 0, vectorisable: x = m log 2 + r, e^r by its series; 0 below -708. Relative error
 * below 4e-16. */
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

/* The unnormalised p of a row at precision beta, their sum, and the sum of distance times p. n is a
 * multiple of TSNE_LANES. */
CT_KERNEL static double row_weights(const double *restrict sqdistances, size_t n, double beta,
                                    double *restrict p, double *sum_distance)
{
    double sum = 0.0, weighted = 0.0;

#pragma omp simd reduction(+ : sum, weighted)
    for (size_t j = 0; j < n / TSNE_LANES * TSNE_LANES; j++) { /* n: no remainder */
        const double w = exp_negative(-sqdistances[j] * beta);
        p[j] = w;
        sum += w;
        weighted += sqdistances[j] * w;
    }
    *sum_distance = weighted;
    return sum;
}

/* Searches beta; p is not normalised; returns its sum. n is a multiple of TSNE_LANES. */
static double row_search(const double *sqdistances, size_t n, double log_perplexity, double *p)
{
    enum { MAX_STEPS = 100 };
    const double tolerance = 1e-5, no_sum = 1e-8;
    double beta = 1.0, beta_min = 0.0, beta_max = INFINITY, sum = 1.0;

    for (int step = 0; step < MAX_STEPS; step++) {
        double sum_distance;
        sum = row_weights(sqdistances, n, beta, p, &sum_distance);
        if (!(sum > 0.0))
            sum = no_sum; /* every p underflows: the entropy below then gives a smaller beta */
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
    return sum;
}

enum {
    ROWS = 16,   /* points per unit of work */
    TURN = 4096, /* points between two ticks */
};

/* Blocks of ROWS points between two ticks, from block `first` on. */
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

/* Calls rows(job, block) for all blocks of ROWS points, in turns. False if stopped by progress. */
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
    return ct_fail(err, CT_ECANCELED, "t-SNE: cancelled");
}

struct conditional_job {
    double *values; /* [n_samples, n_neighbors], squared distances, replaced by p */
    size_t n_samples;
    size_t n_neighbors;
    double log_perplexity;
    size_t padded;   /* n_neighbors rounded up to TSNE_LANES */
    double *scratch; /* [crew_size, 2, padded] */
};

static void conditional_rows(void *context, size_t block)
{
    const struct conditional_job *const job = context;
    const size_t first = block * ROWS, k = job->n_neighbors;
    double *const sqdistances = job->scratch + crew_thread() * 2 * job->padded;
    double *const p = sqdistances + job->padded;

    for (size_t j = k; j < job->padded; j++)
        sqdistances[j] =
            (double)FLT_MAX; /* its p is 0 at every possible beta, which is at least 2^-99 */
    for (size_t i = first; i < first + ROWS && i < job->n_samples; i++) {
        double *const row = job->values + i * k;
        for (size_t j = 0; j < k; j++)
            sqdistances[j] = (double)(float)row[j];
        const double sum = row_search(sqdistances, job->padded, job->log_perplexity, p);
        for (size_t j = 0; j < k; j++)
            row[j] = p[j] / sum;
    }
}

enum ct_status tsne_conditional(double *values, size_t n_samples, size_t n_neighbors,
                                double perplexity, struct crew *crew,
                                const struct progress *progress, struct ct_error *err)
{
    struct conditional_job job = {
        .values = values,
        .n_samples = n_samples,
        .n_neighbors = n_neighbors,
        .log_perplexity = log((double)(float)perplexity), /* the reference uses float32 */
        .padded = (n_neighbors + TSNE_LANES - 1) / TSNE_LANES * TSNE_LANES,
    };

    job.scratch = ct_aligned_array(crew_size(crew), 2 * job.padded * sizeof *job.scratch);
    if (job.scratch == NULL)
        return ct_fail_nomem(err, "t-SNE: conditional probabilities", 0);
    const bool done = run_rows(crew, progress, n_samples, conditional_rows, &job);
    free(job.scratch);
    return done ? CT_OK : stopped(err);
}

/* The transpose of the conditional p: the rows (ascending) and values of each column. */
struct transposed {
    size_t *indptr; /* [n + 1] */
    uint32_t *rows; /* [n * k] */
    double *p;      /* [n * k] */
};

/* False if stopped by progress. */
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
            const size_t at = t->indptr[nn->indices[e]]++; /* moves each start to its end; ... */
            t->rows[at] = (uint32_t)i;
            t->p[at] = conditional[e];
        }
    }
    for (size_t j = n; j > 0; j--) /* ... this moves it back */
        t->indptr[j] = t->indptr[j - 1];
    t->indptr[0] = 0;
    return true;
}

struct joint_job {
    const struct neighbors *neighbors;
    const double *conditional;
    struct transposed transposed;
    double total; /* of all p */
    struct tsne_joint *joint;
};

/* The number of common elements of two ascending lists. Branchless, here and below, since the
 * branch would often be mispredicted. */
static size_t count_common(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b)
{
    size_t i = 0, j = 0, count = 0;

    while (i < n_a && j < n_b) {
        const uint32_t of_a = a[i], of_b = b[j];
        count += of_a == of_b;
        i += of_a <= of_b;
        j += of_b <= of_a;
    }
    return count;
}

/* Stores the length of each row of P in indptr[i + 1]. */
static void count_rows(void *context, size_t block)
{
    const struct joint_job *const job = context;
    const struct transposed *const t = &job->transposed;
    const size_t first = block * ROWS, k = job->neighbors->n_neighbors;

    for (size_t i = first; i < first + ROWS && i < job->joint->n_samples; i++) {
        const size_t begin = t->indptr[i], length = t->indptr[i + 1] - begin;
        const size_t count =
            k + length - count_common(job->neighbors->indices + i * k, k, t->rows + begin, length);
        job->joint->indptr[i + 1] = (count + TSNE_LANES - 1) / TSNE_LANES * TSNE_LANES;
    }
}

/* Row i of P: the sum of the rows of the conditional p and of its transpose, divided by the
 * total. */
static void merge_row(const struct joint_job *job, size_t i)
{
    const struct transposed *const t = &job->transposed;
    const size_t k = job->neighbors->n_neighbors, end_b = t->indptr[i + 1];
    const uint32_t *const columns = job->neighbors->indices + i * k;
    const double *const p = job->conditional + i * k;
    uint32_t *const indices = job->joint->indices;
    float *const data = job->joint->data;
    size_t a = 0, b = t->indptr[i], to = job->joint->indptr[i];

    for (; a < k && b < end_b; to++) {
        const uint32_t of_a = columns[a], of_b = t->rows[b];
        const bool takes_a = of_a <= of_b, takes_b = of_b <= of_a;
        indices[to] = takes_a ? of_a : of_b;
        data[to] = (float)((p[a] * (double)takes_a + t->p[b] * (double)takes_b) / job->total);
        a += takes_a;
        b += takes_b;
    }
    for (; a < k; a++, to++) {
        indices[to] = columns[a];
        data[to] = (float)(p[a] / job->total);
    }
    for (; b < end_b; b++, to++) {
        indices[to] = t->rows[b];
        data[to] = (float)(t->p[b] / job->total);
    }
    for (; to < job->joint->indptr[i + 1]; to++) {
        indices[to] = (uint32_t)i;
        data[to] = 0.0F;
    }
}

static void merge_rows(void *context, size_t block)
{
    const struct joint_job *const job = context;
    const size_t first = block * ROWS;

    for (size_t i = first; i < first + ROWS && i < job->joint->n_samples; i++)
        merge_row(job, i);
}

/* Twice the sum of the conditional p: each appears directly and in the transpose. */
static double joint_total(const struct neighbors *nn, const double *conditional)
{
    double total = 0.0;

    for (size_t e = 0; e < nn->n_samples * nn->n_neighbors; e++)
        total += conditional[e];
    return fmax(2.0 * total, DBL_EPSILON);
}

static enum ct_status joint_fill(struct joint_job *job, struct crew *crew,
                                 const struct progress *progress, struct ct_error *err)
{
    struct tsne_joint *const joint = job->joint;
    const size_t n = joint->n_samples;

    if (!transpose(job->neighbors, job->conditional, progress, &job->transposed) ||
        !run_rows(crew, progress, n, count_rows, job))
        return stopped(err);
    for (size_t i = 0; i < n; i++)
        joint->indptr[i + 1] += joint->indptr[i];
    joint->indices = ct_aligned_array(joint->indptr[n], sizeof *joint->indices);
    joint->data = ct_aligned_array(joint->indptr[n], sizeof *joint->data);
    if (joint->indices == NULL || joint->data == NULL)
        return ct_fail_nomem(err, "t-SNE: joint probabilities", 0);
    job->total = joint_total(job->neighbors, job->conditional);
    return run_rows(crew, progress, n, merge_rows, job) ? CT_OK : stopped(err);
}

enum ct_status tsne_joint_init(const struct neighbors *neighbors, const double *conditional,
                               struct crew *crew, const struct progress *progress,
                               struct tsne_joint *out, struct ct_error *err)
{
    const size_t n = neighbors->n_samples;
    const size_t n_entries = n * neighbors->n_neighbors; /* cannot overflow: was allocated before */
    struct tsne_joint joint = { .n_samples = n };
    struct joint_job job = { .neighbors = neighbors, .conditional = conditional, .joint = &joint };
    struct transposed *const t = &job.transposed;
    enum ct_status st;

    joint.indptr = ct_calloc_array(n + 1, sizeof *joint.indptr);
    t->indptr = ct_calloc_array(n + 1, sizeof *t->indptr);
    t->rows = ct_aligned_array(n_entries, sizeof *t->rows);
    t->p = ct_aligned_array(n_entries, sizeof *t->p);
    if (joint.indptr == NULL || t->indptr == NULL || t->rows == NULL || t->p == NULL)
        st = ct_fail_nomem(err, "t-SNE: joint probabilities", 0);
    else
        st = joint_fill(&job, crew, progress, err);
    if (st == CT_OK) {
        *out = joint;
        joint = (struct tsne_joint){ 0 };
    }
    tsne_joint_clear(&joint);
    free(t->indptr);
    free(t->rows);
    free(t->p);
    return st;
}

double tsne_joint_memory(size_t n_samples, size_t n_neighbors)
{
    const struct tsne_joint *const joint = NULL;
    const double row = 2.0 * (double)n_neighbors + TSNE_LANES;
    const double entry = sizeof *joint->indices + sizeof *joint->data;

    return (double)n_samples * (row * entry + sizeof *joint->indptr);
}

double tsne_joint_init_memory(size_t n_samples, size_t n_neighbors)
{
    const struct transposed *const t = NULL;
    const double entry = sizeof *t->rows + sizeof *t->p;
    const double transposed = (double)n_samples * ((double)n_neighbors * entry + sizeof *t->indptr);

    return transposed + tsne_joint_memory(n_samples, n_neighbors);
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
