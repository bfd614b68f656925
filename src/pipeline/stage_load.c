#include "config.h"
#include "pipeline/stage_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/memory_limit.h"
#include "io/hash_ahead.h"
#include "pipeline/lookalike.h"
#include "pipeline/target.h"

static enum ct_status tokenize(const struct analysis *a, const struct load_result *load, size_t i,
                               struct sentence *sentence, struct ct_error *err)
{
    const struct model_config *const config = model_config(load->model);
    const struct stimulus *const row = &load->stimuli.rows[i];
    enum ct_status status;

    *sentence = (struct sentence){ .text = row->text,
                                   .size = row->text_size,
                                   .group = load->stimuli.groups.of[i] };
    status = tokenizer_encode(load->tokenizer, row->text, row->text_size, &sentence->tokens,
                              &sentence->n_tokens, err);
    const struct encoded encoded = { row->text, row->text_size, sentence->tokens,
                                     sentence->n_tokens };
    if (status == CT_OK)
        status = target_find(load->tokenizer, &encoded, row->target, row->target_size,
                             a->params.occurrence, &sentence->target_first, &sentence->target, err);
    if (status == CT_EINVAL &&
        lookalike_check(row->text, row->text_size, row->target, row->target_size, err) != CT_OK)
        status = CT_EINVAL;
    if (status == CT_OK && sentence->target >= config->n_positions)
        status =
            ct_fail(err, CT_EINVAL,
                    "the target is token %zu, but the model has %zu positions; shorten the text",
                    sentence->target + 1, config->n_positions);
    for (size_t t = 0; status == CT_OK && t <= sentence->target; t++)
        if (sentence->tokens[t].id >= config->vocab_size)
            status = ct_fail(err, CT_EINVAL,
                             "token id %lu is not below the model's vocab_size %zu; the tokenizer "
                             "belongs to another model; give the right one with --tokenizer",
                             (unsigned long)sentence->tokens[t].id, config->vocab_size);
    if (status != CT_OK)
        return ct_error_where(err, status, "%s: row %zu (line %zu)", load->stimuli.name, row->row,
                              row->line);
    return CT_OK;
}

/* Tokens take more memory than their text: checked repeatedly as sentences accumulate. */
static enum ct_status check_memory(const struct load_result *load, size_t i, size_t *text_size,
                                   struct ct_error *err)
{
    enum { EVERY = 1 << 20 }; /* bytes of text */

    *text_size += load->stimuli.rows[i].text_size;
    if (*text_size < EVERY)
        return CT_OK;
    *text_size = 0;
    return memory_check(MEMORY_LOOK_FROM, load->stimuli.name, "use fewer sentences", err);
}

static enum ct_status load_sentences(const struct analysis *a, const struct stage_run *run,
                                     struct load_result *load, struct ct_error *err)
{
    enum ct_status status = stimuli_read(a->params.stimuli, &load->stimuli, err);

    if (status != CT_OK)
        return status;
    const size_t n = load->stimuli.n;
    size_t text_size = 0;
    load->sentences = ct_calloc_array(n, sizeof *load->sentences);
    if (load->sentences == NULL)
        return ct_fail_nomem(err, "sentences", 0);
    load->group_names = (const char *const *)load->stimuli.groups.names;
    load->n_groups = load->stimuli.groups.n_names;
    for (size_t i = 0; i < n && status == CT_OK; i++) {
        status = check_memory(load, i, &text_size, err);
        if (status != CT_OK)
            break;
        load->n_sentences = i + 1;
        status = tokenize(a, load, i, &load->sentences[i], err);
        if (status == CT_OK && i % 256 == 0 && !progress_tick(&run->progress, i, n))
            status = ct_fail(err, CT_ECANCELED, "load: cancelled");
    }
    return status;
}

static enum ct_status load_activations(const struct analysis *a, const struct stage_run *run,
                                       struct load_result *load, struct ct_error *err)
{
    struct activations *const acts = &load->activations;
    const struct params *const p = &a->params;
    const struct activations_options options = { .groups = p->groups,
                                                 .groups_optional = a->ungrouped,
                                                 .header = p->header,
                                                 .no_digest = a->ttest_alone,
                                                 .n_threads = p->threads };
    const enum ct_status status =
        activations_read(p->activations, &options, &run->progress, acts, err);
    if (status != CT_OK)
        return status;
    load->sentences = ct_calloc_array(acts->values.rows, sizeof *load->sentences);
    if (load->sentences == NULL)
        return ct_fail_nomem(err, "sentences", 0);
    load->n_sentences = acts->values.rows;
    load->group_names = (const char *const *)acts->groups.names;
    load->n_groups = acts->groups.n_names;
    for (size_t i = 0; i < load->n_sentences; i++)
        load->sentences[i] = (struct sentence){
            .group = acts->groups.of[i],
            .target = acts->tokens != NULL ? acts->tokens[i] : 0,
        };
    return CT_OK;
}

static enum ct_status load_model(const struct analysis *a, struct load_result *load,
                                 struct ct_error *err)
{
    const struct params *const p = &a->params;

    if (p->model == NULL || p->stimuli == NULL)
        return ct_fail(err, CT_EINVAL, "%s: not set; choose one",
                       p->model == NULL ? "model" : "stimuli");
    const enum ct_status status = model_open(p->model, &load->model, err);
    if (status != CT_OK)
        return status;
    if (a->hash_ahead) {
        struct model_info info;
        model_describe(load->model, &info);
        load->hashes = hash_ahead_new(info.files, info.n_files);
    }
    const enum ct_status opened =
        tokenizer_open(p->tokenizer != NULL ? p->tokenizer : p->model, &load->tokenizer, err);
    return opened == CT_OK ? tokenizer_set_bos(load->tokenizer, p->bos, err) : opened;
}

