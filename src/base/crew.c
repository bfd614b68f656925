#include "config.h"
#include "base/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

enum {
    SPIN = 2000,  /* polls before a helper sleeps or the caller yields: 10 to 30 us */
    YIELDS = 64,  /* yields before the caller sleeps */
    CAUTION = 10, /* after waiting for a late helper, the caller works alone for this many times the
                     wait */
};

struct helper {
    pthread_t thread;
    struct crew *crew;
    size_t number; /* from 1 */
};

/*
 * The blocks that one thread starts with: the same ones in each section of a given size, so that
 * their data stay in its cache. A thread without blocks left takes those of others.
 */
struct share {
    /* High half: number of the section; low half: blocks not yet taken. Taking the r-th block of
     * the share decrements r; the section number keeps a slow helper with an old ticket from taking
     * a block of a later section. */
    _Alignas(64) _Atomic uint64_t ticket;
};

struct crew {
    int n_helpers;
    struct helper *helpers;
    struct share *shares; /* [n_shares] by thread number, including threads that never started */
    size_t n_shares;

    /* The current section. Written by the caller while no block is taken; read by a helper only
     * between taking a block and finishing it. */
    void (*block)(void *context, size_t i);
    void *context;
    size_t n_blocks;
    uint64_t section;

    _Alignas(64) _Atomic uint32_t pending; /* blocks that are not finished, taken or not */

    int64_t alone_until;    /* when helpers may be asked again, in clock nanoseconds */
    _Atomic int caller_cpu; /* the caller's processor when it last asked for help; -1: unknown */

    pthread_mutex_t mutex;
    pthread_cond_t wake;
    _Atomic bool asleep; /* a helper is asleep, about to be, or has just been */
    _Atomic bool quit;
};

static _Thread_local size_t thread_number;

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* The first block of a thread's share. */
static size_t share_first(const struct crew *c, size_t number)
{
    const size_t n = c->n_shares;

    return c->n_blocks / n * number + c->n_blocks % n * number / n;
}

/* Takes a block of that thread's share in the section with this number. */
static bool take_from(struct crew *c, size_t number, uint64_t section, size_t *block)
{
    _Atomic uint64_t *const at = &c->shares[number].ticket;
    uint64_t ticket = atomic_load(at);

    while (ticket >> 32 == section && (uint32_t)ticket != 0)
        if (atomic_compare_exchange_weak(at, &ticket, ticket - 1)) {
            *block = share_first(c, number) + (uint32_t)ticket - 1;
            return true;
        }
    return false;
}

/* Takes a block of the thread's own share or, if none is left, of another's in the same section:
 * while the caller starts a new section, a helper may see the others' shares before its own and
 * would take blocks that are in another thread's cache. */
static bool take(struct crew *c, size_t *block)
{
    const uint64_t section = atomic_load(&c->shares[thread_number].ticket) >> 32;

    for (size_t turn = 0; turn < c->n_shares; turn++)
        if (take_from(c, (thread_number + turn) % c->n_shares, section, block))
            return true;
    return false;
}

/* Runs blocks until none is left to take. False: there was none. */
static bool take_and_run(struct crew *c)
{
    uint32_t done = 0;
    size_t block;

    for (; take(c, &block); done++)
        c->block(c->context, block);
    if (done > 0)
        atomic_fetch_sub(&c->pending, done);
    return done > 0;
}

static bool is_taken(struct crew *c)
{
    for (size_t number = 0; number < c->n_shares; number++)
        if ((uint32_t)atomic_load(&c->shares[number].ticket) != 0)
            return false;
    return true;
}

/* When woken it polls again, even if others have done the work: more is likely to follow. */
static void sleep_until_called(struct crew *c)
{
    pthread_mutex_lock(&c->mutex);
    atomic_store(&c->asleep, true); /* before reading tickets; the caller: opposite order */
    if (is_taken(c) && !atomic_load(&c->quit))
        pthread_cond_wait(&c->wake, &c->mutex);
    pthread_mutex_unlock(&c->mutex);
}

static void call_sleepers(struct crew *c)
{
    if (atomic_load(&c->asleep)) {
        pthread_mutex_lock(&c->mutex);
        atomic_store(&c->asleep, false);
        pthread_cond_broadcast(&c->wake);
        pthread_mutex_unlock(&c->mutex);
    }
}

static int this_cpu(void)
{
#ifdef __linux__
    return sched_getcpu();
#else
    return -1;
#endif
}

/*
 * Linux may wake a helper on the caller's own processor and keep it there for seconds although
 * another is idle. There it only takes time from the caller, who has finished the work before the
 * helper is scheduled. So it moves to another processor and then restores its affinity.
 */
