#include "config.h"
#include "made_analysis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/effect_sets.h"
#include "pipeline/stage_answer.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_direct.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_halves.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_lens.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_map.h"
#include "pipeline/stage_picture.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "support.h"

/* -1 .. 1 from a linear congruential generator (Knuth's MMIX constants). */
static double noise(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (double)(*state >> 40) / (double)(1U << 23) - 1.0;
}

/* Every other neuron differs between the groups; three families of them share a pattern. */
static void make_up_activations(struct extract_result *e, const struct load_result *load)
{
    float *const own = e->own.data;
    uint64_t state = 1;
    double pattern[3][256];

    for (size_t f = 0; f < 3; f++)
        for (size_t i = 0; i < e->X.rows; i++)
            pattern[f][i] = noise(&state);
    memset(e->sentence_means, 0, e->X.rows * sizeof *e->sentence_means);
    for (size_t j = 0; j < e->X.cols; j++) {
        const double effect = j % 2 == 0 ? (double)(j % 7) - 3.0 : 0.0;
        e->neuron_means[j] = 0.0;
        for (size_t i = 0; i < e->X.rows; i++) {
            const double side = load->sentences[i].group == 0 ? 0.25 : -0.25;
            const float x = (float)(effect * side + pattern[j % 3][i] + noise(&state));
            own[i * e->X.cols + j] = x;
            e->neuron_means[j] += (double)x / (double)e->X.rows;
            e->sentence_means[i] += (double)x / (double)e->X.cols;
        }
    }
}

/* Three clusters by family, with points on a grid, and every tenth point far away. */
static void make_up_picture(struct tsne_stage *t, const struct ttest_stage *test)
{
    for (size_t i = 0; i < test->n_significant; i++) {
        double *const p = mat_row(&t->result.embedding, i);
        const size_t family = test->significant[i] % 3;
        p[0] = 12.0 * (double)family + 0.75 * (double)(i % 5);
        p[1] = 5.0 * (double)(family % 2) + 0.5 * (double)(i / 5 % 6);
        if (i % 10 == 9)
            p[1] -= 4.0 + 0.25 * (double)i;
    }
    t->result.kl_divergence = 0.5;
    t->result.n_iter = 500;
    for (size_t k = 0; k < t->n_kl; k++)
        t->kl[k] = 4.0 / (1.0 + t->kl_iter[k] / 50.0);
}

/* Splits one hook point into six. */
static void make_up_layers(struct analysis *a, void *result)
{
    static const char *const names[] = { "h.0.mlp.c_fc", "h.1.mlp.c_fc", "h.2.mlp.c_fc",
                                         "h.3.mlp.c_fc", "h.4.mlp.c_fc", "h.5.mlp.c_fc" };
    struct layers_result *const layers = result;

    (void)a;
    for (size_t l = 0; l < layers->n_rows; l++)
        free(layers->rows[l].by);
    layers->n_rows = sizeof names / sizeof *names;
    layers->has_answers = true;
    layers->has_effects = true;
    layers->rows = ct_realloc_array(layers->rows, layers->n_rows, sizeof *layers->rows);
    for (size_t l = 0; l < layers->n_rows; l++) {
        struct layer_clusters *const by = ct_calloc_array(n_cluster_methods, sizeof *by);
        by[0].n_clusters = l;
        const size_t n_significant = 20 * (l + 1) * (5 - l);
        const double share = (double)n_significant / 256.0;
        const double c = 0.8 - 0.02 * (double)l;
        layers->rows[l] = (struct layer_row){
            .hook = names[l],
            .n_neurons = 256,
            .n_significant = n_significant,
            .share_low = 0.9 * share,
            .share_high = 1.1 * share,
            .by = by,
            .answer = { .verdict = l == 2 ? VERDICT_YES : VERDICT_NO,
                        .clumping = l == 2 ? 0.85 : c,
                        .cloud = { c, 0.01, c - 0.03, c + 0.02, 0.5 },
                        .context = { c, 0.01, c - 0.02, c + 0.03, 0.5 },
                        .pvalue = l == 2 ? 0.005 : 0.5,
                        .p_holm = l == 2 ? 0.03 : 1.0 },
        };
        const double moved = n_significant == 0 ? NAN : 1.0 - 0.2 * (double)l;
        layers->rows[l].moved_end = moved;
        layers->rows[l].moved_low = moved - 0.05;
        layers->rows[l].moved_high = moved + 0.02;
        if (n_significant == 0)
            layers->rows[l].answer = (struct layer_answer){
                VERDICT_UNANSWERABLE,        NAN, { NAN, NAN, NAN, NAN, NAN },
                { NAN, NAN, NAN, NAN, NAN }, NAN, NAN
            };
    }
}

