#include "config.h"
#include "pipeline/stage_map.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/effect_run.h"
#include "pipeline/effect_summary.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"

static void release(void *result)
{
    struct map_result *const m = result;

    if (m == NULL)
        return;
    free(m->moved);
    free(m->n_sentences);
    free(m->hooks);
    free(m);
}

static size_t position_of(const struct map_result *m, size_t p)
{
    return p + 1 == m->n_positions ? EFFECT_LAST : p;
}

/* The streams after the blocks: *points [*n], owned by the caller. */
static enum ct_status list_streams(const struct analysis *a, struct hook_point **points, size_t *n,
                                   struct ct_error *err)
{
    struct hook_point *all = NULL;
    size_t n_all = 0;
    const enum ct_status st = hooks_list(model_config(load_of(a)->model), &all, &n_all, err);

    *n = 0;
    for (size_t i = 0; st == CT_OK && i < n_all; i++)
        if (all[i].place == PLACE_BLOCK)
            all[(*n)++] = all[i];
    *points = all;
    return st;
}

static enum ct_status make_room(const struct effect_run *r, const struct hook_point *points,
                                size_t n_layers, struct map_result *out, struct ct_error *err)
{
    size_t n;

    (void)effect_sentences(r, &n);
    out->n_layers = n_layers;
    for (size_t i = 0; i < n; i++)
        if (effect_n_positions(r, i) > out->n_positions)
            out->n_positions = effect_n_positions(r, i);
    out->n_positions++; /* the last token */
    out->moved = ct_malloc_array(n_layers * out->n_positions, sizeof *out->moved);
    out->n_sentences = ct_calloc_array(out->n_positions, sizeof *out->n_sentences);
    out->hooks = ct_calloc_array(n_layers, sizeof *out->hooks);
    if (out->moved == NULL || out->n_sentences == NULL || out->hooks == NULL)
        return ct_fail_nomem(err, "map", n_layers * out->n_positions * sizeof *out->moved);
    for (size_t i = 0; i < n_layers * out->n_positions; i++)
        out->moved[i] = NAN;
    for (size_t i = 0; i < n; i++)
        for (size_t p = 0; p < out->n_positions; p++)
            out->n_sentences[p] += effect_has_position(r, i, position_of(out, p)) ? 1 : 0;
    for (size_t l = 0; l < n_layers; l++)
        snprintf(out->hooks[l], sizeof out->hooks[l], "%s", points[l].name);
    return CT_OK;
}

static enum ct_status fill_layer(struct effect_run *r, const struct hook_point *hook, size_t layer,
                                 const struct progress *progress, float *values,
                                 struct effect_reading *readings, struct map_result *out,
                                 struct ct_error *err)
{
    const size_t n_steps = out->n_positions + 1;
    struct progress_part part = { progress, 0, 1, n_steps };
    const struct progress first = progress_of_part(&part);
    enum ct_status st = effect_values(r, hook, &first, values, err);

    for (size_t p = 0; st == CT_OK && p < out->n_positions; p++) {
        struct progress_part one = { progress, p + 1, 1, n_steps };
        const struct progress here = progress_of_part(&one);
        const size_t position = position_of(out, p);
        st = effect_run_position(r, hook, position, values, &here, readings, err);
        if (st == CT_OK)
            out->moved[layer * out->n_positions + p] = effect_moved_at(r, position, readings);
    }
    return st;
}

static enum ct_status fill(struct effect_run *r, const struct hook_point *points,
                           const struct stage_run *run, struct map_result *out,
                           struct ct_error *err)
{
    const struct map_result *const earlier = run->earlier;
    size_t n;
    (void)effect_sentences(r, &n);
    float *const values = ct_malloc_array(effect_n_values(r), points[0].width * sizeof *values);
    struct effect_reading *const readings = ct_malloc_array(n, sizeof *readings);
    enum ct_status st = values != NULL && readings != NULL
                            ? CT_OK
                            : ct_fail_nomem(err, "map", effect_n_values(r) * points[0].width);

