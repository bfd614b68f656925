#include "config.h"
#include "pipeline/effect_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"

/* Bytes of final values that are kept at a time, unless one set needs more. */
enum { MOST_BYTES = 48 << 20 };

struct effect_run {
    const struct analysis *a;
    const struct word_pairs *words;
    struct output *output;
    struct hook_point final; /* what the output layer reads */
    size_t hidden;           /* its width */

    struct effect_sentence *sentences; /* [n] */
    size_t n;
    uint32_t *ids;  /* of all sentences, one after another, */
    size_t *starts; /* [n + 1] where each begins */
    size_t *tails;  /* [n + 1] and where its final values begin, from the target on, in: */
    float *clean;   /* [tails[n], hidden] */
    struct effect_reading *readings; /* [n] without edits */

    float *means;       /* [n_columns] over the sentences */
    float *differences; /* [n_columns] of the groups' means */
    float *zeros;       /* [n_columns] */
};

static const struct sentence *sentence_of(const struct effect_run *r, size_t i)
{
    return &load_of(r->a)->sentences[r->sentences[i].row];
}

/* Positions from the target on. */
static size_t tail_length(const struct effect_run *r, size_t i)
{
    return r->tails[i + 1] - r->tails[i];
}

const struct analysis *effect_analysis(const struct effect_run *r)
{
    return r->a;
}

const struct effect_sentence *effect_sentences(const struct effect_run *r, size_t *n)
{
    *n = r->n;
    return r->sentences;
}

const struct effect_reading *effect_clean(const struct effect_run *r)
{
    return r->readings;
}

size_t effect_n_after(const struct effect_run *r, size_t i)
{
    return tail_length(r, i) - 1;
}

/* ---- final values ---- */

/* Positions of a sentence that are read, counted from the target: all, the first and the last, or
 * the last. */
static size_t n_read(size_t tail, enum effect_depth depth)
{
    return depth == EFFECT_ALL ? tail : depth == EFFECT_WORDS && tail > 1 ? 2 : 1;
}

static size_t read_at(size_t tail, enum effect_depth depth, size_t k)
{
    return depth == EFFECT_ALL ? k : k + 1 == n_read(tail, depth) ? tail - 1 : 0;
}

struct passes {             /* edited sequences to be run; owns its arrays */
    struct token_seq *seqs; /* [n] */
    uint32_t *of;           /* [n] see struct edits */
    size_t n;
    struct edit *edits;      /* [n_lists * n_blocks] */
    struct edit_list *lists; /* [n_lists] */
    size_t n_lists;
    float *out; /* [n, hidden] */
};

static void passes_clear(struct passes *p)
{
    free(p->seqs);
    free(p->of);
    free(p->edits);
    free(p->lists);
    free(p->out);
}

static enum ct_status passes_init(const struct effect_run *r, size_t n_seqs, size_t n_lists,
                                  struct passes *p, struct ct_error *err)
{
    const size_t n_blocks = extract_of(r->a)->n_blocks;

    *p = (struct passes){ .seqs = ct_calloc_array(n_seqs, sizeof *p->seqs),
                          .of = ct_calloc_array(n_seqs, sizeof *p->of),
                          .edits = ct_calloc_array(n_lists, n_blocks * sizeof *p->edits),
                          .lists = ct_calloc_array(n_lists, sizeof *p->lists),
                          .out = ct_malloc_array(n_seqs, r->hidden * sizeof *p->out) };
    if (p->seqs == NULL || p->of == NULL || p->edits == NULL || p->lists == NULL || p->out == NULL)
        return ct_fail_nomem(err, "effect", n_seqs * r->hidden * sizeof *p->out);
    return CT_OK;
}

