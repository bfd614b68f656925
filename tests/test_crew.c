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
};

static void count(void *context, size_t i)
{
    struct counts *const c = context;

    c->times[i]++; /* a block belongs to one thread: no atomic needed */
}

static void expect_each_once(struct crew *crew, size_t n_blocks)
{
    struct counts c = { 0 };

    crew_run(crew, n_blocks, count, &c);
    for (size_t i = 0; i < N_BLOCKS; i++)
        ck_assert_int_eq(c.times[i], i < n_blocks ? 1 : 0);
}

START_TEST(every_block_runs_once)
{
    static const int threads[] = { -1, 1, 2, 3, 8 };

    expect_each_once(NULL, N_BLOCKS);
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        struct crew *crew = NULL;
        ck_assert_int_eq(crew_new(threads[t], &crew, NULL), CT_OK);
        ck_assert_uint_ge(crew_size(crew), 1);
        for (size_t section = 0; section < 700; section++)
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

int main(void)
{
    const TTest *const tests[] = { every_block_runs_once, sleepers_wake };
    return RUN_TESTS("crew", tests);
}
