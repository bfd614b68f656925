#include "config.h"
#include "pipeline/stage_extract.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/number.h"
#include "pipeline/extract_job.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "pipeline/units_folder.h"

bool extract_in_memory(double bytes, const char *temporary)
{
    return spill_takes_memory(bytes, MOST_IN_MEMORY, temporary);
}

/* Allocates memory owned by e for e->X, whose shape is set. */
static enum ct_status make_room(const char *folder, struct extract_result *e, struct ct_error *err)
{
    const char *const what = "activations";
    size_t row_size;
    enum ct_status status = CT_ENOMEM;

    if (ct_mul_size(e->X.cols, dtype_size(e->X.dtype), &row_size))
        status = spill_init(&e->own, e->X.rows, row_size, MOST_IN_MEMORY, folder, what, err);
    else
        ct_fail_nomem(err, what, 0);
    e->X.data = e->own.data;
    return status;
}

/* Blocks and shape of what the hooks will give. */
static enum ct_status lay_out(const struct analysis *a, struct extract_result *e,
                              struct ct_error *err)
{
    const struct hook_result *const hook = hook_of(a);
    size_t n_neurons = 0;

    e->blocks = ct_calloc_array(hook->n_hooks, sizeof *e->blocks);
    if (e->blocks == NULL)
        return ct_fail_nomem(err, "extract", 0);
    e->n_blocks = hook->n_hooks;
    e->n_layers = hook->n_hooks;
    for (size_t h = 0; h < hook->n_hooks; h++) {
        e->blocks[h] = (struct neuron_block){
            .hook = hook->hooks[h].name, .first = n_neurons, .n = hook->hooks[h].width, .layer = h
        };
        n_neurons += hook->hooks[h].width;
    }
    e->X = (struct matview){
        .dtype = DTYPE_F32, .rows = load_of(a)->n_sentences, .cols = n_neurons, .stride = n_neurons
    };
    return make_room(a->params.temporary, e, err);
}

/* Runs the model; activations of the hooks are stored side by side. shuffle NULL: its weights as
 * they are. */
static enum ct_status run_model(const struct analysis *a, const struct weight_shuffle *shuffle,
                                const struct progress *progress, struct extract_result *e,
                                struct ct_error *err)
{
    struct analysis_job job = { 0 };
    enum ct_status status = lay_out(a, e, err);

    if (status == CT_OK)
        status = analysis_job_init(a, &job, err);
    job.job.shuffle = shuffle;
    if (status == CT_OK)
        status =
            extract_activations(&job.job, a->params.threads, progress, e->own.data, &e->stats, err);
    analysis_job_clear(&job);
    return status;
}

bool extract_is_of_units(const struct analysis *a)
{
    return a->units != NULL &&
           (a->units->key == 0 || a->units->key == analysis_key(a, &stage_extract));
}

/* Takes what other processes have computed. */
static enum ct_status read_units(const struct analysis *a, const struct progress *progress,
                                 struct extract_result *e, struct ct_error *err)
{
    const struct hook_result *const hook = hook_of(a);
    const enum ct_status status = lay_out(a, e, err);

    return status == CT_OK ? units_read(a->units, hook->hooks, hook->n_hooks, e->X.rows, progress,
                                        e->own.data, &e->stats, err)
                           : status;
}

/* Uses activations read from a file; adjacent columns of one hook form a block. */
static enum ct_status take_file(const struct activations *acts, struct extract_result *e,
                                struct ct_error *err)
{
    const size_t n = acts->values.cols;

    e->X = acts->values;
    e->blocks = ct_calloc_array(n, sizeof *e->blocks);
    if (e->blocks == NULL)
        return ct_fail_nomem(err, "activations", 0);
    for (size_t j = 0; j < n; j++) {
        const uint32_t layer = acts->hooks.of[j];
        if (j == 0 || layer != acts->hooks.of[j - 1])
            e->blocks[e->n_blocks++] = (struct neuron_block){ .hook = acts->hooks.names[layer],
                                                              .first = j,
                                                              .index = acts->neurons + j,
                                                              .layer = layer };
        e->blocks[e->n_blocks - 1].n++;
    }
    e->n_layers = acts->hooks.n_names;
    return CT_OK;
}

/* Means over sentences and over neurons in one pass over the rows. */
static enum ct_status take_means(struct extract_result *e, struct ct_error *err)
{
    const size_t n = e->X.rows;
    const size_t d = e->X.cols;
    double *const row = ct_malloc_array(d, sizeof *row);

