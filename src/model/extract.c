#include "config.h"
#include "model/extract.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/extract_batches.h"
#include "model/pass.h"
#include "model/prefix_tree.h"

/* A batch is at most this large: enough rows for the matrix products to run at full speed, and few
 * enough for half a block to be done in a fifth of a second by one core without AVX-512. */
enum { BATCH_POSITIONS = 1024, LEAST_POSITIONS = 128, BATCH_BYTES = 64 << 20 };
static const double STEP_FLOP = 18e9;

static enum ct_status check_sequences(const struct model_config *c, const struct token_seq *seqs,
                                      size_t n_seqs, struct ct_error *err)
{
    for (size_t i = 0; i < n_seqs; i++) {
        if (seqs[i].n == 0)
            return ct_fail(err, CT_EINVAL, "sequence %zu: has no token", i);
        if (seqs[i].n > c->n_positions)
            return ct_fail(err, CT_EINVAL,
                           "sequence %zu: %zu tokens, the model takes %zu; shorten the sentence", i,
                           seqs[i].n, c->n_positions);
        for (size_t t = 0; t < seqs[i].n; t++)
            if (seqs[i].ids[t] >= c->vocab_size)
                return ct_fail(err, CT_EINVAL,
                               "sequence %zu: token %zu has id %lu, the model has %zu tokens; is "
                               "the tokenizer of another model?",
                               i, t, (unsigned long)seqs[i].ids[t], c->vocab_size);
    }
    return CT_OK;
}

static size_t max_positions(const struct model_config *c)
{
    const double by_bytes = BATCH_BYTES / (double)pass_row_bytes(c);
    const double by_flop =
        STEP_FLOP / (4.0 * (double)c->hidden_size * (double)c->intermediate_size);
    const double most = by_bytes < by_flop ? by_bytes : by_flop;

    return most < LEAST_POSITIONS   ? LEAST_POSITIONS
           : most < BATCH_POSITIONS ? (size_t)most
                                    : BATCH_POSITIONS;
}

struct job {
    struct sorted_seq *sorted; /* [n_seqs] */
    size_t n_seqs;
    size_t max_nodes; /* of a batch of more than one sequence */
    struct prefix_tree tree;
    struct extract_stats stats;
    size_t largest; /* nodes of the largest batch */
    size_t max_len;
    const struct progress *progress;
    size_t done; /* in rows times steps */
    size_t total;
};

/* Makes the batches once for their number and size. */
static enum ct_status survey(struct job *job, const struct token_seq *seqs, struct ct_error *err)
{
    job->sorted = ct_malloc_array(job->n_seqs, sizeof *job->sorted);
    if (job->sorted == NULL)
        return ct_fail_nomem(err, "sequences", job->n_seqs * sizeof *job->sorted);
    sorted_seqs_fill(job->sorted, seqs, job->n_seqs);
    for (size_t i = 0; i < job->n_seqs; i++) {
        job->stats.n_tokens += seqs[i].n;
        job->max_len = seqs[i].n > job->max_len ? seqs[i].n : job->max_len;
    }
    const size_t most = job->max_nodes > job->max_len ? job->max_nodes : job->max_len;
    const size_t room = most < job->stats.n_tokens ? most : job->stats.n_tokens;
    const enum ct_status st = prefix_tree_init(&job->tree, room, job->n_seqs, job->max_len, err);
    if (st != CT_OK)
        return st;
    for (size_t at = 0; at < job->n_seqs;) {
        at += prefix_tree_build(&job->tree, job->sorted + at, job->n_seqs - at, job->max_nodes);
        job->stats.n_positions += job->tree.n_nodes;
        job->stats.n_batches++;
        job->largest = job->tree.n_nodes > job->largest ? job->tree.n_nodes : job->largest;
    }
    return CT_OK;
}

static bool step(void *context, size_t n_rows)
{
    struct job *const job = context;

    job->done += n_rows;
    return progress_tick(job->progress, job->done, job->total);
}

static enum ct_status run_batches(struct job *job, struct pass *pass, float *out,
                                  struct ct_error *err)
{
    job->total = job->stats.n_positions * pass_n_steps(pass);
    for (size_t at = 0; at < job->n_seqs;) {
        at += prefix_tree_build(&job->tree, job->sorted + at, job->n_seqs - at, job->max_nodes);
        if (!pass_run(pass, &job->tree, out, step, job))
            return ct_fail(err, CT_ECANCELED, "extraction: stopped");
    }
    return CT_OK;
}

enum ct_status extract_in_batches(const struct model *model, const struct token_seq *seqs,
                                  size_t n_seqs, const struct hook_point *hooks, size_t n_hooks,
                                  int n_threads, size_t max_nodes, const struct progress *progress,
                                  float *out, struct extract_stats *stats, struct ct_error *err)
{
    struct job job = { .n_seqs = n_seqs, .max_nodes = max_nodes, .progress = progress };
    struct pass *pass = NULL;
    enum ct_status st = check_sequences(model_config(model), seqs, n_seqs, err);

    if (st == CT_OK)
        st = survey(&job, seqs, err);
    if (st == CT_OK && n_seqs > 0 && n_hooks > 0) {
        const struct pass_params params = { hooks, n_hooks, job.largest, job.max_len, n_threads };
        st = pass_new(model, &params, &pass, err);
        if (st == CT_OK)
            st = run_batches(&job, pass, out, err);
    }
    if (st == CT_OK && stats != NULL)
        *stats = job.stats;
    pass_free(pass);
    prefix_tree_clear(&job.tree);
    free(job.sorted);
    return st;
}

enum ct_status extract_activations(const struct model *model, const struct token_seq *seqs,
                                   size_t n_seqs, const struct hook_point *hooks, size_t n_hooks,
                                   int n_threads, const struct progress *progress, float *out,
                                   struct extract_stats *stats, struct ct_error *err)
{
    return extract_in_batches(model, seqs, n_seqs, hooks, n_hooks, n_threads,
                              max_positions(model_config(model)), progress, out, stats, err);
}

double extract_memory(const struct model *model, size_t n_seqs, size_t n_tokens, size_t max_len,
                      int n_threads)
{
    const struct model_config *const c = model_config(model);
    const size_t most = max_positions(c) > max_len ? max_positions(c) : max_len;
    const double sorting = (double)n_seqs * (sizeof(struct sorted_seq) + 2 * sizeof(uint32_t));

    return sorting + pass_memory(c, most < n_tokens ? most : n_tokens, max_len, n_threads);
}
