#include "config.h"
#include "pipeline/units.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"

/* ---- the order ---- */

struct item { /* a sentence, or two twins */
    const struct token_seq *seq;
    size_t row;
    size_t twin; /* its row; row: none */
};

static int compare_ids(const struct token_seq *a, const struct token_seq *b)
{
    for (size_t t = 0; t < a->n && t < b->n; t++)
        if (a->ids[t] != b->ids[t])
            return a->ids[t] < b->ids[t] ? -1 : 1;
    return (a->n > b->n) - (a->n < b->n);
}

static int compare_items(const void *left, const void *right)
{
    const struct item *const a = left;
    const struct item *const b = right;
    const int by_ids = compare_ids(a->seq, b->seq);

    return by_ids != 0 ? by_ids : (a->row > b->row) - (a->row < b->row);
}

/* Twins first, so that none are parted: units have even sizes. */
static size_t fill_items(const struct units *u, const struct contrast *c, size_t *twin_of,
                         struct item *items)
{
    size_t n_pairs = 0;
    size_t n = 0;

    for (size_t i = 0; i < u->n_sentences; i++)
        twin_of[i] = i;
    for (size_t k = 0; c->are_pairs && k < c->n_rows[0]; k++) {
        const size_t a = c->rows[0][k];
        const size_t b = c->rows[1][k];
        items[n++] = (struct item){ &u->job.seqs[a], a, b };
        twin_of[a] = b;
        twin_of[b] = a;
    }
    n_pairs = n;
    for (size_t i = 0; i < u->n_sentences; i++)
        if (twin_of[i] == i)
            items[n++] = (struct item){ &u->job.seqs[i], i, i };
    qsort(items, n_pairs, sizeof *items, compare_items);
    qsort(items + n_pairs, n - n_pairs, sizeof *items, compare_items);
    return n;
}

static enum ct_status sort_sentences(const struct contrast *c, struct units *u,
                                     struct ct_error *err)
{
    struct item *const items = ct_malloc_array(u->n_sentences, sizeof *items);
    size_t *const twin_of = ct_malloc_array(u->n_sentences, sizeof *twin_of);
    enum ct_status status = CT_OK;

    u->order = ct_malloc_array(u->n_sentences, sizeof *u->order);
    if (items == NULL || twin_of == NULL || u->order == NULL)
        status = ct_fail_nomem(err, "units", u->n_sentences * sizeof *items);
    if (status == CT_OK) {
        const size_t n = fill_items(u, c, twin_of, items);
        size_t at = 0;
        for (size_t i = 0; i < n; i++) {
            u->order[at++] = items[i].row;
            if (items[i].twin != items[i].row)
                u->order[at++] = items[i].twin;
        }
    }
    free(items);
    free(twin_of);
    return status;
}

/* ---- units ---- */

static size_t count_units(size_t n_sentences, size_t size)
{
    return n_sentences / size + (n_sentences % size > 0);
}

static size_t default_size(size_t n_sentences)
{
    enum { ENOUGH = 1000 };
    size_t size = UNIT_LEAST;

    while (size < UNIT_MOST && count_units(n_sentences, size) > ENOUGH)
        size *= 2;
    return size;
}

enum ct_status units_init(const struct analysis *a, size_t size, struct units *out,
                          struct ct_error *err)
{
    struct units u = { .n_sentences = load_of(a)->n_sentences };

    u.size = size != 0 ? size : default_size(u.n_sentences);
    u.n = count_units(u.n_sentences, u.size);
    if (u.size < UNIT_LEAST || u.size > UNIT_MOST || (u.size & (u.size - 1)) != 0)
        return ct_fail(err, CT_EINVAL, "units of %zu sentences; expected 64, 128, 256, 512 or 1024",
                       size);
    enum ct_status status = analysis_job_init(a, &u.job, err);
    if (status == CT_OK)
        status = sort_sentences(contrast_of(a), &u, err);
    if (status == CT_OK)
        *out = u;
    else
        units_clear(&u);
    return status;
}