    e->neuron_means = ct_calloc_array(d, sizeof *e->neuron_means);
    e->sentence_means = ct_calloc_array(n, sizeof *e->sentence_means);
    if (row == NULL || e->neuron_means == NULL || e->sentence_means == NULL) {
        free(row);
        return ct_fail_nomem(err, "extract: means", 0);
    }
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        matview_read(&e->X, i, 0, d, row);
        for (size_t j = 0; j < d; j++) {
            sum += row[j];
            e->neuron_means[j] += row[j];
        }
        e->sentence_means[i] = sum / (double)d;
    }
    for (size_t j = 0; j < d; j++)
        e->neuron_means[j] /= (double)n;
    free(row);
    return CT_OK;
}

/* Copies columns that are not adjacent next to each other, in their dtype. */
static enum ct_status gather_columns(const struct matview *X, const struct neuron_block *from,
                                     const char *folder, struct extract_result *e,
                                     struct ct_error *err)
{
    const size_t size = dtype_size(X->dtype);
    const enum ct_status status = make_room(folder, e, err);

    if (status != CT_OK)
        return status;
    char *to = e->own.data;
    for (size_t i = 0; i < X->rows; i++)
        for (size_t b = 0; b < e->n_blocks; to += size * e->blocks[b++].n)
            memcpy(to, (const char *)X->data + size * (i * X->stride + from[b].first),
                   size * e->blocks[b].n);
    e->X.stride = e->X.cols;
    return CT_OK;
}

/* Selects the blocks of the layer: *from as they were, and those of e side by side. */
static enum ct_status choose_blocks(const struct extract_result *whole, size_t layer,
                                    struct neuron_block **from, struct extract_result *e,
                                    struct ct_error *err)
{
    size_t n = 0;

    for (size_t b = 0; b < whole->n_blocks; b++)
        n += whole->blocks[b].layer == layer;
    *from = ct_calloc_array(n, sizeof **from);
    e->blocks = ct_calloc_array(n, sizeof *e->blocks);
    if (*from == NULL || e->blocks == NULL)
        return ct_fail_nomem(err, "extract", 0);
    e->X = whole->X;
    e->X.cols = 0;
    for (size_t b = 0; b < whole->n_blocks; b++) {
        if (whole->blocks[b].layer != layer)
            continue;
        struct neuron_block *const block = &e->blocks[e->n_blocks];
        (*from)[e->n_blocks++] = *block = whole->blocks[b];
        block->first = e->X.cols;
        block->layer = 0;
        e->X.cols += block->n;
    }
    e->n_layers = 1;
    return CT_OK;
}

static void release(void *result)
{
    struct extract_result *const e = result;

    if (e == NULL)
        return;
    spill_clear(&e->own);
    free(e->blocks);
    free(e->neuron_means);
    free(e->sentence_means);
    free(e);
}

enum ct_status extract_layer(const struct extract_result *whole, size_t layer,
                             const char *temporary, struct extract_result **out,
                             struct ct_error *err)
{
    struct extract_result *const e = calloc(1, sizeof *e);
    struct neuron_block *from = NULL;
    enum ct_status status =
        e != NULL ? choose_blocks(whole, layer, &from, e, err) : ct_fail_nomem(err, "extract", 0);

    if (status == CT_OK && e->n_blocks == 1)
        e->X.data = (const char *)whole->X.data + dtype_size(whole->X.dtype) * from->first;
    else if (status == CT_OK)
        status = gather_columns(&whole->X, from, temporary, e, err);
    if (status == CT_OK)
        status = take_means(e, err);
    free(from);
    if (status == CT_OK)
        *out = e;
    else
        release(e);
    return status;
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct extract_result *const e = calloc(1, sizeof *e);
    enum ct_status status;

    if (e == NULL)
        return ct_fail_nomem(err, "extract", 0);
    status = load_of(a)->model == NULL ? take_file(&load_of(a)->activations, e, err)
             : extract_is_of_units(a)  ? read_units(a, &run->progress, e, err)
                                       : run_model(a, NULL, &run->progress, e, err);
    if (status == CT_OK && !a->ttest_alone)
        status = take_means(e, err);
    if (status != CT_OK) {
        release(e);
        return status;
    }
    *result = e;
    return CT_OK;
}

enum ct_status extract_shuffled(const struct analysis *a, const struct weight_shuffle *shuffle,
                                const struct progress *progress, struct extract_result **out,
                                struct ct_error *err)
{
    struct extract_result *const e = calloc(1, sizeof *e);