    if (st == CT_OK && earlier != NULL && earlier->n_layers == out->n_layers) {
        memcpy(out->moved, earlier->moved, earlier->n_done * out->n_positions * sizeof *out->moved);
        out->n_done = earlier->n_done;
    }
    while (st == CT_OK && out->n_done < out->n_layers) {
        struct progress_part part = { &run->progress, out->n_done + 1, 1, out->n_layers + 1 };
        const struct progress progress = progress_of_part(&part);
        st =
            fill_layer(r, &points[out->n_done], out->n_done, &progress, values, readings, out, err);
        if (st == CT_OK)
            out->n_done++;
    }
    free(values);
    free(readings);
    return st == CT_ECANCELED && out->n_done > 0 ? CT_OK : st;
}

static enum ct_status make(const struct analysis *a, const struct stage_run *run,
                           struct map_result *out, struct ct_error *err)
{
    struct progress_part part = { &run->progress, 0, 1, 2 };
    const struct progress progress = progress_of_part(&part);
    struct hook_point *points = NULL;
    size_t n_layers = 0;
    struct twins twins;
    struct word_pairs words = { .ids = NULL };
    struct effect_run *r = NULL;
    enum ct_status st = twins_find(a, &twins, err);

    if (st == CT_OK && twins.by != TWINS_NONE) {
        st = effect_words_find(a, &words, err);
        if (st == CT_OK)
            st = effect_run_new(a, &twins, &words, EFFECT_END, &progress, &r, err);
        if (st == CT_OK)
            st = list_streams(a, &points, &n_layers, err);
        if (st == CT_OK)
            st = make_room(r, points, n_layers, out, err);
        if (st == CT_OK)
            st = fill(r, points, run, out, err);
    }
    effect_run_free(r);
    word_pairs_clear(&words);
    twins_clear(&twins);
    free(points);
    return st;
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct map_result *const m = calloc(1, sizeof *m);
    enum ct_status st = CT_OK;

    if (m == NULL)
        return ct_fail_nomem(err, "map", 0);
    if (a->params.map && load_of(a)->model != NULL)
        st = make(a, run, m, err);
    if (st == CT_OK)
        *result = m;
    else
        release(m);
    return st;
}

static bool is_partial(const struct analysis *a, const void *value)
{
    const struct map_result *const m = value;

    (void)a;
    return m->n_done < m->n_layers;
}

/* Values of one layer beside what edits take. */
static double memory(const struct analysis *a)
{
    const struct contrast *const c = contrast_of(a);
    const struct load_result *const load = load_of(a);
    double n_values = 0.0;

    if (!a->params.map || load->model == NULL)
        return 0.0;
    for (size_t g = 0; g < 2; g++)
        for (size_t i = 0; i < c->n_rows[g]; i++) {
            const struct sentence *const s = &load->sentences[c->rows[g][i]];
            n_values += (double)(s->n_tokens - s->target);
        }
    return effect_run_memory(a, 1) +
           n_values * (double)model_config(load->model)->hidden_size * sizeof(float);
}

static const struct setting map_settings[] = {
    { .name = "map",
      .kind = &kind_flag,
      .scope = OF_MODEL,
      .field = offsetof(struct params, map),
      .commands = FOR_RUN,
      .help = "with --swap: by layer and token",
      .is_rare = true },
};

const struct stage stage_map = {
    .name = "map",
    .shown_at = &stage_effect,
    .does = "swaps the residual stream by layer and token",
    .settings = map_settings,
    .n_settings = sizeof map_settings / sizeof *map_settings,
    .also = (const struct setting *const[]){ &effect_settings[EFFECT_WORD_PAIRS], NULL },
    .inputs = (const struct stage *const[]){ &stage_load, &stage_contrast, &stage_extract, NULL },
    .effort = 40,
    .memory = memory,
    .advice = "use fewer sentences",
    .compute = compute,
    .free = release,
    .is_partial = is_partial,
};