/* Adds what is read of a sentence; list 0: without edits. */
static void add_sentence(const struct effect_run *r, size_t i, enum effect_depth depth,
                         uint32_t list, struct passes *p)
{
    const size_t tail = tail_length(r, i);
    const size_t target = sentence_of(r, i)->target;

    for (size_t k = 0; k < n_read(tail, depth); k++) {
        p->seqs[p->n] =
            (struct token_seq){ r->ids + r->starts[i], target + 1 + read_at(tail, depth, k) };
        p->of[p->n++] = list;
    }
}

static enum ct_status run_passes(const struct effect_run *r, struct passes *p,
                                 const struct progress *progress, struct ct_error *err)
{
    const struct edits edits = { p->lists, p->n_lists, p->of };
    const struct extract_job job = { .model = load_of(r->a)->model,
                                     .seqs = p->seqs,
                                     .n_seqs = p->n,
                                     .hooks = &r->final,
                                     .n_hooks = 1,
                                     .edits = p->n_lists > 0 ? &edits : NULL };

    return extract_activations(&job, r->a->params.threads, progress, p->out, NULL, err);
}

/* ---- readings ---- */

/* Differences of the words at positions of passes, one reading each time `of` changes. */
static enum ct_status read_words(struct effect_run *r, const float *x, size_t n, double *out,
                                 struct ct_error *err)
{
    const size_t n_words = 2 * r->words->n;
    float *const logits = ct_malloc_array(n, n_words * sizeof *logits);

    if (logits == NULL)
        return ct_fail_nomem(err, "effect", n * n_words * sizeof *logits);
    const enum ct_status st = output_words(r->output, x, n, r->words->ids, n_words, logits, err);
    for (size_t i = 0; st == CT_OK && i < n; i++)
        out[i] = word_pairs_difference(r->words, logits + i * n_words);
    free(logits);
    return st;
}

struct spot { /* a row of final values in a tail */
    size_t sentence;
    size_t position; /* from the target on */
};

/* Sets what distributions say in the readings of some sentences; rows [n] of x are at spots. */
static void take_predictions(const struct effect_run *r, const struct spot *spots,
                             const struct prediction *predictions, size_t n,
                             struct effect_reading *readings)
{
    for (size_t k = 0; k < n; k++) {
        const struct prediction *const p = &predictions[k];
        struct effect_reading *const reading = &readings[spots[k].sentence];
        if (spots[k].position == 0) {
            reading->divergence_next = p->divergence;
            reading->loss = 0.0;
        }
        if (spots[k].position + 1 < tail_length(r, spots[k].sentence)) {
            reading->loss += p->loss;
        } else {
            reading->divergence_end = p->divergence;
            reading->n_likeliest = p->n_likeliest;
            memcpy(reading->likeliest, p->likeliest, sizeof p->likeliest);
        }
    }
}

/* readings by sentence, of one set. x [n]: tails of sentences, whose spots are in order. */
static enum ct_status read_distributions(struct effect_run *r, const float *x,
                                         const struct spot *spots, size_t n,
                                         const struct progress *progress,
                                         struct effect_reading *readings, struct ct_error *err)
{
    struct prediction *const predictions = ct_malloc_array(n, sizeof *predictions);
    size_t *const reference = ct_malloc_array(n, sizeof *reference);
    uint32_t *const tokens = ct_malloc_array(n, sizeof *tokens);
    enum ct_status st = CT_ENOMEM;

    if (predictions == NULL || reference == NULL || tokens == NULL) {
        ct_fail_nomem(err, "effect", n * sizeof *predictions);
        goto done;
    }
    for (size_t k = 0; k < n; k++) {
        const size_t i = spots[k].sentence;
        const size_t next = spots[k].position + 1;
        reference[k] = r->tails[i] + spots[k].position;
        tokens[k] = next < tail_length(r, i)
                        ? r->ids[r->starts[i] + sentence_of(r, i)->target + next]
                        : OUTPUT_NO_TOKEN;
    }
    const struct output_question question = { x, n, r->clean, reference, tokens };
    st = output_predict(r->output, &question, progress, predictions, err);
    if (st == CT_OK)
        take_predictions(r, spots, predictions, n, readings);
done:
    free(predictions);
    free(reference);
    free(tokens);
    return st;
}

