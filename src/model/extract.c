#include "config.h"
#include "model/extract.h"

#include <stdlib.h>
#include <string.h>

#include "base/fnv.h"
#include "base/mem.h"
#include "model/pass.h"
#include "model/prefix_tree.h"
#include "model/weights.h"

/* Largest batch: each reads all weights once, from the disk if they do not fit into memory. It must
 * depend on the model only, so that all processes make the same plan. */
enum { BATCH_POSITIONS = 1024, LEAST_POSITIONS = 128, BATCH_BYTES = 64 << 20 };

struct extract_plan {
    struct extract_job job;
    struct sorted_seq *sorted; /* [n_seqs] */
    struct extract_batch *batches;
    struct extract_stats stats;
    size_t max_len; /* of a sequence */
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t max_positions(const struct model_config *c)
{
    const double most = BATCH_BYTES / (double)pass_row_bytes(c);

    return most < LEAST_POSITIONS   ? LEAST_POSITIONS
           : most < BATCH_POSITIONS ? (size_t)most
                                    : BATCH_POSITIONS;
}

static enum ct_status check_hooks(const struct extract_job *job, struct ct_error *err)
{
    for (size_t h = 0; h < job->n_hooks; h++)
        if (job->hooks[h].place == PLACE_LOGITS)
            return model_check_output(job->model, err);
    return CT_OK;
}

static enum ct_status check_sequences(const struct extract_job *job, struct ct_error *err)
{
    const struct model_config *const c = model_config(job->model);

    for (size_t i = 0; i < job->n_seqs; i++) {
        const struct token_seq *const seq = &job->seqs[i];
        if (seq->n == 0)
            return ct_fail(err, CT_EINVAL, "sequence %zu: has no token", i);
        if (seq->n > c->n_positions)
            return ct_fail(err, CT_EINVAL,
                           "sequence %zu: %zu tokens, the model takes %zu; shorten the sentence", i,
                           seq->n, c->n_positions);
        for (size_t t = 0; t < seq->n; t++)
            if (seq->ids[t] >= c->vocab_size)
                return ct_fail(err, CT_EINVAL,
                               "sequence %zu: token %zu has id %lu, the model has %zu tokens; is "
                               "the tokenizer of another model?",
                               i, t, (unsigned long)seq->ids[t], c->vocab_size);
    }
    return CT_OK;
}

/* ---- the plan ---- */

/* Cuts the order into batches; stores them if plan->batches is allocated, else only counts them. */
static void cut(struct extract_plan *plan)
{
    const size_t n = plan->job.n_seqs;
    struct extract_batch batch = { .first = 0 };

    plan->stats.n_batches = plan->stats.n_positions = 0;
    for (; batch.first < n; batch.first += batch.n_seqs) {
        batch.n_seqs = prefix_tree_fit(plan->sorted + batch.first, n - batch.first,
                                       plan->job.max_positions, &batch.n_positions);
        if (plan->batches != NULL)
            plan->batches[plan->stats.n_batches] = batch;
        plan->stats.n_batches++;
        plan->stats.n_positions += batch.n_positions;
    }
}

static enum ct_status make_batches(struct extract_plan *plan, struct ct_error *err)
{
    const struct extract_job *const job = &plan->job;

    plan->sorted = ct_malloc_array(job->n_seqs, sizeof *plan->sorted);
    if (plan->sorted == NULL)
        return ct_fail_nomem(err, "sequences", job->n_seqs * sizeof *plan->sorted);
    prefix_tree_sort(job->seqs, job->n_seqs, job->edits, plan->sorted);
    for (size_t i = 0; i < job->n_seqs; i++) {
        plan->stats.n_tokens += job->seqs[i].n;
        plan->max_len = larger(plan->max_len, job->seqs[i].n);
    }
    cut(plan); /* first only counts them */
    plan->batches = ct_malloc_array(plan->stats.n_batches, sizeof *plan->batches);
    if (plan->batches == NULL)
        return ct_fail_nomem(err, "batches", plan->stats.n_batches * sizeof *plan->batches);
    cut(plan);
    return CT_OK;
}

enum ct_status extract_plan_new(const struct extract_job *job, struct extract_plan **out,
                                struct ct_error *err)
{
    enum ct_status st = check_sequences(job, err);