static void step_aside(const struct crew *c)
{
#ifdef __linux__
    const int cpu = atomic_load(&c->caller_cpu);
    cpu_set_t allowed, others;

    if (cpu < 0 || cpu >= CPU_SETSIZE || this_cpu() != cpu ||
        sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    others = allowed;
    CPU_CLR((size_t)cpu, &others);
    if (CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0)
        sched_setaffinity(0, sizeof allowed, &allowed);
#else
    (void)c;
#endif
}

static void *helper_main(void *argument)
{
    const struct helper *const helper = argument;
    struct crew *const c = helper->crew;
    int idle = 0;

    thread_number = helper->number;
    while (!atomic_load(&c->quit)) {
        if (take_and_run(c)) {
            idle = 0;
        } else if (++idle < SPIN) {
            relax();
        } else {
            sleep_until_called(c);
            step_aside(c);
            idle = 0;
        }
    }
    return NULL;
}

static void start_helpers(struct crew *c, int wanted)
{
    for (; c->n_helpers < wanted; c->n_helpers++) {
        struct helper *const helper = &c->helpers[c->n_helpers];
        helper->crew = c;
        helper->number = (size_t)c->n_helpers + 1;
        if (thread_start(&helper->thread, helper_main, helper) != 0)
            break;
    }
}

static void crew_release(struct crew *c)
{
    if (c == NULL)
        return;
    free(c->helpers);
    free(c->shares);
    free(c);
}

enum ct_status crew_new(int n_threads, struct crew **out, struct ct_error *err)
{
#ifdef CT_THREADS
    const int wanted = n_threads > 1 ? n_threads - 1 : 0;
#else
    const int wanted = 0 * n_threads;
#endif
    struct crew *const c = ct_aligned_array(1, sizeof *c);

    if (c != NULL) {
        memset(c, 0, sizeof *c);
        c->n_shares = (size_t)wanted + 1;
        c->helpers = ct_calloc_array((size_t)wanted, sizeof *c->helpers);
        c->shares = ct_aligned_array(c->n_shares, sizeof *c->shares);
    }
    if (c == NULL || c->helpers == NULL || c->shares == NULL) {
        crew_release(c);
        return ct_fail_nomem(err, "threads", 0);
    }
    memset(c->shares, 0, c->n_shares * sizeof *c->shares);
    c->caller_cpu = -1;
    pthread_mutex_init(&c->mutex, NULL);
    pthread_cond_init(&c->wake, NULL);
    start_helpers(c, wanted);
    *out = c;
    return CT_OK;
}

void crew_free(struct crew *crew)
{
    if (crew == NULL)
        return;
    atomic_store(&crew->quit, true);
    pthread_mutex_lock(&crew->mutex);
    pthread_cond_broadcast(&crew->wake);
    pthread_mutex_unlock(&crew->mutex);
    for (int i = 0; i < crew->n_helpers; i++)
        pthread_join(crew->helpers[i].thread, NULL);
    pthread_cond_destroy(&crew->wake);
    pthread_mutex_destroy(&crew->mutex);
    crew_release(crew);
}

size_t crew_size(const struct crew *crew)
{
    return crew == NULL ? 1 : 1 + (size_t)crew->n_helpers;
}

size_t crew_thread(void)
{
    return thread_number;
}

static bool is_done(struct crew *c)
{
    return atomic_load(&c->pending) == 0;
}

/* Waits for the blocks that helpers have taken. If that takes longer than the work since `begun`, a
 * helper has lost its processor to another program: no help is requested until the loss is a tenth
 * of the elapsed time. */
static void wait_for_helpers(struct crew *c, int64_t begun)
{
    for (int look = 0; look < SPIN; look++) {
        if (is_done(c))
            return;
        relax();
    }
    const int64_t since = clock_nanoseconds();
    for (int look = 0; !is_done(c); look++)
        if (look < YIELDS)
            sched_yield();
        else
            nanosleep(&(struct timespec){ .tv_nsec = 20000 }, NULL);
    const int64_t now = clock_nanoseconds();
    if (now - since > since - begun)
        c->alone_until = now + CAUTION * (now - since);
}

static void run_together(struct crew *c, size_t n_blocks)
{
    const int64_t begun = clock_nanoseconds();

    atomic_store(&c->caller_cpu, this_cpu());
    atomic_store(&c->pending, (uint32_t)n_blocks);
    c->n_blocks = n_blocks;
    c->section++;
    for (size_t number = 0; number < c->n_shares; number++)
        atomic_store(&c->shares[number].ticket,
                     c->section << 32 | (share_first(c, number + 1) - share_first(c, number)));
    call_sleepers(c);
    take_and_run(c);
    wait_for_helpers(c, begun);
}

/* Whether the caller runs the next blocks itself without asking for help. */
static bool is_alone(const struct crew *c, size_t n_blocks)
{
    return c == NULL || c->n_helpers == 0 || n_blocks < 2 || n_blocks > UINT32_MAX ||
           (c->alone_until > 0 && clock_nanoseconds() < c->alone_until);
}

void crew_run(struct crew *crew, size_t n_blocks, void (*block)(void *context, size_t i),
              void *context)
{
    const size_t number = thread_number; /* not 0 inside a block of another crew */

    thread_number = 0;
    while (n_blocks > 0 && is_alone(crew, n_blocks))
        block(context, --n_blocks);
    thread_number = number;
    if (n_blocks == 0)
        return;
    crew->alone_until = 0;
    crew->block = block;
    crew->context = context;
    run_together(crew, n_blocks);
}
