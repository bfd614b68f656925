#include "config.h"
#include "pipeline/stage_lens.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/extract.h"
#include "model/weights.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_load.h"

/* Bytes of streams that are kept at a time, unless one sentence needs more. */
enum { MOST_BYTES = 48 << 20 };

static void release(void *result)
{
    struct lens_result *const r = result;

    if (r == NULL)
        return;
    word_pairs_clear(&r->words);
    free(r->rows);
    free(r->hooks);
    free(r);
}

/* ---- what is read ---- */

struct lens { /* zero-initialised; owns everything but a, run and out */
    const struct analysis *a;
    const struct stage_run *run;
    struct lens_result *out;
    struct output *output;
    struct hook_point *hooks; /* [n_layers] the streams after the blocks */
    size_t n_layers, hidden;
    size_t n;               /* sentences: those of the first group, then those of the other */
    size_t n_first;         /* of the first group */
    uint32_t *ids;          /* of all sentences, one after another */
    struct token_seq *seqs; /* [n, N_LENS_PLACES] */
    double *differences;    /* [n_layers, N_LENS_PLACES, n] */
    uint32_t *likeliest;    /* the same: the likeliest next word */
};

static void lens_clear(struct lens *l)
{
    output_free(l->output);
    free(l->hooks);
    free(l->ids);
    free(l->seqs);
    free(l->differences);
    free(l->likeliest);
}

static const struct sentence *sentence_at(const struct analysis *a, size_t i)
{
    const struct contrast *const c = contrast_of(a);
    const size_t row = i < c->n_rows[0] ? c->rows[0][i] : c->rows[1][i - c->n_rows[0]];

    return &load_of(a)->sentences[row];
}

static enum ct_status list_streams(struct lens *l, struct ct_error *err)
{
    size_t n = 0;
    const enum ct_status st = hooks_list(model_config(load_of(l->a)->model), &l->hooks, &n, err);

    for (size_t i = 0; st == CT_OK && i < n; i++)
        if (l->hooks[i].place == PLACE_BLOCK)
            l->hooks[l->n_layers++] = l->hooks[i];
    return st;
}

static enum ct_status list_sequences(struct lens *l, struct ct_error *err)
{
    size_t n_ids = 0;

    for (size_t i = 0; i < l->n; i++)
        n_ids += sentence_at(l->a, i)->n_tokens;
    l->ids = ct_malloc_array(n_ids, sizeof *l->ids);
    l->seqs = ct_malloc_array(l->n, N_LENS_PLACES * sizeof *l->seqs);
    if (l->ids == NULL || l->seqs == NULL)
        return ct_fail_nomem(err, "lens", n_ids * sizeof *l->ids);
    uint32_t *at = l->ids;
    for (size_t i = 0; i < l->n; i++) {
        const struct sentence *const s = sentence_at(l->a, i);
        l->seqs[i * N_LENS_PLACES + LENS_NEXT] = (struct token_seq){ at, s->target + 1 };
        l->seqs[i * N_LENS_PLACES + LENS_END] = (struct token_seq){ at, s->n_tokens };
        for (size_t t = 0; t < s->n_tokens; t++)
            *at++ = s->tokens[t].id;
    }
    return CT_OK;
}

static enum ct_status prepare(struct lens *l, struct ct_error *err)
{
    const struct contrast *const c = contrast_of(l->a);
    const struct model *const model = load_of(l->a)->model;
    struct lens_result *const out = l->out;

    l->hidden = model_config(model)->hidden_size;
    l->n_first = c->n_rows[0];
    l->n = c->n_rows[0] + c->n_rows[1];
    enum ct_status st = effect_words_find(l->a, &out->words, err);
    if (st == CT_OK)
        st = list_streams(l, err);
    if (st == CT_OK)
        st = list_sequences(l, err);
    if (st == CT_OK)
        st = output_new(model, l->a->params.threads, &l->output, err);
    if (st != CT_OK)
        return st;
    const size_t n_readings = l->n_layers * N_LENS_PLACES * l->n;
    l->differences = ct_malloc_array(n_readings, sizeof *l->differences);
    l->likeliest = ct_malloc_array(n_readings, sizeof *l->likeliest);
    out->rows = ct_calloc_array(l->n_layers, 2 * N_LENS_PLACES * sizeof *out->rows);
    out->hooks = ct_calloc_array(l->n_layers, sizeof *out->hooks);
    if (l->differences == NULL || l->likeliest == NULL || out->rows == NULL || out->hooks == NULL)
        return ct_fail_nomem(err, "lens", n_readings * sizeof *l->differences);
    for (size_t k = 0; k < l->n_layers; k++)
        snprintf(out->hooks[k], sizeof out->hooks[k], "%s", l->hooks[k].name);
    return CT_OK;
}

/* ---- reading ---- */

