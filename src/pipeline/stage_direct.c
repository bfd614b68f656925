#include "config.h"
#include "pipeline/stage_direct.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/extract_job.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_lens.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"

/* Bytes of values that are kept at a time, unless one sentence needs more. */
enum { MOST_BYTES = 48 << 20 };

static void release(void *result)
{
    struct direct_result *const r = result;

    if (r == NULL)
        return;
    word_pairs_clear(&r->words);
    free(r->rows);
    free(r);
}

struct block { /* significant neurons of a hook point; owns its path and arrays */
    const struct analysis *a;
    const struct neuron_block *columns;
    struct direct_path path;
    uint32_t *neurons; /* [n] their numbers in the hook point */
    size_t *places;    /* [n] and in the block */
    size_t n;
    double *sums[2]; /* [n] by group: of what they add, times the scale */
};

static void block_clear(struct block *b)
{
    direct_path_clear(&b->path);
    free(b->neurons);
    free(b->places);
    free(b->sums[0]);
    free(b->sums[1]);
}

/* first: of the significant neurons, which is advanced. */
static enum ct_status block_init(const struct analysis *a, size_t number, size_t *first,
                                 struct block *out, struct ct_error *err)
{
    const struct ttest_stage *const t = ttest_of(a);
    const struct neuron_block *const columns = &extract_of(a)->blocks[number];
    size_t end = *first;

    while (end < t->n_significant && t->significant[end] < columns->first + columns->n)
        end++;
    const size_t n = end - *first;
    *out = (struct block){ .a = a,
                           .columns = columns,
                           .neurons = ct_malloc_array(n, sizeof *out->neurons),
                           .places = ct_malloc_array(n, sizeof *out->places),
                           .n = n,
                           .sums = { ct_calloc_array(n, sizeof(double)),
                                     ct_calloc_array(n, sizeof(double)) } };
    if (out->neurons == NULL || out->places == NULL || out->sums[0] == NULL || out->sums[1] == NULL)
        return ct_fail_nomem(err, "direct effects", n * sizeof(double));
    for (size_t k = 0; k < n; k++) {
        out->places[k] = t->significant[*first + k] - columns->first;
        out->neurons[k] =
            (uint32_t)(columns->index != NULL ? columns->index[out->places[k]] : out->places[k]);
    }
    *first = end;
    return CT_OK;
}

/* ---- what neurons add ---- */

struct values {               /* of some sentences */
    struct hook_point *hooks; /* [n_hooks] inputs of the path, and the partner if there is one */
    size_t n_hooks;
    size_t width; /* of all hooks */
    float *at;    /* [., width] */
    float *row;   /* [block->columns->n] what the neurons of a sentence add */
};

static size_t values_width(const struct direct_path *path)
{
    return path->width + (path->write.has_partner ? path->write.partner.width : 0);
}

static size_t chunk_size(size_t n, size_t width)
{
    return width == 0 ? n : size_min(n, MOST_BYTES / (width * sizeof(float)) + 1);
}

/* Sentence k of a group, with its values at the hooks. */
static void add_sentence(struct block *b, size_t group, size_t row, const float *values,
                         float *room)
{
    const struct matview *const X = &extract_of(b->a)->X;
    const float *const partner = b->path.write.has_partner ? values + b->path.width : NULL;
    const double scale = direct_path_scale(&b->path, values);

    memcpy(room, (const float *)X->data + row * X->stride + b->columns->first,
           b->columns->n * sizeof *room);
    neuron_write_activate(b->path.model, &b->path.write, room, b->columns->n);
    for (size_t k = 0; k < b->n; k++) {
        const double factor = partner != NULL ? (double)partner[b->neurons[k]] : 1.0;
        b->sums[group][k] += scale * factor * (double)room[b->places[k]];
    }
}

/* Sentences in the order of the groups: the first group's, then the other's. */
static void locate(const struct contrast *c, size_t i, size_t *group, size_t *row)
{
    *group = i < c->n_rows[0] ? 0 : 1;
    *row = c->rows[*group][*group == 0 ? i : i - c->n_rows[0]];
}

