#include "config.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/effect_state.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"

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

/* The sentence of a row; they are sorted by row. */
static size_t find_row(const struct effect_run *r, size_t row)
{
    size_t low = 0;
    size_t high = r->n;

    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (r->sentences[middle].row <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void link_twins(struct effect_run *r, const struct twins *twins)
{
    for (size_t i = 0; i < r->n; i++)
        r->sentences[i].twin = NO_TWIN;
    for (size_t k = 0; k < twins->n; k++) {
        const size_t a = find_row(r, twins->pairs[k][0]);
        const size_t b = find_row(r, twins->pairs[k][1]);
        r->sentences[a].twin = b;
        r->sentences[b].twin = a;
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

static enum ct_status read_everything(struct effect_run *r, const bool *is_in,
                                      const struct progress *progress, struct ct_error *err)
{
    struct progress_part parts[2] = { { progress, 0, 1, 2 }, { progress, 1, 1, 2 } };
    const struct progress passing = progress_of_part(&parts[0]);
    const struct progress reading = progress_of_part(&parts[1]);
    struct passes p;
    enum ct_status st = passes_init(r, r->tails[r->n], 0, 1, &p, err);

    if (st == CT_OK) {
        for (size_t i = 0; i < r->n; i++)
            passes_add(r, i, EFFECT_ALL, 0, &p);
        st = passes_run(r, &p, &passing, err);
    }
    if (st == CT_OK) {
        r->clean = p.out;
        p.out = NULL;
        st = effect_read_set(r, r->clean, is_in, EFFECT_ALL, &reading, r->readings, err);
    }
    passes_clear(&p);
    return st;
}

/* Adds a sentence with an edit that changes nothing, so that what precedes edits is remembered. */
static void add_unchanged(struct effect_run *r, size_t i, struct passes *p)
{
    static const uint32_t first_neuron = 0;
    const size_t target = sentence_of(r, i)->target;

    p->edits[i] = (struct edit){ .hook = &hook_of(r->a)->hooks[0],
                                 .first = target,
                                 .last = target,
                                 .op = EDIT_SCALE,
                                 .factor = 1.0F,
                                 .columns = &first_neuron,
                                 .n_columns = 1 };
    p->lists[p->n_lists++] = (struct edit_list){ &p->edits[i], 1 };
    passes_add(r, i, EFFECT_END, (uint32_t)p->n_lists, p);
}

static enum ct_status keep_ends(struct effect_run *r, const float *ends, struct ct_error *err)
{
    r->clean = ct_malloc_array(r->tails[r->n], r->hidden * sizeof *r->clean);
    if (r->clean == NULL)
        return ct_fail_nomem(err, "effect", r->tails[r->n] * r->hidden * sizeof *r->clean);
    for (size_t i = 0; i < r->n; i++)
        memcpy(r->clean + (r->tails[i + 1] - 1) * r->hidden, ends + i * r->hidden,
               r->hidden * sizeof *ends);
    return CT_OK;
}

/* At the last tokens alone. */
static enum ct_status read_ends(struct effect_run *r, const bool *is_in, enum effect_depth depth,
                                const struct progress *progress, struct ct_error *err)
{
    struct passes p;
    enum ct_status st = passes_init(r, r->n, r->n, 1, &p, err);

    if (st == CT_OK && depth == EFFECT_SAID)
        st = extract_memo_new(&r->memo, err);
    p.memo = r->memo;
    for (size_t i = 0; st == CT_OK && i < r->n; i++)
        if (depth == EFFECT_SAID)
            add_unchanged(r, i, &p);
        else
            passes_add(r, i, EFFECT_END, 0, &p);
    if (st == CT_OK)
        st = passes_run(r, &p, progress, err);
    if (st == CT_OK && depth == EFFECT_SAID)
        st = keep_ends(r, p.out, err);
    if (st == CT_OK)
        st = effect_read_set(r, p.out, is_in, depth, NULL, r->readings, err);
    passes_clear(&p);
    return st;
}

static enum ct_status read_clean(struct effect_run *r, enum effect_depth depth,
                                 const struct progress *progress, struct ct_error *err)
{
    bool *const is_in = ct_malloc_array(r->n, sizeof *is_in);

    if (is_in == NULL)
        return ct_fail_nomem(err, "effect", r->n);
    memset(is_in, 1, r->n * sizeof *is_in);
    const enum ct_status st = depth == EFFECT_ALL ? read_everything(r, is_in, progress, err)
                                                  : read_ends(r, is_in, depth, progress, err);
    free(is_in);
    return st;
}

enum ct_status effect_run_new(const struct analysis *a, const struct twins *twins,
                              const struct word_pairs *words, enum effect_depth depth,
                              const struct progress *progress, struct effect_run **out,
                              struct ct_error *err)
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
        st = read_clean(r, depth, progress, err);
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
    extract_memo_free(r->memo);
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

/* Of some sets at every token from the target on, and of the values without edits. */
double effect_run_memory(const struct analysis *a, size_t n_sets)
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
    const double sets = fmin(floor(EFFECT_MOST_BYTES / fmax(kept, 1.0)) + 1.0, (double)n_sets);
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
