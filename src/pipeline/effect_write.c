#include "config.h"
#include "pipeline/effect_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/write_size.h"
#include "pipeline/extract_job.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"

/* out [n_sentences, width]: the values of all sentences at another hook point. */
static enum ct_status find_partners(const struct analysis *a, const struct hook_point *hook,
                                    float *out, struct ct_error *err)
{
    struct analysis_job job = { 0 };
    enum ct_status st = analysis_job_init(a, &job, err);

    if (st != CT_OK)
        return st;
    job.job.hooks = hook;
    job.job.n_hooks = 1;
    st = extract_activations(&job.job, a->params.threads, NULL, out, NULL, err);
    analysis_job_clear(&job);
    return st;
}

struct values { /* of a hook point */
    const struct analysis *a;
    const struct neuron_block *block;
    const struct neuron_write *write;
    float *row[2];         /* [block->n] of a pair, as they are added */
    const float *partners; /* see find_partners(); NULL: none */
};

static void read_pair(const struct values *v, const size_t pair[2])
{
    const struct matview *const X = &extract_of(v->a)->X;

    for (size_t g = 0; g < 2; g++) {
        memcpy(v->row[g], (const float *)X->data + pair[g] * X->stride + v->block->first,
               v->block->n * sizeof *v->row[g]);
        neuron_write_activate(load_of(v->a)->model, v->write, v->row[g], v->block->n);
    }
}

/* squares [block->n]: the mean square of the differences. */
static void add_differences(const struct values *v, const struct twins *twins, double *squares)
{
    const size_t n = v->block->n;

    memset(squares, 0, n * sizeof *squares);
    for (size_t k = 0; k < twins->n; k++) {
        read_pair(v, twins->pairs[k]);
        for (size_t g = 0; g < 2; g++)
            for (size_t j = 0; j < n; j++) {
                const double factor =
                    v->partners != NULL ? (double)v->partners[twins->pairs[k][g] * n + j] : 1.0;
                const double d = factor * ((double)v->row[0][j] - (double)v->row[1][j]);
                squares[j] += d * d / (2.0 * (double)twins->n);
            }
    }
}

static enum ct_status find_block(const struct analysis *a, const struct twins *twins,
                                 const struct neuron_block *block, const struct neuron_write *write,
                                 double *writes, struct ct_error *err)
{
    const size_t n = block->n;
    float *const rows = ct_malloc_array(n, 2 * sizeof *rows);
    double *const norms = ct_malloc_array(n, sizeof *norms);
    float *partners = NULL;
    enum ct_status st =
        rows != NULL && norms != NULL ? CT_OK : ct_fail_nomem(err, "effect", n * sizeof *norms);

    if (st == CT_OK && write->has_partner) {
        const size_t n_sentences = load_of(a)->n_sentences;
        partners = ct_malloc_array(n_sentences, n * sizeof *partners);
        st = partners != NULL ? find_partners(a, &write->partner, partners, err)
                              : ct_fail_nomem(err, "effect", n_sentences * n * sizeof *partners);
    }
    if (st == CT_OK && write->layer != NULL)
        st = neuron_write_norms(write, norms, err);
    if (st == CT_OK) {
        const struct values values = { a, block, write, { rows, rows + n }, partners };
        add_differences(&values, twins, writes + block->first);
        for (size_t j = 0; j < n; j++)
            writes[block->first + j] =
                sqrt(writes[block->first + j]) * (write->layer != NULL ? norms[j] : 1.0);
    }
    free(rows);
    free(norms);
    free(partners);
    return st;
}

enum ct_status effect_writes(const struct analysis *a, const struct twins *twins, double *writes,
                             struct ct_error *err)
{
    const struct extract_result *const e = extract_of(a);

    for (size_t b = 0; b < e->n_blocks; b++) {
        struct neuron_write write;
        bool is_known = false;
        enum ct_status st =
            neuron_write_find(load_of(a)->model, &hook_of(a)->hooks[b], &write, &is_known, err);
        for (size_t j = 0; j < e->blocks[b].n; j++)
            writes[e->blocks[b].first + j] = NAN;
        if (st == CT_OK && is_known && twins->n > 0)
            st = find_block(a, twins, &e->blocks[b], &write, writes, err);
        if (st != CT_OK)
            return st;
    }
    return CT_OK;
}