/* Counting sort of the sentences by group. */
static enum ct_status sort_by_group(struct load_result *load, struct ct_error *err)
{
    const size_t n = load->n_sentences;
    size_t *next;

    load->by_group = ct_malloc_array(n, sizeof *load->by_group);
    load->group_starts = ct_calloc_array(load->n_groups + 2, sizeof *load->group_starts);
    if (load->by_group == NULL || load->group_starts == NULL)
        return ct_fail_nomem(err, "sentences", 0);
    next = load->group_starts + 1; /* starts become ends while by_group is filled */
    for (size_t i = 0; i < n; i++)
        next[load->sentences[i].group + 1]++;
    for (size_t g = 0; g < load->n_groups; g++)
        next[g + 1] += next[g];
    for (size_t i = 0; i < n; i++)
        load->by_group[next[load->sentences[i].group]++] = i;
    return CT_OK;
}

static void release(void *result)
{
    struct load_result *const load = result;

    if (load == NULL)
        return;
    for (size_t i = 0; i < load->n_sentences; i++)
        free(load->sentences[i].tokens);
    free(load->sentences);
    free(load->by_group);
    free(load->group_starts);
    stimuli_clear(&load->stimuli);
    activations_clear(&load->activations);
    tokenizer_free(load->tokenizer);
    hash_ahead_free(load->hashes);
    model_free(load->model);
    free(load);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct load_result *const load = calloc(1, sizeof *load);
    enum ct_status status;

    if (load == NULL)
        return ct_fail_nomem(err, "load", 0);
    if (a->params.activations != NULL) {
        status = load_activations(a, run, load, err);
    } else {
        status = load_model(a, load, err);
        if (status == CT_OK)
            status = load_sentences(a, run, load, err);
    }
    if (status == CT_OK)
        status = sort_by_group(load, err);
    if (status != CT_OK) {
        release(load);
        return status;
    }
    *result = load;
    return CT_OK;
}

static enum ct_status verify(const void *value, struct ct_error *err)
{
    const struct load_result *const load = value;

    return load->model != NULL ? model_check(load->model, err)
                               : activations_check(&load->activations, err);
}

static void note(const void *value, char out[NOTE_SIZE])
{
    snprintf(out, NOTE_SIZE, "%zu", ((const struct load_result *)value)->n_sentences);
}

/* ---- the stage ---- */

static const char *occurrence_name(size_t i)
{
    static const char *const names[] = { "only", "first", "last", NULL };

    return names[i];
}

static const char *bos_name(size_t i)
{
    static const char *const names[] = { "auto", "yes", "no", NULL };

    return names[i];
}

static const struct setting load_settings[] = {
    { .name = "model",
      .letter = 'm',
      .kind = &kind_path,
      .scope = OF_MODEL,
      .field = offsetof(struct params, model),
      .commands = FOR_RUNS | FOR_HOOKS | FOR_TOKENIZE,
      .argument = "DIR or NAME",
      .help = "model folder, or its name in the Hugging Face cache" },
    { .name = "tokenizer",
      .kind = &kind_path,
      .scope = OF_MODEL,
      .field = offsetof(struct params, tokenizer),
      .commands = FOR_RUNS | FOR_TOKENIZE,
      .argument = "DIR",
      .help = "folder of the tokenizer's files (the model's)" },
    { .name = "stimuli",
      .letter = 's',
      .kind = &kind_path,
      .scope = OF_MODEL,
      .field = offsetof(struct params, stimuli),
      .commands = FOR_RUNS,
      .argument = "FILE",
      .help = "sentences: CSV with the header group,target,text" },
    { .name = "activations",
      .letter = 'a',
      .kind = &kind_path,
      .field = offsetof(struct params, activations),
      .commands = FOR_RUNS,
      .argument = "FILE",
      .help = "begin at the t-test: CSV, .npy, .safetensors" },
    { .name = "groups",
      .kind = &kind_path,
      .scope = OF_ACTIVATIONS,
      .field = offsetof(struct params, groups),
      .commands = FOR_RUNS | FOR_TTEST | FOR_CHOICES,
      .argument = "FILE",
      .help = "groups of the rows of an .npy, one per line" },
    { .name = "header",
      .kind = &kind_choice,
      .scope = OF_ACTIVATIONS,
      .field = offsetof(struct params, header),
      .commands = FOR_RUN | FOR_STEPS,
      .argument = "WHEN",
      .help = "a CSV begins with names",
      .choice = header_name,
      .before = "yes" },
    { .name = "occurrence",
      .kind = &kind_choice,
      .scope = OF_MODEL,
      .field = offsetof(struct params, occurrence),
      .commands = FOR_RUN,
      .argument = "NAME",
      .help = "of a target found twice",
      .is_rare = true,
      .choice = occurrence_name },
    { .name = "bos",
      .kind = &kind_choice,
      .scope = OF_MODEL,
      .field = offsetof(struct params, bos),
      .commands = FOR_RUN | FOR_TOKENIZE,
      .argument = "WHEN",
      .help = "beginning-of-sequence token",
      .choice = bos_name,
      .is_rare = true },
};

const struct stage stage_load = {
    .name = "load",
    .title = "Load",
    .does = "loads the model and the sentences",
    .settings = load_settings,
    .n_settings = sizeof load_settings / sizeof *load_settings,
    .inputs = (const struct stage *const[]){ NULL },
    .effort = 1,
    .compute = compute,
    .free = release,
    .verify = verify,
    .note = note,
};