void units_clear(struct units *units)
{
    analysis_job_clear(&units->job);
    free(units->order);
    *units = (struct units){ 0 };
}

const size_t *unit_rows(const struct units *units, size_t unit, size_t *n)
{
    const size_t first = unit * units->size;
    const size_t left = units->n_sentences - first;

    *n = left < units->size ? left : units->size;
    return units->order + first;
}

void units_digest(const struct units *units, char hex[HASH_HEX_SIZE])
{
    struct input_digest digest;
    struct hash *const hash = hash_new();

    for (size_t i = 0; i < units->n_sentences; i++) {
        const struct token_seq *const seq = &units->job.seqs[units->order[i]];
        const uint64_t head[2] = { units->order[i], seq->n };
        hash_add(hash, head, sizeof head);
        hash_add(hash, seq->ids, seq->n * sizeof *seq->ids);
    }
    hash_end(hash, &digest);
    memcpy(hex, digest.sha256, HASH_HEX_SIZE);
}

struct share units_share(size_t n_units, size_t task, size_t n_tasks)
{
    const size_t each = n_units / n_tasks;
    const size_t more = n_units % n_tasks; /* tasks that have one more */

    return (struct share){ .first = task * each + (task < more ? task : more),
                           .n = each + (task < more) };
}

/* ---- computing one ---- */

/* The job of one unit. seqs [units->size]: room for its sequences, borrowed. */
static struct extract_job unit_job(const struct units *units, size_t unit, struct token_seq *seqs)
{
    struct extract_job job = units->job.job;
    const size_t *const rows = unit_rows(units, unit, &job.n_seqs);

    for (size_t i = 0; i < job.n_seqs; i++)
        seqs[i] = units->job.seqs[rows[i]];
    job.seqs = seqs;
    return job;
}

enum ct_status unit_extract(const struct units *units, size_t unit, int n_threads,
                            const struct progress *progress, float *out,
                            struct extract_stats *stats, struct ct_error *err)
{
    struct token_seq *const seqs = ct_malloc_array(units->size, sizeof *seqs);

    if (seqs == NULL)
        return ct_fail_nomem(err, "units", units->size * sizeof *seqs);
    const struct extract_job job = unit_job(units, unit, seqs);
    const enum ct_status status = extract_activations(&job, n_threads, progress, out, stats, err);
    free(seqs);
    return status;
}

enum ct_status units_stats(const struct units *units, struct extract_stats *out,
                           struct ct_error *err)
{
    struct token_seq *const seqs = ct_malloc_array(units->size, sizeof *seqs);
    enum ct_status status =
        seqs != NULL ? CT_OK : ct_fail_nomem(err, "units", units->size * sizeof *seqs);

    *out = (struct extract_stats){ 0 };
    for (size_t i = 0; status == CT_OK && i < units->n; i++) {
        const struct extract_job job = unit_job(units, i, seqs);
        struct extract_plan *plan = NULL;
        status = extract_plan_new(&job, &plan, err);
        if (status != CT_OK)
            break;
        const struct extract_stats stats = extract_plan_stats(plan);
        out->n_tokens += stats.n_tokens;
        out->n_positions += stats.n_positions;
        out->n_batches += stats.n_batches;
        extract_plan_free(plan);
    }
    free(seqs);
    return status;
}

double units_memory(const struct units *units, int n_threads)
{
    const struct extract_job *const job = &units->job.job;
    size_t longest = 0;
    double n_neurons = 0.0;

    for (size_t i = 0; i < units->n_sentences; i++)
        longest = units->job.seqs[i].n > longest ? units->job.seqs[i].n : longest;
    for (size_t h = 0; h < job->n_hooks; h++)
        n_neurons += (double)job->hooks[h].width;
    const double size = (double)units->size;
    return 4.0 * n_neurons * size + size * sizeof(struct token_seq) +
           extract_memory(job->model, units->size, units->size * longest, longest, n_threads);
}