/* Of the final values of one set at the sentences that have been added, in order; readings by
 * sentence. */
static enum ct_status read_set(struct effect_run *r, const float *x, const bool *is_in,
                               enum effect_depth depth, const struct progress *progress,
                               struct effect_reading *readings, struct ct_error *err)
{
    size_t n = 0;
    struct spot *const spots = ct_malloc_array(r->tails[r->n], sizeof *spots);
    double *const words = ct_malloc_array(r->tails[r->n], sizeof *words);
    enum ct_status st = CT_ENOMEM;

    if (spots == NULL || words == NULL) {
        ct_fail_nomem(err, "effect", 0);
        goto done;
    }
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; is_in[i] && k < n_read(tail_length(r, i), depth); k++)
            spots[n++] = (struct spot){ i, read_at(tail_length(r, i), depth, k) };
    st = read_words(r, x, n, words, err);
    for (size_t k = 0; st == CT_OK && k < n; k++) {
        struct effect_reading *const reading = &readings[spots[k].sentence];
        if (spots[k].position == 0)
            reading->next = words[k];
        if (spots[k].position + 1 == tail_length(r, spots[k].sentence))
            reading->end = words[k];
    }
    if (st == CT_OK && depth == EFFECT_ALL)
        st = read_distributions(r, x, spots, n, progress, readings, err);
done:
    free(spots);
    free(words);
    return st;
}

/* ---- edits ---- */

static const float *values_of(const struct effect_run *r, const struct effect_edit *edit, size_t i,
                              size_t first)
{
    const struct matview *const X = &extract_of(r->a)->X;

    switch (edit->kind) {
    case EFFECT_SWAP:
        return (const float *)X->data + r->sentences[r->sentences[i].twin].row * X->stride + first;
    case EFFECT_MEAN:
        return r->means + first;
    case EFFECT_ADD:
        return r->differences + first;
    case EFFECT_ZERO:
    case EFFECT_SCALE:
        break;
    }
    return r->zeros + first;
}

bool effect_applies(const struct effect_run *r, const struct effect_edit *edit, size_t i)
{
    return edit->kind != EFFECT_SWAP || r->sentences[i].twin != NO_TWIN;
}

static void add_list(const struct effect_run *r, const struct effect_edit *edit,
                     const struct neuron_set *set, size_t i, struct passes *p)
{
    const struct extract_result *const e = extract_of(r->a);
    const size_t target = sentence_of(r, i)->target;
    struct edit_list *const list = &p->lists[p->n_lists++];

    list->edits = p->edits + (p->n_lists - 1) * e->n_blocks;
    for (size_t b = 0; b < e->n_blocks; b++) {
        const size_t begin = set->starts[b];
        if (set->starts[b + 1] == begin)
            continue;
        p->edits[(p->n_lists - 1) * e->n_blocks + list->n++] = (struct edit){
            .hook = &hook_of(r->a)->hooks[b],
            .first = target,
            .last = target,
            .op = edit->kind == EFFECT_SCALE ? EDIT_SCALE
                  : edit->kind == EFFECT_ADD ? EDIT_ADD
                                             : EDIT_SET,
            .factor = (float)edit->factor,
            .columns = set->neurons + begin,
            .n_columns = set->starts[b + 1] - begin,
            .values = values_of(r, edit, i, e->blocks[b].first),
        };
    }
}

/* Sequences that a set takes. */
static size_t count_reads(const struct effect_run *r, const bool *is_in, enum effect_depth depth)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++)
        n += is_in[i] ? n_read(tail_length(r, i), depth) : 0;
    return n;
}

struct chunk { /* some sets that are run together */
    const struct effect_edit *edit;
    const struct neuron_set *sets;
    size_t n_sets;
    enum effect_depth depth;
    const bool *is_in; /* [n] sentences that are edited */
    size_t n_in;
    size_t n_reads; /* by count_reads() */
};