static void take(struct analysis *a, const struct stage *stage,
                 void (*change)(struct analysis *a, void *result))
{
    struct ct_error err = { 0 };
    struct result *result = NULL;

    if (analysis_compute(a, stage, NULL, &result, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
    if (change != NULL)
        change(a, (void *)result_value(result));
    analysis_accept(a, result);
}

static void change_activations(struct analysis *a, void *result)
{
    make_up_activations(result, load_of(a));
}

static void change_picture(struct analysis *a, void *result)
{
    make_up_picture(result, ttest_of(a));
}

static void give(struct analysis *a, const struct stage *stage, void *value)
{
    struct result *result = NULL;

    ck_assert_int_eq(result_new(a, stage, value, &result, NULL), CT_OK);
    analysis_accept(a, result);
}

static struct effect_result *make_up_effect(const struct analysis *a)
{
    struct effect_result *const r = ct_calloc_array(1, sizeof *r);
    struct neuron_sets sets;

    ck_assert_int_eq(neuron_sets_find(a, &sets, NULL), CT_OK);
    r->has_model = true;
    r->twins = TWINS_BY_TEXT;
    r->n_twins = 54;
    r->words.n = 4;
    r->n_edits = 1; /* a swap */
    r->difference[0] = 4.75;
    r->difference[1] = -5.5;
    r->rows = ct_calloc_array(sets.n, sizeof *r->rows);
    r->n_rows = sets.n;
    for (size_t i = 0; i < sets.n; i++) {
        const double moved = (double)(i * 37 % 11) / 10.0 - 0.1;
        struct effect_row *const row = &r->rows[i];
        *row = (struct effect_row){ .edits = r->edits,
                                    .n_edits = 1,
                                    .source = sets.sets[i].source,
                                    .group = sets.sets[i].group,
                                    .size = sets.sets[i].n,
                                    .moved_end = moved,
                                    .moved_end_low = moved - 0.05,
                                    .moved_end_high = moved + 0.05,
                                    .without_end = 0.9 - moved };
        for (size_t k = 0; k < N_CONTROLS; k++)
            row->by[k] = (struct effect_control_row){ NAN, NAN, NAN, false, 0 };
        if (row->group != NO_GROUP && i % 3 != 0)
            row->by[i % N_CONTROLS] =
                (struct effect_control_row){ 0.3, 0.05, 0.02, true, EFFECT_DRAWS };
    }
    neuron_sets_clear(&sets);
    return r;
}

static struct map_result *make_up_map(void)
{
    enum { LAYERS = 6, POSITIONS = 9 };
    struct map_result *const m = ct_calloc_array(1, sizeof *m);

    m->n_layers = m->n_done = LAYERS;
    m->n_positions = POSITIONS;
    m->moved = ct_calloc_array((size_t)LAYERS * POSITIONS, sizeof *m->moved);
    m->n_sentences = ct_calloc_array(POSITIONS, sizeof *m->n_sentences);
    m->hooks = ct_calloc_array(LAYERS, sizeof *m->hooks);
    for (size_t l = 0; l < LAYERS; l++)
        snprintf(m->hooks[l], sizeof m->hooks[l], "h.%zu", l);
    for (size_t i = 0; i < (size_t)LAYERS * POSITIONS; i++)
        m->moved[i] = (double)(i * 37 % 23) / 11.0 - 0.5;
    for (size_t p = 0; p < POSITIONS; p++)
        m->n_sentences[p] = 108 - 10 * p;
    return m;
}

static struct lens_result *make_up_lens(void)
{
    enum { LAYERS = 6 };
    struct lens_result *const r = ct_calloc_array(1, sizeof *r);

    r->n_layers = LAYERS;
    r->rows = ct_calloc_array(LAYERS, 2 * N_LENS_PLACES * sizeof *r->rows);
    r->hooks = ct_calloc_array(LAYERS, sizeof *r->hooks);
    for (size_t l = 0; l < LAYERS; l++)
        snprintf(r->hooks[l], sizeof r->hooks[l], "h.%zu", l);
    for (size_t i = 0; i < (size_t)LAYERS * 2 * N_LENS_PLACES; i++) {
        const size_t l = i / N_LENS_PLACES / 2;
        const double sign = i / N_LENS_PLACES % 2 == 0 ? 1.0 : -1.2;
        r->rows[i] = (struct lens_row){ .difference = sign * (double)(l * l) / 5.0,
                                        .agreement = (double)l / 5.0,
                                        .likeliest = { 5, 7 },
                                        .n_likeliest = 2,
                                        .share = 0.75 };
    }
    return r;
}

void give_effect(struct analysis *a)
{
    give(a, &stage_effect, make_up_effect(a));
    give(a, &stage_map, make_up_map());
    give(a, &stage_lens, make_up_lens());
    give(a, &stage_direct, ct_calloc_array(1, sizeof(struct direct_result)));
}

void make_analysis(struct analysis *a, double alpha)
{
    analysis_init(a);
    a->params.threads = 2;
    a->params.iterations = 500;
    a->params.draws = 40;
    a->params.resamples = 20;
    a->params.pictures = 6;
    a->params.alpha = alpha;
    ck_assert_int_eq(params_set(&a->params.model, fixture_path("demo"), NULL), CT_OK);
    ck_assert_int_eq(params_set(&a->params.stimuli, fixture_path("demo/stimuli.csv"), NULL), CT_OK);
    take(a, &stage_load, NULL);
    take(a, &stage_contrast, NULL);
    take(a, &stage_hook, NULL);
    take(a, &stage_extract, change_activations);
    take(a, &stage_ttest, NULL);
    take(a, &stage_space, NULL);
    take(a, &stage_tsne, change_picture);
    take(a, &stage_cluster, NULL);
    take(a, &stage_similarity, NULL);
    take(a, &stage_answer, NULL);
    take(a, &stage_halves, NULL);
    take(a, &stage_picture, NULL);
    take(a, &stage_layers, make_up_layers);
    a->params.map = a->params.lens = true;
    give_effect(a);
}
