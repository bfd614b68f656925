/* Control sets, against their definition. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "num/draws.h"
#include "num/matched.h"
#include "num/philox.h"
#include "support.h"
#include "uniform.h"

enum { N_ITEMS = 60, N_SET = 6, N_DRAWS = 99 };

static double keys[N_ITEMS];
static size_t set[N_SET];
static size_t pool[N_ITEMS - N_SET];

/* Every tenth item is in the set; keys are scattered. */
static struct matched_question question(void)
{
    size_t n_set = 0;
    size_t n_pool = 0;

    for (size_t i = 0; i < N_ITEMS; i++) {
        keys[i] = fmod((double)(i * 37 % 61) * 1.7, 10.0);
        if (i % 10 == 0)
            set[n_set++] = i;
        else
            pool[n_pool++] = i;
    }
    return (struct matched_question){
        .set = set, .n = N_SET, .pool = pool, .n_pool = N_ITEMS - N_SET, .seed = 3
    };
}

static void draw(const struct matched_question *q, size_t b, size_t control[N_SET])
{
    struct matcher *m = NULL;

    ck_assert_int_eq(matcher_new(q, &m, NULL), CT_OK);
    ck_assert_int_eq(matcher_draw(m, b, control, NULL), CT_OK);
    matcher_free(m);
}

static void check_is_control(const size_t control[N_SET])
{
    for (size_t i = 0; i < N_SET; i++) {
        ck_assert_uint_lt(control[i], N_ITEMS);
        ck_assert_msg(control[i] % 10 != 0, "%zu is in the set", control[i]);
        ck_assert_msg(i == 0 || control[i - 1] < control[i], "not ascending");
    }
}

START_TEST(random_controls_take_every_item_as_often)
{
    const struct matched_question q = question();
    size_t control[N_SET];
    size_t count[N_ITEMS] = { 0 };

    enum { MANY = 1800 };
    for (size_t b = 0; b < MANY; b++) {
        draw(&q, b, control);
        check_is_control(control);
        for (size_t i = 0; i < N_SET; i++)
            count[control[i]]++;
    }
    for (size_t i = 0; i < N_ITEMS; i++) /* 200 expected, sd 13.3; 5 of them */
        ck_assert_msg(i % 10 == 0 || (count[i] > 133 && count[i] < 267), "%zu: %zu times", i,
                      count[i]);
}
END_TEST

/* The number of pool items whose keys are nearer to `key` than that of the item. */
static size_t n_nearer(double key, size_t item)
{
    size_t n = 0;

    for (size_t i = 0; i < N_ITEMS - N_SET; i++)
        n += fabs(keys[pool[i]] - key) < fabs(keys[item] - key);
    return n;
}

START_TEST(matched_controls_are_among_the_nearest_free)
{
    struct matched_question q = question();
    size_t control[N_SET];
    bool differs = false;
    size_t first[N_SET];

    q.key = keys;
    draw(&q, 0, first);
    for (size_t b = 0; b < N_DRAWS; b++) {
        draw(&q, b, control);
        check_is_control(control);
        differs = differs || memcmp(control, first, sizeof first) != 0;
        for (size_t i = 0; i < N_SET; i++) { /* for one of the set; others may have taken nearer */
            bool is_near = false;
            for (size_t k = 0; k < N_SET; k++)
                is_near =
                    is_near || n_nearer(keys[set[k]], control[i]) < MATCHED_NEAREST + N_SET - 1;
            ck_assert_msg(is_near, "draw %zu: %zu is far from all", b, control[i]);
        }
    }
    ck_assert(differs);
}
END_TEST

/* Without slack there is only one choice. */
START_TEST(a_pool_as_small_as_the_set_is_taken_whole)
{
    struct matched_question q = question();
    size_t control[N_SET];

    q.n_pool = N_SET;
    for (int by_key = 0; by_key < 2; by_key++) {
        q.key = by_key ? keys : NULL;
        draw(&q, 7, control);
        ck_assert_mem_eq(control, pool, sizeof control);
    }
}
END_TEST

START_TEST(a_draw_depends_on_seed_and_number_alone)
{
    struct matched_question q = question();
    size_t a[N_SET], b[N_SET];

    q.key = keys;
    draw(&q, 12, a);
    draw(&q, 12, b);
    ck_assert_mem_eq(a, b, sizeof a);
    q.seed = 4;
    draw(&q, 12, b);
    ck_assert_msg(memcmp(a, b, sizeof a) != 0, "the seed does not count");
}
END_TEST

/* ---- p-values where nothing is to be found ---- */

/*
 * A layer without effect: what a set moves is the sum of what its neurons move, which nothing but
 * their key explains. p of a set against controls, as the stage Effect has it, must be uniform; if
 * it were not, sets without any meaning would be reported. Controls are drawn from all neurons:
 * from the others alone, a set of n of N were further from them than they are from each other, by
 * sqrt(N / (N - 2 n)) standard deviations.
 */