static enum ct_status add_chunk(struct block *b, const struct analysis_job *all, size_t first,
                                size_t n, const struct values *v, const struct progress *progress,
                                struct ct_error *err)
{
    const struct contrast *const c = contrast_of(b->a);
    struct token_seq *const seqs = ct_malloc_array(n, sizeof *seqs);
    struct extract_job job = all->job;
    size_t group, row;
    enum ct_status st =
        seqs != NULL ? CT_OK : ct_fail_nomem(err, "direct effects", n * sizeof *seqs);

    for (size_t i = 0; st == CT_OK && i < n; i++) {
        locate(c, first + i, &group, &row);
        seqs[i] = all->seqs[row];
    }
    job.seqs = seqs;
    job.n_seqs = n;
    job.hooks = v->hooks;
    job.n_hooks = v->n_hooks;
    if (st == CT_OK && v->n_hooks > 0)
        st = extract_activations(&job, b->a->params.threads, progress, v->at, NULL, err);
    for (size_t i = 0; st == CT_OK && i < n; i++) {
        locate(c, first + i, &group, &row);
        add_sentence(b, group, row, v->at + i * v->width, v->row);
    }
    free(seqs);
    return st;
}

static enum ct_status values_init(const struct block *b, size_t most, struct values *v,
                                  struct ct_error *err)
{
    const struct direct_path *const path = &b->path;

    *v = (struct values){ .hooks = ct_malloc_array(path->n_inputs + 1, sizeof *v->hooks),
                          .n_hooks = path->n_inputs,
                          .width = values_width(path),
                          .at = ct_malloc_array(most, values_width(path) * sizeof *v->at),
                          .row = ct_malloc_array(b->columns->n, sizeof *v->row) };
    if (v->hooks == NULL || v->at == NULL || v->row == NULL)
        return ct_fail_nomem(err, "direct effects", most * v->width * sizeof *v->at);
    memcpy(v->hooks, path->inputs, path->n_inputs * sizeof *v->hooks);
    if (path->write.has_partner)
        v->hooks[v->n_hooks++] = path->write.partner;
    return CT_OK;
}

/* Fills the sums. */
static enum ct_status add_sentences(struct block *b, const struct progress *progress,
                                    struct ct_error *err)
{
    const struct contrast *const c = contrast_of(b->a);
    const size_t n = c->n_rows[0] + c->n_rows[1];
    const size_t most = chunk_size(n, values_width(&b->path));
    struct analysis_job all = { 0 };
    struct values v = { 0 };
    enum ct_status st = analysis_job_init(b->a, &all, err);

    if (st == CT_OK)
        st = values_init(b, most, &v, err);
    for (size_t i = 0; st == CT_OK && i < n; i += most) {
        const size_t n_here = size_min(most, n - i);
        struct progress_part part = { progress, i, n_here, n };
        const struct progress here = progress_of_part(&part);
        st = add_chunk(b, &all, i, n_here, &v, &here, err);
    }
    free(v.hooks);
    free(v.at);
    free(v.row);
    analysis_job_clear(&all);
    return st;
}

/* ---- the stage ---- */

static enum ct_status add_rows(struct block *b, struct output *output,
                               const struct progress *progress, struct direct_result *out,
                               struct ct_error *err)
{
    const struct contrast *const c = contrast_of(b->a);
    struct progress_part first = { progress, 0, 1, 2 };
    struct progress_part second = { progress, 1, 1, 2 };
    const struct progress adding = progress_of_part(&first);
    const struct progress saying = progress_of_part(&second);
    struct direct_neuron *const says = ct_malloc_array(b->n, sizeof *says);
    enum ct_status st =
        says != NULL ? CT_OK : ct_fail_nomem(err, "direct effects", b->n * sizeof *says);

    if (st == CT_OK && b->path.has_scale)
        st = add_sentences(b, &adding, err);
    if (st == CT_OK)
        st = direct_neurons_find(output, &b->path, &out->words, b->neurons, b->n, &saying, says,
                                 err);
    for (size_t k = 0; st == CT_OK && k < b->n; k++)
        out->rows[out->n_rows++] = (struct direct_row){
            .column = b->columns->first + b->places[k],
            .says = says[k],
            .contribution = b->path.has_scale
                                ? says[k].effect * (b->sums[0][k] / (double)c->n_rows[0] -
                                                    b->sums[1][k] / (double)c->n_rows[1])
                                : NAN,
        };
    free(says);
    return st;
}

