/* Controls of the stage Effect, as it makes them: p-values of sets that mean nothing. */
#include "config.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "io_temp.h"
#include "num/philox.h"
#include "pipeline/analysis.h"
#include "pipeline/effect_controls.h"
#include "pipeline/effect_summary.h"
#include "pipeline/effect_write.h"
#include "pipeline/setting.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "uniform.h"

enum { N_CHOSEN = 6, N_SEEDS = 200, N_PAIRS = 3 };

static void set(struct analysis *a, const char *name, const char *text)
{
    struct ct_error err = { 0 };
    const struct setting *const setting = setting_find(name);

    ck_assert_msg(setting->kind->parse(setting, &a->params, text, &err) == CT_OK, "%s", err.text);
}

/* A layer of the demo, all of whose neurons may be chosen, and a few pairs of its sentences. */
static void begin(struct analysis *a)
{
    FILE *const from = fopen(fixture_path("demo/stimuli.csv"), "r");
    FILE *const to = fopen(temp_path("few.csv"), "w");
    struct ct_error err = { 0 };
    char line[400];

    for (int i = 0; fgets(line, sizeof line, from) != NULL; i++)
        if (i <= N_PAIRS || (i > 54 && i <= 54 + N_PAIRS))
            fputs(line, to);
    fclose(from);
    ck_assert_int_eq(fclose(to), 0);
    analysis_init(a);
    set(a, "model", fixture_path("demo"));
    set(a, "stimuli", temp_path("few.csv"));
    set(a, "hook", "h.4.mlp.c_fc");
    set(a, "correction", "none");
    set(a, "alpha", "0.9999999");
    ck_assert_msg(analysis_run(a, &stage_ttest, NULL, &err) == CT_OK, "%s", err.text);
    ck_assert_uint_ge(ttest_of(a)->n_significant, 250);
}

struct bench {
    struct analysis *a;
    struct twins twins;
    struct word_pairs words;
    struct effect_keys keys;
    double *writes;
    struct effect_run *r;
    struct effect_reading *readings;
};

static void bench_open(struct analysis *a, struct bench *b)
{
    size_t n;

    *b = (struct bench){ .a = a };
    ck_assert_int_eq(twins_find(a, &b->twins, NULL), CT_OK);
    ck_assert_uint_eq(b->twins.n, N_PAIRS);
    ck_assert_int_eq(effect_words_find(a, &b->words, NULL), CT_OK);
    b->writes = calloc(extract_of(a)->X.cols, sizeof *b->writes);
    ck_assert_int_eq(effect_writes(a, &b->twins, b->writes, NULL), CT_OK);
    ck_assert_int_eq(effect_keys_find(a, b->writes, &b->keys, NULL), CT_OK);
    ck_assert_int_eq(effect_run_new(a, &b->twins, &b->words, EFFECT_ALL, NULL, &b->r, NULL), CT_OK);
    (void)effect_sentences(b->r, &n);
    b->readings = calloc(n, sizeof *b->readings);
}

static void bench_close(struct bench *b)
{
    effect_run_free(b->r);
    effect_keys_clear(&b->keys);
    word_pairs_clear(&b->words);
    twins_clear(&b->twins);
    free(b->writes);
    free(b->readings);
}

static int ascending(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a;
    const size_t y = *(const size_t *)b;

    return (x > y) - (x < y);
}

/* Neurons at random: what they have in common is chance. */
static void choose(const struct analysis *a, uint64_t seed, struct neuron_set *out)
{
    const struct ttest_stage *const t = ttest_of(a);
    struct keyed *const keys = calloc(t->n_significant, sizeof *keys);
    size_t *const order = calloc(t->n_significant, sizeof *order);
    struct philox random;

    philox_init(&random, seed, STREAM_FEATURES, 0);
    philox_permutation(&random, t->n_significant, keys, order);
    for (size_t i = 0; i < N_CHOSEN; i++)
        order[i] = t->significant[order[i]];
    qsort(order, N_CHOSEN, sizeof *order, ascending);
    ck_assert_int_eq(neuron_set_init(a, "chosen", NO_GROUP, order, N_CHOSEN, out, NULL), CT_OK);
    free(keys);
    free(order);
}

static double pvalue_of(struct bench *b, enum effect_control kind, uint64_t seed)
{
    const struct effect_edit swap = { EFFECT_SWAP, 0.0 };
    struct effect_control_row row;
    struct neuron_set chosen;

    b->a->params.seed = seed;
    choose(b->a, seed, &chosen);
    ck_assert(effect_has_controls(b->a, &chosen));
    ck_assert_int_eq(effect_run_sets(b->r, &swap, &chosen, 1, EFFECT_END, NULL, b->readings, NULL),
                     CT_OK);
    const double moved = effect_moved_end(b->r, b->readings);
    ck_assert_int_eq(effect_control_find(b->r, &b->keys, &swap, &chosen, kind, moved, 0, NULL, &row,
                                         NULL),
                     CT_OK);
    neuron_set_clear(&chosen);
    return row.is_comparable ? row.pvalue : NAN;
}

/*
 * Sets that were chosen at random say nothing, so that the share of them with p <= alpha must be
 * alpha: p over many of them is uniform. Those whose controls are not comparable have no p. Twice
 * as many as 5 % with p <= 0.05 are 3.2 standard deviations more; controls from other neurons
 * alone, matched by t or by what they write, gave 12 and 13 %.
 */
START_TEST(sets_at_random_have_uniform_p)
{
    struct analysis a;
    struct bench b;

    if (IS_SANITIZED) {
        SKIP("uniform p: 600 sets would take minutes under a sanitizer");
        return;
    }
    begin(&a);
    bench_open(&a, &b);
    for (size_t kind = 0; kind < N_CONTROLS; kind++) {
        double p[N_SEEDS];
        size_t n = 0;
        size_t n_small = 0;
        for (uint64_t seed = 0; seed < N_SEEDS; seed++) {
            p[n] = pvalue_of(&b, (enum effect_control)kind, seed);
            n_small += p[n] < 0.0501 ? 1 : 0;
            n += isnan(p[n]) ? 0 : 1;
        }
        const double level = uniform_pvalue(p, n, EFFECT_DRAWS + 1);
        ck_assert_msg(n >= N_SEEDS * 9 / 10, "control %zu: %zu sets are comparable", kind, n);
        ck_assert_msg(level > 0.01, "control %zu: p of uniformity %g", kind, level);
        ck_assert_msg(n_small <= N_SEEDS / 10, "control %zu: %zu of %zu sets have p <= 0.05", kind,
                      n_small, n);
        printf("control %zu: p of uniformity %.3f, %zu of %zu sets have p <= 0.05\n", kind, level,
               n_small, n);
    }
    bench_close(&b);
    analysis_clear(&a);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { sets_at_random_have_uniform_p };

    temp_begin();
    const int status = RUN_TESTS("controls", tests);
    temp_end();
    return status;
}