    if (st == CT_OK)
        st = check_hooks(job, err);
    if (st != CT_OK)
        return st;
    struct extract_plan *const plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return ct_fail_nomem(err, "batches", sizeof *plan);
    plan->job = *job;
    if (job->max_positions == 0)
        plan->job.max_positions = max_positions(model_config(job->model));
    st = make_batches(plan, err);
    if (st == CT_OK)
        *out = plan;
    else
        extract_plan_free(plan);
    return st;
}

void extract_plan_free(struct extract_plan *plan)
{
    if (plan == NULL)
        return;
    free(plan->sorted);
    free(plan->batches);
    free(plan);
}

struct extract_stats extract_plan_stats(const struct extract_plan *plan)
{
    return plan->stats;
}

struct extract_batch extract_plan_batch(const struct extract_plan *plan, size_t batch)
{
    return plan->batches[batch];
}

size_t extract_plan_sequence(const struct extract_plan *plan, size_t place)
{
    return plan->sorted[place].index;
}

/* ---- what is kept for other edits ---- */

struct extract_memo {
    uint64_t key;             /* of the sequences, and of where they are edited */
    struct pass_memo *passes; /* [n] of each batch */
    size_t n;
};

enum ct_status extract_memo_new(struct extract_memo **out, struct ct_error *err)
{
    *out = calloc(1, sizeof **out);
    return *out != NULL ? CT_OK : ct_fail_nomem(err, "extraction", sizeof **out);
}

static void forget(struct extract_memo *m)
{
    for (size_t i = 0; i < m->n; i++)
        pass_memo_clear(&m->passes[i]);
    free(m->passes);
    *m = (struct extract_memo){ 0 };
}

void extract_memo_free(struct extract_memo *m)
{
    if (m == NULL)
        return;
    forget(m);
    free(m);
}

static double memo_bytes(const struct model *model, size_t n_nodes)
{
    const struct model_config *const c = model_config(model);

    return pass_memo_bytes(n_nodes, c->hidden_size, c->n_kv_heads * c->head_dim, c->n_layers);
}

double extract_memo_memory(const struct model *model, size_t n_tokens)
{
    const double bytes = memo_bytes(model, n_tokens);

    return bytes < EXTRACT_MEMO_BYTES ? bytes : EXTRACT_MEMO_BYTES;
}

static uint64_t key_of(const struct extract_plan *plan)
{
    uint64_t key = fnv_add(FNV_START, &plan->job.model, sizeof plan->job.model);

    for (size_t b = 0; b < plan->stats.n_batches; b++)
        key = fnv_add(key, &plan->batches[b].n_seqs, sizeof plan->batches[b].n_seqs);
    for (size_t i = 0; i < plan->job.n_seqs; i++) {
        const struct sorted_seq *const s = &plan->sorted[i];
        const size_t parts[] = { s->index, s->from, s->seq.n };
        key = fnv_add(key, parts, sizeof parts);
        key = fnv_add(key, s->seq.ids, s->seq.n * sizeof *s->seq.ids);
    }
    return key;
}

/* Forgets what is of other sequences. */
static void prepare_memo(const struct extract_plan *plan)
{
    struct extract_memo *const m = plan->job.memo;
    const uint64_t key = key_of(plan);

    if (m->passes != NULL && m->key == key && m->n == plan->stats.n_batches)
        return;
    forget(m);
    if (memo_bytes(plan->job.model, plan->stats.n_positions) > EXTRACT_MEMO_BYTES)
        return;
    m->passes = ct_calloc_array(plan->stats.n_batches, sizeof *m->passes);
    m->n = m->passes != NULL ? plan->stats.n_batches : 0;
    m->key = key;
}

/* ---- a run ---- */

struct run { /* over some batches of a plan */
    const struct extract_plan *plan;
    const struct extract_batch *batches; /* [n] */
    size_t n;
    struct prefix_tree tree;  /* of the current batch */
    struct prefix_tree plain; /* with edits: the same without them, */
    struct sorted_seq *copy;  /* [most sequences], */
    uint32_t *of;             /* and [most nodes]: see prefix_tree_build_plain() */
    struct pass *pass;
    const struct progress *progress;
    size_t done; /* work, see pass_work() */
    size_t total;
};

static enum ct_status prepare_edits(struct run *run, size_t max_nodes, size_t max_seqs,
                                    struct ct_error *err)
{
    run->copy = ct_malloc_array(max_seqs, sizeof *run->copy);
    run->of = ct_malloc_array(max_nodes, sizeof *run->of);
    if (run->copy == NULL || run->of == NULL)
        return ct_fail_nomem(err, "sequences", max_seqs * sizeof *run->copy);
    return prefix_tree_init(&run->plain, max_nodes, max_seqs, run->plan->max_len, err);
}

/* Allocates for the largest batch in each respect. */
static enum ct_status prepare(struct run *run, int n_threads, struct ct_error *err)
{
    const struct extract_plan *const plan = run->plan;
    struct pass_params params = { .hooks = plan->job.hooks,
                                  .n_hooks = plan->job.n_hooks,
                                  .max_len = plan->max_len,
                                  .n_threads = n_threads,
                                  .shuffle = plan->job.shuffle,
                                  .edits = plan->job.edits };
    size_t max_seqs = 0;
    size_t n_positions = 0;