static enum ct_status run_chunk(struct effect_run *r, const struct chunk *c,
                                const struct progress *progress, struct effect_reading *readings,
                                struct ct_error *err)
{
    const size_t n_parts = c->depth == EFFECT_ALL ? 2 * c->n_sets : c->n_sets;
    struct progress_part part = { progress, 0, c->n_sets, n_parts };
    const struct progress passing = progress_of_part(&part);
    struct passes p;
    enum ct_status st = passes_init(r, c->n_sets * c->n_reads, c->n_sets * c->n_in, &p, err);

    for (size_t s = 0; st == CT_OK && s < c->n_sets; s++)
        for (size_t i = 0; i < r->n; i++) {
            if (!c->is_in[i])
                continue;
            add_list(r, c->edit, &c->sets[s], i, &p);
            add_sentence(r, i, c->depth, (uint32_t)p.n_lists, &p);
        }
    if (st == CT_OK)
        st = run_passes(r, &p, &passing, err);
    for (size_t s = 0; st == CT_OK && s < c->n_sets; s++) {
        struct progress_part read = { progress, c->n_sets + s, 1, n_parts };
        const struct progress reading = progress_of_part(&read);
        st = read_set(r, p.out + s * c->n_reads * r->hidden, c->is_in, c->depth, &reading,
                      readings + s * r->n, err);
    }
    passes_clear(&p);
    return st;
}

enum ct_status effect_run_sets(struct effect_run *r, const struct effect_edit *edit,
                               const struct neuron_set *sets, size_t n_sets,
                               enum effect_depth depth, const struct progress *progress,
                               struct effect_reading *readings, struct ct_error *err)
{
    bool *const is_in = ct_calloc_array(r->n, sizeof *is_in);
    struct chunk c = { .edit = edit, .depth = depth, .is_in = is_in };
    enum ct_status st = is_in != NULL ? CT_OK : ct_fail_nomem(err, "effect", r->n);

    for (size_t i = 0; st == CT_OK && i < r->n; i++) {
        is_in[i] = effect_applies(r, edit, i);
        c.n_in += is_in[i] ? 1 : 0;
        for (size_t s = 0; s < n_sets; s++)
            readings[s * r->n + i] = r->readings[i];
    }
    if (st == CT_OK)
        c.n_reads = count_reads(r, is_in, depth);
    if (st != CT_OK || c.n_reads == 0) {
        free(is_in);
        return st;
    }
    const size_t most = MOST_BYTES / (c.n_reads * r->hidden * sizeof(float)) + 1;
    for (size_t s = 0; st == CT_OK && s < n_sets; s += c.n_sets) {
        c.sets = sets + s;
        c.n_sets = n_sets - s < most ? n_sets - s : most;
        struct progress_part part = { progress, s, c.n_sets, n_sets };
        const struct progress here = progress_of_part(&part);
        st = run_chunk(r, &c, &here, readings + s * r->n, err);
    }
    free(is_in);
    return st;
}

/* ---- the sentences without edits ---- */

/* By row, from twins: pairs have been sorted by the first group's rows only. */
static void link_twins(struct effect_run *r, const struct twins *twins)
{
    for (size_t i = 0; i < r->n; i++)
        r->sentences[i].twin = NO_TWIN;
    for (size_t k = 0; k < twins->n; k++)
        for (size_t g = 0; g < 2; g++) {
            size_t at[2] = { 0, 0 };
            for (size_t h = 0; h < 2; h++) { /* sentences are sorted by row */
                size_t low = 0;
                size_t high = r->n;
                while (high - low > 1) {
                    const size_t middle = low + (high - low) / 2;
                    if (r->sentences[middle].row <= twins->pairs[k][h])
                        low = middle;
                    else
                        high = middle;
                }
                at[h] = low;
            }
            r->sentences[at[g]].twin = at[1 - g];
        }
}

