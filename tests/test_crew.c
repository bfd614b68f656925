#include "config.h"
#include "support.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "base/crew.h"

enum { N_BLOCKS = 500 };

struct counts {
    int times[N_BLOCKS];
    size_t thread[N_BLOCKS];
};

static void count(void *context, size_t i)
{
    struct counts *const c = context;

    c->times[i]++; /* a block belongs to one thread: no atomic needed */
    c->thread[i] = crew_thread();
}

static void expect_each_once(struct crew *crew, size_t n_blocks)
{
    struct counts c = { 0 };

    crew_run(crew, n_blocks, count, &c);
    for (size_t i = 0; i < N_BLOCKS; i++) {
        ck_assert_int_eq(c.times[i], i < n_blocks ? 1 : 0);
        ck_assert_uint_lt(c.thread[i], crew_size(crew));
    }
}

START_TEST(every_block_runs_once)
{
    static const int threads[] = { -1, 1, 2, 3, 8 };

    expect_each_once(NULL, N_BLOCKS);
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        struct crew *crew = NULL;
        ck_assert_int_eq(crew_new(threads[t], &crew, NULL), CT_OK);
        ck_assert_uint_ge(crew_size(crew), 1);
        for (size_t section = 0; section < 300; section++)
            expect_each_once(crew, section % 7 == 0 ? N_BLOCKS : section % 5);
        crew_free(crew);
    }
}
END_TEST

/* Helpers that have gone to sleep between sections are woken; a crew nobody used can go. */
START_TEST(sleepers_wake)
{
    const struct timespec pause = { .tv_nsec = 5 * 1000 * 1000 };
    struct crew *crew = NULL;

    ck_assert_int_eq(crew_new(3, &crew, NULL), CT_OK);
    for (int section = 0; section < 10; section++) {
        nanosleep(&pause, NULL);
        expect_each_once(crew, N_BLOCKS);
    }
    crew_free(crew);
    ck_assert_int_eq(crew_new(2, &crew, NULL), CT_OK);
    crew_free(crew);
    crew_free(NULL);
}
END_TEST

/* Two threads that hold block 0 and 1 at once have different numbers. */
static void meet(void *context, size_t i)
{
    _Atomic size_t *const here = context;
    const struct timespec pause = { .tv_nsec = 1000 * 1000 };

    atomic_store(&here[i], crew_thread() + 1);
    for (int tries = 0; atomic_load(&here[1 - i]) == 0 && tries < 1000; tries++)
        nanosleep(&pause, NULL);
}

START_TEST(threads_have_numbers)
{
    struct crew *crew = NULL;

    ck_assert_int_eq(crew_new(2, &crew, NULL), CT_OK);
    for (int section = 0; section < 5; section++) {
        _Atomic size_t here[2] = { 0 };
        crew_run(crew, 2, meet, here);
        ck_assert_uint_eq(here[0] + here[1], crew_size(crew) == 2 ? 3 : 2);
    }
    crew_free(crew);
    ck_assert_uint_eq(crew_thread(), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { every_block_runs_once, sleepers_wake, threads_have_numbers };
    return RUN_TESTS("crew", tests);
}
