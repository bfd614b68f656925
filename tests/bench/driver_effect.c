/* driver effect: interchange interventions on the way to the logits of some words. */
#include "config.h"

#include <stdlib.h>

#include "base/clock.h"
#include "driver.h"
#include "model/edit.h"
#include "model/extract.h"
#include "model/weights.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"

enum { MAX_WORDS = 16 };

struct swaps { /* of every set with every sentence */
    uint32_t *columns;
    struct edit *edits; /* [n_lists] */
    struct edit_list *lists;
    struct token_seq *seqs; /* [n_seqs] sentences without edits, then with those of each set */
    uint32_t *of;
    size_t n_lists, n_seqs;
};

/* The n-th sentence of the other of two groups, if it has as many tokens up to the target; or
 * itself. */
static size_t find_twin(const struct load_result *l, size_t place)
{
    const size_t n = l->group_starts[1];
    const size_t i = l->by_group[place];
    const size_t other = place < n ? place + n : place - n;

    if (other >= l->n_sentences)
        return i;
    const size_t twin = l->by_group[other];
    return l->sentences[twin].target == l->sentences[i].target ? twin : i;
}

/* Set k of n_sets has neurons k, k + n_sets, ... */
static void make_swaps(const struct analysis *a, size_t n_sets, struct swaps *out)
{
    const struct load_result *const l = load_of(a);
    const struct matview *const X = &extract_of(a)->X;
    const size_t n = l->n_sentences;

    out->columns = allocate(X->cols, sizeof *out->columns);
    out->edits = allocate(n_sets * n, sizeof *out->edits);
    out->lists = allocate(n_sets * n, sizeof *out->lists);
    out->seqs = allocate((n_sets + 1) * n, sizeof *out->seqs);
    out->of = allocate((n_sets + 1) * n, sizeof *out->of);
    for (size_t place = 0; place < n; place++) {
        const struct sentence *const s = &l->sentences[l->by_group[place]];
        uint32_t *const ids = allocate(s->n_tokens, sizeof *ids); /* until the program ends */
        for (size_t t = 0; t < s->n_tokens; t++)
            ids[t] = s->tokens[t].id;
        for (size_t k = 0; k <= n_sets; k++) {
            out->seqs[k * n + l->by_group[place]] = (struct token_seq){ ids, s->n_tokens };
            out->of[k * n + l->by_group[place]] = 0;
        }
    }
    out->n_seqs = (n_sets + 1) * n;
    for (size_t k = 0, at = 0; k < n_sets; k++) {
        uint32_t *const columns = out->columns + at;
        size_t n_columns = 0;
        for (size_t j = k; j < X->cols; j += n_sets)
            columns[n_columns++] = (uint32_t)j;
        at += n_columns;
        for (size_t place = 0; place < n; place++) {
            const size_t i = l->by_group[place];
            const size_t twin = find_twin(l, place);
            if (twin == i)
                continue;
            out->edits[out->n_lists] =
                (struct edit){ .hook = &hook_of(a)->hooks[0],
                               .first = l->sentences[i].target,
                               .last = l->sentences[i].target,
                               .op = EDIT_SET,
                               .columns = columns,
                               .n_columns = n_columns,
                               .values = (const float *)X->data + twin * X->stride };
            out->lists[out->n_lists] = (struct edit_list){ &out->edits[out->n_lists], 1 };
            out->of[(k + 1) * n + i] = (uint32_t)++out->n_lists;
        }
    }
}

static void swaps_clear(struct swaps *s)
{
    free(s->columns);
    free(s->edits);
    free(s->lists);
    free(s->seqs);
    free(s->of);
}

static struct hook_point last_norm(const struct model *model)
{
    struct hook_point *points = NULL;
    struct ct_error err;
    size_t n = 0;
    size_t at = 0;

    must(hooks_list(model_config(model), &points, &n, &err), &err);
    while (points[at].place != PLACE_FINAL_NORM)
        at++;
    const struct hook_point point = points[at];
    free(points);
    return point;
}

/* Of n rows of the last norm: [n, n_words], owned by the caller. */
static float *word_logits(const struct model *model, const float *rows, size_t n, const size_t *ids,
                          size_t n_words)
{
    const struct linear *const output = &model_weights(model)->output;
    const size_t width = output->n_in;
    float *const word = allocate(width, sizeof *word);
    float *const out = allocate(n * n_words, sizeof *out);

    for (size_t k = 0; k < n_words; k++) {
        tensor_read(&output->weight, ids[k], 0, width, word);
        for (size_t i = 0; i < n; i++) {
            double sum = 0.0;
            for (size_t j = 0; j < width; j++)
                sum += (double)rows[i * width + j] * (double)word[j];
            out[i * n_words + k] = (float)sum;
        }
    }
    free(word);
    return out;
}

static size_t read_words(const char *text, size_t words[MAX_WORDS])
{
    size_t n = 0;
    char *end = NULL;

    for (; n < MAX_WORDS; text = end + 1) {
        words[n++] = strtoul(text, &end, 10);
        if (*end != ',')
            break;
    }
    return n;
}

void run_effect(int argc, char **argv)
{
    struct analysis a;
    struct swaps swaps = { 0 };
    size_t words[MAX_WORDS];
    const size_t n_words = read_words(argv[5], words);
    struct extract_stats stats;
    struct ct_error err;
    const double start = clock_seconds();

    (void)argc;
    run_stages(&a, argv, &stage_extract);
    if (load_of(&a)->n_groups != 2 || hook_of(&a)->n_hooks != 1)
        stop("effect takes two groups and one hook point");
    make_swaps(&a, strtoul(argv[4], NULL, 10), &swaps);
    const struct model *const model = load_of(&a)->model;
    const struct hook_point norm = last_norm(model);
    const struct edits edits = { swaps.lists, swaps.n_lists, swaps.of };
    const struct extract_job job = { .model = model,
                                     .seqs = swaps.seqs,
                                     .n_seqs = swaps.n_seqs,
                                     .hooks = &norm,
                                     .n_hooks = 1,
                                     .edits = &edits };
    float *const rows = allocate(swaps.n_seqs * norm.width, sizeof *rows);
    must(model_check_output(model, &err), &err);
    must(extract_activations(&job, n_threads(), NULL, rows, &stats, &err), &err);
    float *const logits = word_logits(model, rows, swaps.n_seqs, words, n_words);
    print_value("compute", clock_seconds() - start);
    print_value("tokens", (double)stats.n_tokens);
    print_value("positions", (double)stats.n_positions);
    save(argv[6], logits, swaps.n_seqs * n_words * sizeof *logits);
    free(logits);
    free(rows);
    swaps_clear(&swaps);
    analysis_clear(&a);
}