struct chunk { /* some sentences */
    size_t first, n;
    float *streams;                 /* [n, N_LENS_PLACES, n_layers, hidden] */
    float *x;                       /* [n, N_LENS_PLACES, hidden] of one block */
    float *logits;                  /* [n, N_LENS_PLACES, words] */
    struct word_extremes *extremes; /* [n, N_LENS_PLACES] */
};

static enum ct_status read_layer(struct lens *l, size_t layer, const struct chunk *c,
                                 const struct progress *progress, struct ct_error *err)
{
    const struct word_pairs *const words = &l->out->words;
    const size_t n_rows = c->n * N_LENS_PLACES;

    for (size_t i = 0; i < n_rows; i++)
        memcpy(c->x + i * l->hidden, c->streams + (i * l->n_layers + layer) * l->hidden,
               l->hidden * sizeof *c->x);
    enum ct_status st = output_normalise(l->output, c->x, n_rows, err);
    if (st == CT_OK)
        st = output_words(l->output, c->x, n_rows, words->ids, 2 * words->n, c->logits, err);
    if (st == CT_OK)
        st = output_extremes(l->output, c->x, n_rows, OUTPUT_LOGITS, progress, c->extremes, err);
    for (size_t i = 0; st == CT_OK && i < n_rows; i++) {
        const size_t at =
            (layer * N_LENS_PLACES + i % N_LENS_PLACES) * l->n + c->first + i / N_LENS_PLACES;
        l->differences[at] = word_pairs_difference(words, c->logits + i * 2 * words->n);
        l->likeliest[at] = c->extremes[i].highest[0];
    }
    return st;
}

static enum ct_status read_chunk(struct lens *l, const struct chunk *c, struct ct_error *err)
{
    struct progress_part first = { &l->run->progress, 2 * c->first, c->n, 2 * l->n };
    struct progress_part second = { &l->run->progress, 2 * c->first + c->n, c->n, 2 * l->n };
    const struct progress passing = progress_of_part(&first);
    const struct progress reading = progress_of_part(&second);
    const struct extract_job job = { .model = load_of(l->a)->model,
                                     .seqs = l->seqs + c->first * N_LENS_PLACES,
                                     .n_seqs = c->n * N_LENS_PLACES,
                                     .hooks = l->hooks,
                                     .n_hooks = l->n_layers };
    enum ct_status st =
        extract_activations(&job, l->a->params.threads, &passing, c->streams, NULL, err);

    for (size_t layer = 0; st == CT_OK && layer < l->n_layers; layer++) {
        struct progress_part part = { &reading, layer, 1, l->n_layers };
        const struct progress progress = progress_of_part(&part);
        st = read_layer(l, layer, c, &progress, err);
    }
    return st;
}

/* Sentences at a time. */
static size_t chunk_size(size_t n, size_t n_layers, size_t hidden)
{
    return size_min(n, MOST_BYTES / (N_LENS_PLACES * n_layers * hidden * sizeof(float)) + 1);
}

static enum ct_status read_all(struct lens *l, struct ct_error *err)
{
    const size_t most = chunk_size(l->n, l->n_layers, l->hidden);
    const size_t n_rows = most * N_LENS_PLACES;
    struct chunk c = {
        .streams = ct_malloc_array(n_rows, l->n_layers * l->hidden * sizeof *c.streams),
        .x = ct_malloc_array(n_rows, l->hidden * sizeof *c.x),
        .logits = ct_malloc_array(n_rows, 2 * l->out->words.n * sizeof *c.logits),
        .extremes = ct_malloc_array(n_rows, sizeof *c.extremes),
    };
    enum ct_status st =
        c.streams != NULL && c.x != NULL && c.logits != NULL && c.extremes != NULL
            ? CT_OK
            : ct_fail_nomem(err, "lens", n_rows * l->n_layers * l->hidden * sizeof *c.streams);

    for (; st == CT_OK && c.first < l->n; c.first += c.n) {
        c.n = size_min(most, l->n - c.first);
        st = read_chunk(l, &c, err);
    }
    free(c.streams);
    free(c.x);
    free(c.logits);
    free(c.extremes);
    return st;
}

/* ---- summary ---- */

static int compare_words(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a;
    const uint32_t y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Counts words [n], which become sorted. */
static void count_words(uint32_t *words, size_t n, struct lens_row *row)
{
    size_t counts[OUTPUT_TOP] = { 0 };

    qsort(words, n, sizeof *words, compare_words);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && words[end] == words[i];)
            end++;
        if (row->n_likeliest == OUTPUT_TOP && counts[OUTPUT_TOP - 1] >= end - i)
            continue;
        size_t at = row->n_likeliest < OUTPUT_TOP ? row->n_likeliest++ : OUTPUT_TOP - 1;
        for (; at > 0 && counts[at - 1] < end - i; at--) {
            counts[at] = counts[at - 1];
            row->likeliest[at] = row->likeliest[at - 1];
        }
        counts[at] = end - i;
        row->likeliest[at] = words[i];
    }
    row->share = (double)counts[0] / (double)n;
}