static enum ct_status list_sentences(struct effect_run *r, const struct twins *twins,
                                     struct ct_error *err)
{
    const struct contrast *const c = contrast_of(r->a);
    size_t *const rows = ct_malloc_array(c->n_rows[0] + c->n_rows[1], sizeof *rows);

    r->n = c->n_rows[0] + c->n_rows[1];
    r->sentences = ct_calloc_array(r->n, sizeof *r->sentences);
    r->starts = ct_calloc_array(r->n + 1, sizeof *r->starts);
    r->tails = ct_calloc_array(r->n + 1, sizeof *r->tails);
    r->readings = ct_calloc_array(r->n, sizeof *r->readings);
    if (rows == NULL || r->sentences == NULL || r->starts == NULL || r->tails == NULL ||
        r->readings == NULL) {
        free(rows);
        return ct_fail_nomem(err, "effect", 0);
    }
    contrast_merge_rows(c, rows);
    for (size_t i = 0; i < r->n; i++) {
        const struct sentence *const s = &load_of(r->a)->sentences[rows[i]];
        r->sentences[i].row = rows[i];
        r->starts[i + 1] = r->starts[i] + s->n_tokens;
        r->tails[i + 1] = r->tails[i] + s->n_tokens - s->target;
    }
    free(rows);
    link_twins(r, twins);
    r->ids = ct_malloc_array(r->starts[r->n], sizeof *r->ids);
    if (r->ids == NULL)
        return ct_fail_nomem(err, "effect", r->starts[r->n] * sizeof *r->ids);
    for (size_t i = 0; i < r->n; i++)
        for (size_t t = 0; t < sentence_of(r, i)->n_tokens; t++)
            r->ids[r->starts[i] + t] = sentence_of(r, i)->tokens[t].id;
    return CT_OK;
}

/* Means of every neuron, over all sentences and between the groups. */
static enum ct_status find_means(struct effect_run *r, struct ct_error *err)
{
    const struct matview *const X = &extract_of(r->a)->X;
    const struct contrast *const c = contrast_of(r->a);
    double *const sums = ct_calloc_array(X->cols, 2 * sizeof *sums);

    r->means = ct_malloc_array(X->cols, sizeof *r->means);
    r->differences = ct_malloc_array(X->cols, sizeof *r->differences);
    r->zeros = ct_calloc_array(X->cols, sizeof *r->zeros);
    if (sums == NULL || r->means == NULL || r->differences == NULL || r->zeros == NULL) {
        free(sums);
        return ct_fail_nomem(err, "effect", X->cols * sizeof *sums);
    }
    for (size_t g = 0; g < 2; g++)
        for (size_t i = 0; i < c->n_rows[g]; i++)
            for (size_t j = 0; j < X->cols; j++)
                sums[g * X->cols + j] +=
                    (double)((const float *)X->data)[c->rows[g][i] * X->stride + j];
    for (size_t j = 0; j < X->cols; j++) {
        const double a = sums[j];
        const double b = sums[X->cols + j];
        r->means[j] = (float)((a + b) / (double)(c->n_rows[0] + c->n_rows[1]));
        r->differences[j] = (float)(a / (double)c->n_rows[0] - b / (double)c->n_rows[1]);
    }
    free(sums);
    return CT_OK;
}

static enum ct_status read_clean(struct effect_run *r, const struct progress *progress,
                                 struct ct_error *err)
{
    bool *const is_in = ct_malloc_array(r->n, sizeof *is_in);
    struct progress_part parts[2] = { { progress, 0, 1, 2 }, { progress, 1, 1, 2 } };
    const struct progress passing = progress_of_part(&parts[0]);
    const struct progress reading = progress_of_part(&parts[1]);
    struct passes p = { 0 };
    enum ct_status st = is_in != NULL ? passes_init(r, r->tails[r->n], 0, &p, err)
                                      : ct_fail_nomem(err, "effect", r->n);

