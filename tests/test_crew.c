#include "config.h"
#include "support.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/crew.h"
#include "base/thread.h"

enum { N_BLOCKS = 500 };

struct counts {
    int times[N_BLOCKS];
    size_t thread[N_BLOCKS];
};

static void count(void *context, size_t i)
{
    struct counts *const c = context;

    c->times[i]++; /* each block is run by one thread: no atomic needed */
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

/* Helpers that sleep between sections are woken; an unused crew can be freed. */
START_TEST(sleeping_helpers_are_woken)
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

struct meeting {
    _Atomic size_t here[2]; /* 1 + the number of the thread that runs the block */
    atomic_bool left[2];
    atomic_bool met;
};

/* Two threads that run blocks 0 and 1 at the same time have different numbers. On a busy machine
 * the helper may be too late for one section, but not for all. */
static void meet(void *context, size_t i)
{
    struct meeting *const m = context;
    const struct timespec pause = { .tv_nsec = 1000 * 1000 };

    atomic_store(&m->here[i], crew_thread() + 1);
    for (int tries = 0; atomic_load(&m->here[1 - i]) == 0 && tries < 100; tries++)
        nanosleep(&pause, NULL);
    if (atomic_load(&m->here[1 - i]) != 0 && !atomic_load(&m->left[1 - i]))
        atomic_store(&m->met, true);
    atomic_store(&m->left[i], true);
}

START_TEST(threads_are_numbered)
{
    struct crew *crew = NULL;
    int n_met = 0;

    ck_assert_int_eq(crew_new(2, &crew, NULL), CT_OK);
    for (int section = 0; section < 200 && n_met < 5; section++) {
        struct meeting m = { .met = false };
        crew_run(crew, 2, meet, &m);
        for (size_t i = 0; i < 2; i++)
            ck_assert(m.here[i] >= 1 && m.here[i] <= crew_size(crew));
        if (m.met) {
            ck_assert_uint_ne(m.here[0], m.here[1]);
            n_met++;
        }
    }
    ck_assert_int_eq(n_met, 5);
    crew_free(crew);
    ck_assert_uint_eq(crew_thread(), 0);
}
END_TEST

/* ---- handlers of signals ---- */

static void end_well(int number)
{
    (void)number;
    _exit(7);
}

static int use_up(volatile char *above, unsigned depth)
{
    volatile char room[4096];

    room[0] = (char)(above[0] + 1);
    return depth > 0 ? use_up(room, depth - 1) + room[0] : 0;
}

static void *overflow(void *context)
{
    volatile char first = 0;

    (void)context;
    (void)use_up(&first, 1 << 20);
    return NULL;
}

/* A thread whose stack is used up: the handler, which restores the terminal, still runs. */
START_TEST(handlers_have_a_stack_of_their_own)
{
    int status = 0;

    if (IS_SANITIZED) {
        SKIP("the sanitizer has handlers of its own");
        return;
    }
    const pid_t child = fork();
    if (child == 0) {
        struct sigaction action = { .sa_handler = end_well, .sa_flags = (int)SA_ONSTACK };
        pthread_t thread;
        sigaction(SIGSEGV, &action, NULL);
        if (thread_start(&thread, overflow, NULL) != 0)
            _exit(1);
        pthread_join(thread, NULL);
        _exit(2);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 7);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { every_block_runs_once, sleeping_helpers_are_woken,
                                   threads_are_numbered, handlers_have_a_stack_of_their_own };
    return RUN_TESTS("crew", tests);
}