/* Groups have sentences: see stage_contrast. */
static void summarize(const struct lens *l, uint32_t *words)
{
    for (size_t k = 0; k < l->n_layers * 2 * N_LENS_PLACES; k++) {
        struct lens_row *const row = &l->out->rows[k];
        const size_t place = k % N_LENS_PLACES;
        const size_t layer = k / N_LENS_PLACES / 2;
        const size_t begin = k / N_LENS_PLACES % 2 == 0 ? 0 : l->n_first;
        const size_t end = begin == 0 ? l->n_first : l->n;
        const size_t at = (layer * N_LENS_PLACES + place) * l->n;
        const size_t last = ((l->n_layers - 1) * N_LENS_PLACES + place) * l->n;
        size_t n_same = 0;
        for (size_t i = begin; i < end; i++) {
            row->difference += l->differences[at + i] / (double)(end - begin);
            n_same += l->likeliest[at + i] == l->likeliest[last + i] ? 1 : 0;
        }
        row->agreement = (double)n_same / (double)(end - begin);
        memcpy(words, l->likeliest + at + begin, (end - begin) * sizeof *words);
        count_words(words, end - begin, row);
    }
    l->out->n_layers = l->n_layers;
}

static enum ct_status make(const struct analysis *a, const struct stage_run *run,
                           struct lens_result *out, struct ct_error *err)
{
    struct lens l = { .a = a, .run = run, .out = out };
    uint32_t *words = NULL;
    enum ct_status st = prepare(&l, err);

    if (st == CT_OK)
        st = read_all(&l, err);
    if (st == CT_OK) {
        words = ct_malloc_array(l.n, sizeof *words);
        st = words != NULL ? CT_OK : ct_fail_nomem(err, "lens", l.n * sizeof *words);
    }
    if (st == CT_OK)
        summarize(&l, words);
    free(words);
    lens_clear(&l);
    return st;
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct lens_result *const r = calloc(1, sizeof *r);
    enum ct_status st = CT_OK;

    if (r == NULL)
        return ct_fail_nomem(err, "lens", 0);
    if (a->params.lens && load_of(a)->model != NULL)
        st = make(a, run, r, err);
    if (st == CT_OK)
        *result = r;
    else
        release(r);
    return st;
}

static enum ct_status check(const struct analysis *a, struct ct_error *err)
{
    const struct load_result *const load = load_of(a);
    struct word_pairs words;

    if (!a->params.lens || load == NULL || load->model == NULL)
        return CT_OK;
    enum ct_status st = model_check_output(load->model, err);
    if (st == CT_OK)
        st = effect_words_find(a, &words, err);
    if (st == CT_OK)
        word_pairs_clear(&words);
    return st;
}

static double memory(const struct analysis *a)
{
    const struct contrast *const c = contrast_of(a);
    const struct load_result *const load = load_of(a);
    const size_t n = c->n_rows[0] + c->n_rows[1];
    size_t n_tokens = 0;
    size_t longest = 0;

    if (!a->params.lens || load->model == NULL)
        return 0.0;
    const struct model_config *const config = model_config(load->model);
    for (size_t i = 0; i < n; i++) {
        n_tokens += sentence_at(a, i)->n_tokens;
        if (sentence_at(a, i)->n_tokens > longest)
            longest = sentence_at(a, i)->n_tokens;
    }
    const size_t n_rows = N_LENS_PLACES * chunk_size(n, config->n_layers, config->hidden_size);
    const double row =
        (double)(config->n_layers + 1) * (double)config->hidden_size * sizeof(float) +
        sizeof(struct word_extremes);
    const double readings =
        (double)n * (double)config->n_layers * N_LENS_PLACES * (sizeof(double) + sizeof(uint32_t));
    const size_t n_in =
        size_min(n_rows * longest, N_LENS_PLACES * n_tokens); /* tokens of a chunk */

    return (double)n_rows * row + readings + (double)n_tokens * sizeof(uint32_t) +
           (double)n * N_LENS_PLACES * sizeof(struct token_seq) +
           output_memory(load->model, a->params.threads) +
           extract_memory(load->model, n_rows, n_in, longest, a->params.threads);
}

const struct setting lens_settings[] = {
    { .name = "lens",
      .kind = &kind_flag,
      .scope = OF_MODEL,
      .field = offsetof(struct params, lens),
      .commands = FOR_RUN,
      .help = "with --swap: block by block",
      .is_rare = true },
};

const struct stage stage_lens = {
    .name = "lens",
    .shown_at = &stage_effect,
    .does = "asks what the model would say after each block",
    .settings = lens_settings,
    .n_settings = 1,
    .also = (const struct setting *const[]){ &effect_settings[EFFECT_WORD_PAIRS], NULL },
    .inputs = (const struct stage *const[]){ &stage_load, &stage_contrast, NULL },
    .effort = 20,
    .check = check,
    .memory = memory,
    .advice = "use fewer sentences",
    .compute = compute,
    .free = release,
};
