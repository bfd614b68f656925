#include "config.h"
#include "base/crew.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"

enum {
    SPIN = 2000,      /* looks before a helper sleeps or the caller yields: 10 to 30 us */
    YIELDS = 64,      /* before the caller sleeps instead */
    MOST_ALONE = 128, /* sections the caller does alone at most before it asks for help again */
};

struct crew {
    int n_helpers;
    pthread_t *helpers;

    /* The section at hand. Written by the caller while no block is out, read by a helper only
     * between taking a block and handing it back. */
    void (*block)(void *context, size_t i);
    void *context;

    /* High half: number of the section; low half: blocks not yet taken. Taking block r - 1 turns
     * r into r - 1; the number keeps a slow helper from taking one of a later section by it. */
    _Atomic uint64_t ticket;
    _Atomic uint32_t pending; /* blocks taken or not, but not done */

    size_t alone;      /* sections the caller still does alone */
    size_t next_alone; /* how many it will be the next time a helper is late */

    pthread_mutex_t mutex;
    pthread_cond_t wake;
    _Atomic int sleeping;
    _Atomic bool quit;
};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static bool take(struct crew *c, size_t *block)
{
    uint64_t ticket = atomic_load(&c->ticket);

    while ((uint32_t)ticket != 0)
        if (atomic_compare_exchange_weak(&c->ticket, &ticket, ticket - 1)) {
            *block = (size_t)((uint32_t)ticket - 1);
            return true;
        }
    return false;
}

static bool take_and_run(struct crew *c)
{
    size_t block;

    if (!take(c, &block))
        return false;
    c->block(c->context, block);
    atomic_fetch_sub(&c->pending, 1);
    return true;
}

static void sleep_until_work(struct crew *c)
{
    pthread_mutex_lock(&c->mutex);
    atomic_fetch_add(&c->sleeping, 1);
    while ((uint32_t)atomic_load(&c->ticket) == 0 && !atomic_load(&c->quit))
        pthread_cond_wait(&c->wake, &c->mutex);
    atomic_fetch_sub(&c->sleeping, 1);
    pthread_mutex_unlock(&c->mutex);
}

static void wake_sleepers(struct crew *c)
{
    if (atomic_load(&c->sleeping) > 0) {
        pthread_mutex_lock(&c->mutex);
        pthread_cond_broadcast(&c->wake);
        pthread_mutex_unlock(&c->mutex);
    }
}

static void *helper_main(void *argument)
{
    struct crew *const c = argument;
    int idle = 0;

    while (!atomic_load(&c->quit)) {
        if (take_and_run(c)) {
            idle = 0;
        } else if (++idle < SPIN) {
            relax();
        } else {
            sleep_until_work(c);
            idle = 0;
        }
    }
    return NULL;
}

/* Helpers take no signals: those are for the threads of the program. */
static void start_helpers(struct crew *c, int wanted)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (c->n_helpers < wanted &&
           pthread_create(&c->helpers[c->n_helpers], NULL, helper_main, c) == 0)
        c->n_helpers++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

enum ct_status crew_new(int n_threads, struct crew **out, struct ct_error *err)
{
#ifdef _OPENMP
    const int wanted = n_threads > 1 ? n_threads - 1 : 0;
#else
    const int wanted = 0 * n_threads;
#endif
    struct crew *const c = ct_calloc_array(1, sizeof *c);

    if (c != NULL)
        c->helpers = ct_calloc_array((size_t)wanted, sizeof *c->helpers);
    if (c == NULL || c->helpers == NULL) {
        free(c);
        return ct_fail_nomem(err, "threads", 0);
    }
    c->next_alone = 1;
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
        pthread_join(crew->helpers[i], NULL);
    pthread_cond_destroy(&crew->wake);
    pthread_mutex_destroy(&crew->mutex);
    free(crew->helpers);
    free(crew);
}

size_t crew_size(const struct crew *crew)
{
    return crew == NULL ? 1 : 1 + (size_t)crew->n_helpers;
}

/* Waits for the blocks that helpers have taken. False: it took longer than a block should. */
static bool wait_for_helpers(struct crew *c)
{
    for (int look = 0; look < SPIN; look++) {
        if (atomic_load(&c->pending) == 0)
            return true;
        relax();
    }
    for (int look = 0; atomic_load(&c->pending) != 0; look++)
        if (look < YIELDS)
            sched_yield();
        else
            nanosleep(&(struct timespec){ .tv_nsec = 20000 }, NULL);
    return false;
}

static void run_alone(size_t n_blocks, void (*block)(void *context, size_t i), void *context)
{
    for (size_t i = 0; i < n_blocks; i++)
        block(context, i);
}

void crew_run(struct crew *crew, size_t n_blocks, void (*block)(void *context, size_t i),
              void *context)
{
    struct crew *const c = crew;

    if (c == NULL || c->n_helpers == 0 || n_blocks < 2 || n_blocks > UINT32_MAX || c->alone > 0) {
        if (c != NULL && c->alone > 0)
            c->alone--;
        run_alone(n_blocks, block, context);
        return;
    }
    c->block = block;
    c->context = context;
    atomic_store(&c->pending, (uint32_t)n_blocks);
    const uint64_t section = (atomic_load(&c->ticket) >> 32) + 1;
    atomic_store(&c->ticket, section << 32 | n_blocks);
    wake_sleepers(c);
    while (take_and_run(c))
        ;
    if (wait_for_helpers(c)) {
        c->next_alone = c->next_alone > 1 ? c->next_alone - 1 : 1;
    } else {
        c->alone = c->next_alone;
        c->next_alone = c->next_alone < MOST_ALONE ? 2 * c->next_alone : MOST_ALONE;
    }
}