    if (st == CT_OK) {
        memset(is_in, 1, r->n * sizeof *is_in);
        for (size_t i = 0; i < r->n; i++)
            add_sentence(r, i, EFFECT_ALL, 0, &p);
        st = run_passes(r, &p, &passing, err);
    }
    if (st == CT_OK) {
        r->clean = p.out;
        p.out = NULL;
        st = read_set(r, r->clean, is_in, EFFECT_ALL, &reading, r->readings, err);
    }
    passes_clear(&p);
    free(is_in);
    return st;
}

enum ct_status effect_run_new(const struct analysis *a, const struct twins *twins,
                              const struct word_pairs *words, const struct progress *progress,
                              struct effect_run **out, struct ct_error *err)
{
    const struct model *const model = load_of(a)->model;
    struct effect_run *const r = calloc(1, sizeof *r);

    if (r == NULL)
        return ct_fail_nomem(err, "effect", 0);
    r->a = a;
    r->words = words;
    enum ct_status st = output_input(model_config(model), &r->final, err);
    r->hidden = r->final.width;
    if (st == CT_OK)
        st = output_new(model, a->params.threads, &r->output, err);
    if (st == CT_OK)
        st = list_sentences(r, twins, err);
    if (st == CT_OK)
        st = find_means(r, err);
    if (st == CT_OK)
        st = read_clean(r, progress, err);
    if (st == CT_OK)
        *out = r;
    else
        effect_run_free(r);
    return st;
}

void effect_run_free(struct effect_run *r)
{
    if (r == NULL)
        return;
    output_free(r->output);
    free(r->sentences);
    free(r->ids);
    free(r->starts);
    free(r->tails);
    free(r->clean);
    free(r->readings);
    free(r->means);
    free(r->differences);
    free(r->zeros);
    free(r);
}

/* Of one set at every token from the target on, and of the values without edits. */
double effect_run_memory(const struct analysis *a)
{
    const struct load_result *const load = load_of(a);
    const struct contrast *const c = contrast_of(a);
    const double n_columns = (double)extract_of(a)->X.cols;
    const size_t hidden = model_config(load->model)->hidden_size;
    size_t n_tails = 0;
    size_t n_ids = 0;
    size_t n_tokens = 0; /* of all sequences */
    size_t longest = 0;

    for (size_t g = 0; g < 2; g++)
        for (size_t i = 0; i < c->n_rows[g]; i++) {
            const struct sentence *const s = &load->sentences[c->rows[g][i]];
            const size_t tail = s->n_tokens - s->target;
            n_tails += tail;
            n_ids += s->n_tokens;
            n_tokens += tail * s->n_tokens;
            longest = s->n_tokens > longest ? s->n_tokens : longest;
        }
    const double kept = (double)n_tails * (double)hidden * sizeof(float);
    const double sets = fmax(MOST_BYTES / fmax(kept, 1.0), 1.0) + 1.0;
    const double n_seqs = sets * (double)n_tails;
    const size_t seqs = (size_t)fmin(n_seqs, 1e15);
    const size_t tokens = (size_t)fmin(sets * (double)n_tokens, 1e15);
    const double edits =
        sets * (double)(c->n_rows[0] + c->n_rows[1]) *
        (sizeof(struct edit_list) + (double)extract_of(a)->n_blocks * sizeof(struct edit));
    const double rows = (double)n_tails * (sizeof(struct prediction) + 64.0);

    return kept * (1.0 + sets) + n_seqs * (sizeof(struct token_seq) + 8.0) + edits + rows +
           3.0 * 4.0 * n_columns + 16.0 * n_columns + 4.0 * (double)n_ids +
           extract_memory(load->model, seqs, tokens, longest, a->params.threads) +
           extract_edits_memory(load->model, seqs, tokens, longest) +
           output_memory(load->model, a->params.threads);
}