static enum ct_status add_block(const struct analysis *a, size_t number, size_t *first,
                                struct output *output, const struct progress *progress,
                                struct direct_result *out, struct ct_error *err)
{
    struct block b;
    bool is_known = false;
    enum ct_status st = block_init(a, number, first, &b, err);

    if (st == CT_OK)
        st = direct_path_find(load_of(a)->model, &hook_of(a)->hooks[number], &b.path, &is_known,
                              err);
    if (st == CT_OK && is_known && b.n > 0)
        st = add_rows(&b, output, progress, out, err);
    if (!is_known)
        out->n_unknown += b.n;
    block_clear(&b);
    return st;
}

static enum ct_status make(const struct analysis *a, const struct stage_run *run,
                           struct direct_result *out, struct ct_error *err)
{
    const size_t n_blocks = extract_of(a)->n_blocks;
    const size_t n = ttest_of(a)->n_significant;
    struct output *output = NULL;
    size_t first = 0;
    enum ct_status st = effect_words_find(a, &out->words, err);

    if (st == CT_OK)
        st = output_new(load_of(a)->model, a->params.threads, &output, err);
    out->rows = ct_malloc_array(n, sizeof *out->rows);
    if (st == CT_OK && out->rows == NULL)
        st = ct_fail_nomem(err, "direct effects", n * sizeof *out->rows);
    for (size_t b = 0; st == CT_OK && b < n_blocks; b++) {
        struct progress_part part = { &run->progress, b, 1, n_blocks };
        const struct progress progress = progress_of_part(&part);
        st = add_block(a, b, &first, output, &progress, out, err);
    }
    output_free(output);
    return st;
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct direct_result *const r = calloc(1, sizeof *r);
    enum ct_status st = CT_OK;

    if (r == NULL)
        return ct_fail_nomem(err, "direct effects", 0);
    if (a->params.lens && load_of(a)->model != NULL)
        st = make(a, run, r, err);
    if (st == CT_OK)
        *result = r;
    else
        release(r);
    return st;
}

/* Bytes of the values of a block at a time. */
static double values_memory(const struct analysis *a, const struct hook_point *hook, size_t width)
{
    const struct contrast *const c = contrast_of(a);
    struct direct_path path = { 0 };
    bool is_known = false;
    double bytes = 0.0;

    if (direct_path_find(load_of(a)->model, hook, &path, &is_known, NULL) == CT_OK && is_known)
        bytes = (double)chunk_size(c->n_rows[0] + c->n_rows[1], values_width(&path)) *
                    ((double)values_width(&path) * sizeof(float) + sizeof(struct token_seq)) +
                (double)width * sizeof(float);
    direct_path_clear(&path);
    return bytes;
}

static double memory(const struct analysis *a)
{
    const struct load_result *const load = load_of(a);
    const size_t n = ttest_of(a)->n_significant;
    size_t n_ids = 0;
    size_t longest = 0;
    double values = 0.0;

    if (!a->params.lens || load->model == NULL)
        return 0.0;
    for (size_t i = 0; i < load->n_sentences; i++) {
        const size_t length = load->sentences[i].target + 1;
        n_ids += length;
        longest = length > longest ? length : longest;
    }
    for (size_t b = 0; b < extract_of(a)->n_blocks; b++)
        values = fmax(values, values_memory(a, &hook_of(a)->hooks[b], extract_of(a)->blocks[b].n));
    return values + (double)n * (2.0 * sizeof(struct direct_row) + 4.0 * sizeof(double)) +
           (double)load->n_sentences * sizeof(struct token_seq) + (double)n_ids * sizeof(uint32_t) +
           direct_neurons_memory(model_config(load->model), n) +
           output_memory(load->model, a->params.threads) +
           extract_memory(load->model, load->n_sentences, n_ids, longest, a->params.threads);
}

const struct stage stage_direct = {
    .name = "direct",
    .shown_at = &stage_effect,
    .does = "asks which words each neuron raises and lowers",
    .also = (const struct setting *const[]){ &lens_settings[0], &effect_settings[EFFECT_WORD_PAIRS],
                                             NULL },
    .inputs = (const struct stage *const[]){ &stage_load, &stage_hook, &stage_contrast,
                                             &stage_extract, &stage_ttest, NULL },
    .effort = 20,
    .memory = memory,
    .advice = "use fewer sentences, or a smaller --alpha",
    .compute = compute,
    .free = release,
};