enum { N_NEURONS = 120, N_CHOSEN = 20, N_SEEDS = 200 };

struct layer {
    double key[N_NEURONS];   /* as the logarithm of what a neuron writes */
    double moves[N_NEURONS]; /* what it moves */
    double rank[N_NEURONS];  /* share of neurons with smaller keys */
};

/* by_key: how much larger effects are where keys are. */
static void make_layer(double by_key, uint64_t seed, struct layer *out)
{
    struct philox random;
    double normal[2];

    philox_init(&random, seed, STREAM_FEATURES, 1);
    for (size_t j = 0; j < N_NEURONS; j++) {
        philox_normals(&random, 2, normal);
        out->key[j] = normal[0];
        out->moves[j] = by_key * normal[0] + normal[1] * fabs(normal[1]); /* heavy tails */
    }
    for (size_t j = 0; j < N_NEURONS; j++) {
        out->rank[j] = 0.0;
        for (size_t i = 0; i < N_NEURONS; i++)
            out->rank[j] += (out->key[i] < out->key[j] ? 1.0 : 0.0) / N_NEURONS;
    }
}

/* chosen [N_CHOSEN], ascending: at random among those of larger keys. */
static void choose(const struct layer *layer, double least_rank, uint64_t seed, size_t *chosen)
{
    struct keyed scratch[N_NEURONS];
    size_t order[N_NEURONS];
    bool is_chosen[N_NEURONS] = { false };
    struct philox random;
    size_t n = 0;

    philox_init(&random, seed, STREAM_FEATURES, 2);
    philox_permutation(&random, N_NEURONS, scratch, order);
    for (size_t k = 0; n < N_CHOSEN; k++)
        if (layer->rank[order[k]] >= least_rank) {
            is_chosen[order[k]] = true;
            n++;
        }
    n = 0;
    for (size_t j = 0; j < N_NEURONS; j++)
        if (is_chosen[j])
            chosen[n++] = j;
}

static double moved(const struct layer *layer, const size_t *neurons)
{
    double sum = 0.0;

    for (size_t i = 0; i < N_CHOSEN; i++)
        sum += layer->moves[neurons[i]];
    return sum;
}

/* p of a set, as effect_controls.c has it. */
static double pvalue_of(const struct layer *layer, double least_rank, bool by_key, uint64_t seed)
{
    size_t chosen[N_CHOSEN], all[N_NEURONS], control[N_CHOSEN];
    double shares[N_DRAWS];
    struct matcher *m = NULL;

    choose(layer, least_rank, seed, chosen);
    for (size_t j = 0; j < N_NEURONS; j++)
        all[j] = j;
    const struct matched_question q = { .set = chosen,
                                        .n = N_CHOSEN,
                                        .pool = all,
                                        .n_pool = N_NEURONS,
                                        .key = by_key ? layer->key : NULL,
                                        .seed = seed };
    ck_assert_int_eq(matcher_new(&q, &m, NULL), CT_OK);
    for (size_t b = 0; b < N_DRAWS; b++) {
        ck_assert_int_eq(matcher_draw(m, b, control, NULL), CT_OK);
        shares[b] = moved(layer, control);
    }
    matcher_free(m);
    return draws_summarize(moved(layer, chosen), shares, N_DRAWS).pvalue;
}

/* Whether p over all seeds is uniform: the p-value of that. */
static double level_of(double effect_of_key, double least_rank, bool by_key)
{
    double p[N_SEEDS];
    struct layer layer;

    for (uint64_t seed = 0; seed < N_SEEDS; seed++) {
        make_layer(effect_of_key, seed, &layer);
        p[seed] = pvalue_of(&layer, least_rank, by_key, seed);
    }
    return uniform_pvalue(p, N_SEEDS, N_DRAWS + 1);
}

START_TEST(sets_at_random_have_uniform_p)
{
    const double random = level_of(0.0, 0.0, false);
    const double matched = level_of(0.0, 0.0, true);

    ck_assert_msg(random > 0.01, "at random: p of uniformity %g", random);
    ck_assert_msg(matched > 0.01, "by key: p of uniformity %g", matched);
}
END_TEST

/* Large neurons move more, whatever they mean, and the set has large neurons: controls by key know
 * that, those at random do not. It is what they are for. */
START_TEST(sets_of_large_neurons_have_uniform_p_against_matched_ones_alone)
{
    const double matched = level_of(1.0, 0.5, true);
    const double random = level_of(1.0, 0.5, false);

    ck_assert_msg(matched > 0.01, "by key: p of uniformity %g", matched);
    ck_assert_msg(random < 1e-6, "at random: p of uniformity %g", random);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        random_controls_take_every_item_as_often,
        matched_controls_are_among_the_nearest_free,
        a_pool_as_small_as_the_set_is_taken_whole,
        a_draw_depends_on_seed_and_number_alone,
        sets_at_random_have_uniform_p,
        sets_of_large_neurons_have_uniform_p_against_matched_ones_alone,
    };

    return RUN_TESTS("matched", tests);
}