    if (e == NULL)
        return ct_fail_nomem(err, "shuffled", 0);
    const enum ct_status status = run_model(a, shuffle, progress, e, err);
    if (status == CT_OK)
        *out = e;
    else
        release(e);
    return status;
}

size_t neuron_block(const struct extract_result *extract, size_t column)
{
    size_t low = 0;
    size_t high = extract->n_blocks;

    while (high - low > 1) { /* the last block that starts at or before the column */
        const size_t middle = low + (high - low) / 2;
        if (extract->blocks[middle].first <= column)
            low = middle;
        else
            high = middle;
    }
    return low;
}

const char *neuron_hook(const struct extract_result *extract, size_t column, size_t *index)
{
    const struct neuron_block *const block = &extract->blocks[neuron_block(extract, column)];
    const size_t k = column - block->first;
    *index = block->index != NULL ? block->index[k] : k;
    return block->hook;
}

enum ct_status neuron_find(const struct extract_result *extract, const char *text, size_t *column,
                           struct ct_error *err)
{
    const char *const colon = strrchr(text, ':');
    const char *const digits = colon != NULL ? colon + 1 : text;
    size_t number;

    if (!number_parse_size(digits, strlen(digits), &number))
        return ct_fail(err, CT_EINVAL, "expected the number of a neuron, or HOOK:NUMBER");
    for (size_t b = 0; b < extract->n_blocks; b++) {
        const struct neuron_block *const block = &extract->blocks[b];
        const bool is_hook =
            colon == NULL || (strlen(block->hook) == (size_t)(colon - text) &&
                              strncmp(block->hook, text, (size_t)(colon - text)) == 0);
        for (size_t k = 0; is_hook && k < block->n; k++)
            if ((block->index != NULL ? block->index[k] : k) == number) {
                *column = block->first + k;
                return CT_OK;
            }
    }
    return ct_fail(err, CT_EINVAL, "no neuron %.60s among %zu", text, extract->X.cols);
}

size_t extract_n_neurons(const struct analysis *a)
{
    const struct hook_result *const hook = hook_of(a);
    size_t n = 0;

    if (load_of(a)->model == NULL)
        return load_of(a)->activations.values.cols;
    for (size_t h = 0; h < hook->n_hooks; h++)
        n += hook->hooks[h].width;
    return n;
}

/* Tokens up to the targets: *n_tokens in all, at most *longest in a sentence. */
static void count_tokens(const struct load_result *load, size_t *n_tokens, size_t *longest)
{
    *n_tokens = *longest = 0;
    for (size_t i = 0; i < load->n_sentences; i++) {
        const size_t n = load->sentences[i].target + 1;
        *n_tokens += n;
        *longest = n > *longest ? n : *longest;
    }
}

static double memory(const struct analysis *a)
{
    const struct load_result *const load = load_of(a);
    const double n_neurons = (double)extract_n_neurons(a);
    size_t n_tokens;
    size_t longest;

    if (load->model == NULL)
        return n_neurons * (double)(sizeof(struct neuron_block) + 8) + 16.0 * n_neurons;
    count_tokens(load, &n_tokens, &longest);
    const double own = 4.0 * n_neurons * (double)load->n_sentences;
    return (extract_in_memory(own, a->params.temporary) ? own : 0.0) +
           extract_memory(load->model, load->n_sentences, n_tokens, longest, a->params.threads) +
           4.0 * (double)n_tokens + (double)load->n_sentences * sizeof(struct token_seq) +
           16.0 * n_neurons;
}

double extract_shuffled_memory(const struct analysis *a)
{
    size_t n_tokens;
    size_t longest;

    count_tokens(load_of(a), &n_tokens, &longest);
    return memory(a) +
           extract_shuffle_memory(load_of(a)->model, n_tokens, longest, a->params.threads);
}

static bool remark(const struct analysis *a, char *out, size_t size)
{
    return load_of(a)->model != NULL && analysis_job_remark(a, memory(a), out, size);
}

static void note(const void *value, char out[NOTE_SIZE])
{
    snprintf(out, NOTE_SIZE, "%zu", ((const struct extract_result *)value)->X.cols);
}

const struct stage stage_extract = {
    .name = "extract",
    .title = "Extract",
    .does = "runs the sentences through the model",
    .inputs = (const struct stage *const[]){ &stage_load, &stage_hook, NULL },
    .effort = 4,
    .memory = memory,
    .advice = "use fewer --hook or fewer sentences",
    .remark = remark,
    .compute = compute,
    .free = release,
    .note = note,
};