    for (size_t i = 0; i < run->n; i++) {
        params.max_nodes = larger(params.max_nodes, run->batches[i].n_positions);
        max_seqs = larger(max_seqs, run->batches[i].n_seqs);
        n_positions += run->batches[i].n_positions;
    }
    enum ct_status st =
        prefix_tree_init(&run->tree, params.max_nodes, max_seqs, plan->max_len, err);
    if (st == CT_OK && params.edits != NULL)
        st = prepare_edits(run, params.max_nodes, max_seqs, err);
    if (st == CT_OK)
        st = pass_new(model_config(plan->job.model), model_weights(plan->job.model), &params,
                      &run->pass, err);
    if (st == CT_OK)
        run->total = n_positions * pass_work(run->pass);
    return st;
}

static bool step(void *context, size_t work)
{
    struct run *const run = context;

    run->done += work;
    return progress_tick(run->progress, run->done, run->total);
}

static enum ct_status run_batches(struct run *run, float *out, struct ct_error *err)
{
    struct pass_input input = { &run->tree, &run->plain, run->of, NULL };
    struct extract_memo *const memo = run->plan->job.memo;

    for (size_t i = 0; i < run->n; i++) {
        const struct sorted_seq *const seqs = run->plan->sorted + run->batches[i].first;
        prefix_tree_build(&run->tree, seqs, run->batches[i].n_seqs);
        if (run->copy != NULL) {
            memcpy(run->copy, seqs, run->batches[i].n_seqs * sizeof *seqs);
            prefix_tree_build_plain(&run->tree, run->copy, &run->plain, run->of);
        }
        if (memo != NULL && memo->n > 0)
            input.memo = &memo->passes[run->batches + i - run->plan->batches];
        if (!pass_run(run->pass, &input, out, step, run))
            return ct_fail(err, CT_ECANCELED, "extraction: stopped");
    }
    return CT_OK;
}

enum ct_status extract_run(const struct extract_plan *plan, size_t first, size_t n, int n_threads,
                           const struct progress *progress, float *out, struct ct_error *err)
{
    struct run run = {
        .plan = plan, .batches = plan->batches + first, .n = n, .progress = progress
    };

    if (n == 0 || plan->job.n_hooks == 0)
        return CT_OK;
    if (plan->job.memo != NULL)
        prepare_memo(plan);
    enum ct_status st = prepare(&run, n_threads, err);
    if (st == CT_OK)
        st = run_batches(&run, out, err);
    pass_free(run.pass);
    prefix_tree_clear(&run.tree);
    prefix_tree_clear(&run.plain);
    free(run.copy);
    free(run.of);
    return st;
}

enum ct_status extract_activations(const struct extract_job *job, int n_threads,
                                   const struct progress *progress, float *out,
                                   struct extract_stats *stats, struct ct_error *err)
{
    struct extract_plan *plan = NULL;
    enum ct_status st = extract_plan_new(job, &plan, err);

    if (st != CT_OK)
        return st;
    st = extract_run(plan, 0, plan->stats.n_batches, n_threads, progress, out, err);
    if (st == CT_OK && stats != NULL)
        *stats = plan->stats;
    extract_plan_free(plan);
    return st;
}

/* Of a batch. */
static size_t most_nodes(const struct model_config *c, size_t n_tokens, size_t max_len)
{
    const size_t bound = larger(max_positions(c), max_len);

    return bound < n_tokens ? bound : n_tokens;
}

double extract_memory(const struct model *model, size_t n_seqs, size_t n_tokens, size_t max_len,
                      int n_threads)
{
    const struct model_config *const c = model_config(model);
    const size_t max_nodes = most_nodes(c, n_tokens, max_len);
    /* A batch ends where the next sequence would exceed its size, so any two consecutive batches
     * exceed it together. */
    const double n_batches = 1.0 + 2.0 * (double)n_tokens / (double)max_positions(c);
    const double plan =
        (double)n_seqs * sizeof(struct sorted_seq) + n_batches * sizeof(struct extract_batch);

    return plan + prefix_tree_memory(max_nodes, n_seqs, max_len) +
           pass_memory(c, max_nodes, max_len, n_threads);
}

double extract_edits_memory(const struct model *model, size_t n_seqs, size_t n_tokens,
                            size_t max_len)
{
    const struct model_config *const c = model_config(model);
    const size_t nodes = most_nodes(c, n_tokens, max_len);
    const double kept = (double)linear_stride(c->hidden_size) * sizeof(float);
    const double gates =
        c->is_gated ? (double)linear_stride(c->intermediate_size) * sizeof(float) : 0.0;

    return prefix_tree_memory(nodes, n_seqs, max_len) + (double)n_seqs * sizeof(struct sorted_seq) +
           (double)nodes * (2.0 * sizeof(uint32_t) + kept + gates);
}

double extract_shuffle_memory(const struct model *model, size_t n_tokens, size_t max_len,
                              int n_threads)
{
    return shuffled_memory(model_weights(model), most_nodes(model_config(model), n_tokens, max_len),
                           n_threads);
}

double extract_weight_bytes(const struct model *model, const struct hook_point *hooks,
                            size_t n_hooks)
{
    return pass_weight_bytes(model_config(model), model_weights(model), hooks, n_hooks);
}
