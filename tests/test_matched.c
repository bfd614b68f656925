/* Control sets, against their definition. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "num/matched.h"
#include "support.h"

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

int main(void)
{
    const TTest *const tests[] = {
        random_controls_take_every_item_as_often,
        matched_controls_are_among_the_nearest_free,
        a_pool_as_small_as_the_set_is_taken_whole,
        a_draw_depends_on_seed_and_number_alone,
    };

    return RUN_TESTS("matched", tests);
}
