#include "config.h"
#include "model/ops/attention.h"

#include <math.h>
#include <string.h>

#include "base/kernel.h"
#include "model/ops/activation.h"
#include "model/ops/exp_f32.h"

enum { LANES = 16 };

struct stack {     /* keys and values of the path to a node, for one head */
    float *keys;   /* [head_dim, len]: transposed, so that scores need no horizontal sums */
    float *values; /* [len, width] */
    float *scores; /* [len] */
    size_t len;    /* max_len, rounded up to LANES */
    size_t width;  /* head_dim, rounded up to LANES */
};

static size_t round_up(size_t n)
{
    return (n + LANES - 1) / LANES * LANES;
}

size_t attention_scratch(size_t max_len, size_t head_dim)
{
    const size_t len = round_up(max_len);

    return len * (head_dim + round_up(head_dim) + 1);
}

/* Scores begin .. n, and some before. */
CT_KERNEL
static void score_keys(const struct stack *s, const float *q, size_t head_dim, size_t begin,
                       size_t n)
{
    for (size_t j = begin / LANES * LANES; j < n; j += LANES) {
        float sum[LANES] = { 0 };
        for (size_t c = 0; c < head_dim; c++) {
            const float *const key = s->keys + c * s->len + j;
#pragma omp simd
            for (size_t k = 0; k < LANES; k++)
                sum[k] += q[c] * key[k];
        }
        memcpy(s->scores + j, sum, sizeof sum);
    }
}

/* Scores become cap tanh(scale * score / cap). */
static void cap_scores(float *scores, size_t n, float scale, float cap)
{
    for (size_t j = 0; j < n; j++)
        scores[j] *= scale / cap;
    activation_apply(ACTIVATION_TANH, scores, n);
    for (size_t j = 0; j < n; j++)
        scores[j] *= cap;
}

/* Softmax: scores become weights that sum to 1; the maximum is subtracted so that exp stays in
 * range. */
CT_KERNEL
static void softmax(float *scores, size_t n, float scale)
{
    float largest = -INFINITY;
    float sum = 0.0F;

    for (size_t j = 0; j < n; j++) {
        scores[j] *= scale;
        largest = scores[j] > largest ? scores[j] : largest;
    }
#pragma omp simd reduction(+ : sum)
    for (size_t j = 0; j < n; j++) {
        scores[j] = exp_f32(scores[j] - largest);
        sum += scores[j];
    }
    const float inverse = 1.0F / sum;
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        scores[j] *= inverse;
}

CT_KERNEL
static void mix_values(const struct stack *s, size_t begin, size_t n, size_t head_dim, float *out)
{
    for (size_t c = 0; c < head_dim; c += LANES) {
        const size_t n_out = head_dim - c < LANES ? head_dim - c : LANES;
        float sum[LANES] = { 0 };
        for (size_t j = begin; j < n; j++) {
            const float *const value = s->values + j * s->width + c;
#pragma omp simd
            for (size_t k = 0; k < LANES; k++)
                sum[k] += s->scores[j] * value[k];
        }
        memcpy(out + c, sum, n_out * sizeof *sum);
    }
}

static void push(const struct stack *s, size_t depth, const float *key, const float *value,
                 size_t head_dim)
{
    for (size_t c = 0; c < head_dim; c++)
        s->keys[c * s->len + depth] = key[c];
    memcpy(s->values + depth * s->width, value, head_dim * sizeof *value);
}

static void attend_head(const struct attention_job *job, size_t head, float *scratch)
{
    const size_t at = head * job->head_dim;
    const size_t kv_at = head * job->n_kv_heads / job->n_heads * job->head_dim;
    struct stack s = { .len = round_up(job->max_len), .width = round_up(job->head_dim) };
    size_t query = 0;

    memset(scratch, 0, attention_scratch(job->max_len, job->head_dim) * sizeof *scratch);
    s.keys = scratch;
    s.values = s.keys + job->head_dim * s.len;
    s.scores = s.values + s.len * s.width;
    for (size_t i = 0; i < job->n_nodes && query < job->n_queries; i++) {
        push(&s, job->depth[i], job->k + i * job->ld_k + kv_at, job->v + i * job->ld_v + kv_at,
             job->head_dim);
        if (job->queries != NULL && job->queries[query] != i)
            continue;
        const size_t n = (size_t)job->depth[i] + 1;
        const size_t begin = job->window > 0 && n > job->window ? n - job->window : 0;
        score_keys(&s, job->q + query * job->ld_q + at, job->head_dim, begin, n);
        if (job->cap > 0.0F)
            cap_scores(s.scores + begin, n - begin, job->scale, job->cap);
        softmax(s.scores + begin, n - begin, job->cap > 0.0F ? 1.0F : job->scale);
        mix_values(&s, begin, n, job->head_dim, job->out + query * job->ld_out + at);
        query++;
    }
}

struct section {
    const struct attention_job *job;
    float *scratch;
};

static void attend(void *context, size_t head)
{
    const struct section *const s = context;
    const size_t size = attention_scratch(s->job->max_len, s->job->head_dim);

    attend_head(s->job, head, s->scratch + crew_thread() * size);
}

void attention_apply(const struct attention_job *job, float *scratch, struct crew *crew)
{
    struct section section = { job, scratch };

    crew_run(crew, job->n_heads, attend, &section);
}
