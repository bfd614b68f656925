#include "config.h"
#include "tui/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

/* Seconds between pictures of a running stage: suitable for a slow connection. */
static const double SECONDS_A_PICTURE = 0.1;
static const double SECONDS_A_TICK = 0.1;

/* How long to wait for inputs being read: a pipe without a writer never ends. */
static const double SECONDS_TO_READ = 2.0;

struct picture { /* of a running stage: of t-SNE, */
    float *embedding;
    size_t n_points, room;
    size_t n_iter;
    double *kl, *kl_iter;
    size_t n_kl, kl_room;
    struct null_draw *draws; /* and of the answer */
    size_t n_draws, draws_room;
    struct nulls_observed observed;
};

struct worker {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    int pipe[2];
    atomic_bool cancel, keep;

    /* Protected by the mutex. */
    bool quit;
    bool is_over; /* the thread has ended its work and accesses nothing */
    enum worker_state state;
    struct analysis analysis; /* the job's copy */
    struct job job;
    double began;
    size_t done, total;
    struct picture newest;
    double expected; /* seconds; 0: unknown */
    double seconds;
    enum ct_status status;
    struct ct_error error;

    /* Only used by the worker. */
    double last_tick, last_picture;

    struct picture shown; /* only used by the other thread */
};

/* The pipe is non-blocking: if it is full, a notification is pending anyway. */
static void ring(struct worker *w)
{
    while (write(w->pipe[1], "", 1) < 0 && errno == EINTR)
        ;
}

static bool tick(void *context, const struct stage *stage, size_t done, size_t total)
{
    struct worker *const w = context;
    const double at = clock_seconds();

    (void)stage;
    if (at - w->last_tick >= SECONDS_A_TICK) {
        w->last_tick = at;
        pthread_mutex_lock(&w->mutex);
        w->done = done;
        w->total = total;
        pthread_mutex_unlock(&w->mutex);
        ring(w);
    }
    return !atomic_load(&w->cancel);
}

static enum tsne_answer tsne_tick(void *context, size_t n_iter, size_t max_iter)
{
    struct worker *const w = context;

    if (!tick(w, NULL, n_iter, max_iter))
        return TSNE_STOP;
    if (atomic_load(&w->keep))
        return TSNE_KEEP;
    const double at = clock_seconds();
    if (at - w->last_picture < SECONDS_A_PICTURE)
        return TSNE_GO_ON;
    w->last_picture = at;
    return TSNE_SHOW;
}

static bool grow(void **array, size_t *room, size_t n, size_t size)
{
    if (n <= *room)
        return true;
    void *const larger = ct_realloc_array(*array, 2 * n, size);
    if (larger == NULL)
        return false;
    *array = larger;
    *room = 2 * n;
    return true;
}

/* A picture is dropped if memory is out. */
static void picture_set(struct picture *p, const float *embedding, size_t n_points, size_t n_iter)
{
    void *memory = p->embedding;

    if (!grow(&memory, &p->room, n_points, 2 * sizeof *p->embedding))
        return;
    p->embedding = memory;
    memcpy(p->embedding, embedding, 2 * n_points * sizeof *embedding);
    p->n_points = n_points;
    p->n_iter = n_iter;
}

static void picture_add_kl(struct picture *p, size_t n_iter, double kl)
{
    size_t room = p->kl_room;
    void *memory = p->kl;

    if (!grow(&memory, &room, p->n_kl + 1, sizeof *p->kl))
        return;
    p->kl = memory;
    memory = p->kl_iter;
    if (!grow(&memory, &p->kl_room, p->n_kl + 1, sizeof *p->kl_iter))
        return;
    p->kl_iter = memory;
    p->kl[p->n_kl] = kl;
    p->kl_iter[p->n_kl++] = (double)n_iter;
}

static void picture_set_draws(struct picture *p, const struct nulls_observed *observed,
                              const struct null_draw *draws, size_t n)
{
    void *memory = p->draws;

    if (!grow(&memory, &p->draws_room, n, sizeof *p->draws))
        return;
    p->draws = memory;
    memcpy(p->draws, draws, n * sizeof *draws);
    p->n_draws = n;
    p->observed = *observed;
}

static void picture_free(struct picture *p)
{
    free(p->draws);
    free(p->embedding);
    free(p->kl);
    free(p->kl_iter);
}

static void tsne_show(void *context, size_t n_iter, double kl_divergence, const float *embedding,
                      size_t n_samples)
{
    struct worker *const w = context;

    pthread_mutex_lock(&w->mutex);
    picture_set(&w->newest, embedding, n_samples, n_iter);
    picture_add_kl(&w->newest, n_iter, kl_divergence);
    pthread_mutex_unlock(&w->mutex);
    ring(w);
}

static void begin(void *context, const struct stage *stage, double expected_seconds)
{
    struct worker *const w = context;

    (void)stage;
    pthread_mutex_lock(&w->mutex);
    w->expected = expected_seconds;
    pthread_mutex_unlock(&w->mutex);
    ring(w);
}

static void answer_show(void *context, const struct nulls_observed *observed,
                        const struct null_draw *draws, size_t n)
{
    struct worker *const w = context;
    const double at = clock_seconds();

    if (at - w->last_picture < SECONDS_A_PICTURE)
        return;
    w->last_picture = at;
    pthread_mutex_lock(&w->mutex);
    picture_set_draws(&w->newest, observed, draws, n);
    pthread_mutex_unlock(&w->mutex);
    ring(w);
}

static void run(struct worker *w, const struct analysis *a, const struct job *job)
{
    const struct analysis_watch watch = { .begin = begin,
                                          .progress = tick,
                                          .tsne_tick = tsne_tick,
                                          .tsne_show = tsne_show,
                                          .answer_show = answer_show,
                                          .context = w };
    struct ct_error error = { 0 };
    const enum ct_status status = job->run(job->context, a, &watch, &error);

    pthread_mutex_lock(&w->mutex);
    w->state = WORKER_FINISHED;
    w->status = status;
    w->error = error;
    w->seconds = clock_seconds() - w->began;
    pthread_mutex_unlock(&w->mutex);
    ring(w);
}

static void *work(void *context)
{
    struct worker *const w = context;

    pthread_mutex_lock(&w->mutex);
    while (!w->quit) {
        if (w->state != WORKER_RUNNING) {
            pthread_cond_wait(&w->wake, &w->mutex);
            continue;
        }
        const struct job job = w->job;
        pthread_mutex_unlock(&w->mutex);
        run(w, &w->analysis, &job);
        pthread_mutex_lock(&w->mutex);
    }
    w->is_over = true;
    ring(w);
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

enum ct_status worker_new(struct worker **out, struct ct_error *err)
{
    struct worker *const w = calloc(1, sizeof *w);

    if (w == NULL)
        return ct_fail_nomem(err, "worker", 0);
    if (pipe(w->pipe) != 0) {
        free(w);
        return ct_fail_errno(err, "pipe");
    }
    for (size_t i = 0; i < 2; i++) {
        fcntl(w->pipe[i], F_SETFL, O_NONBLOCK);
        fcntl(w->pipe[i], F_SETFD, FD_CLOEXEC);
    }
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->wake, NULL);
    errno = thread_start(&w->thread, work, w); /* signals go to the thread that owns the terminal */
    if (errno != 0) {
        const enum ct_status status = ct_fail_errno(err, "thread");
        close(w->pipe[0]);
        close(w->pipe[1]);
        free(w);
        return status;
    }
    *out = w;
    return CT_OK;
}

static bool wait_for_end(struct worker *w)
{
    struct pollfd bell = { w->pipe[0], POLLIN, 0 };
    const double begun = clock_seconds();
    bool is_over = false;
    bool is_reading = false;
    char bytes[64];

    while (!is_over && !(is_reading && clock_seconds() - begun > SECONDS_TO_READ)) {
        (void)poll(&bell, 1, 100);
        while (read(w->pipe[0], bytes, sizeof bytes) > 0)
            ;
        pthread_mutex_lock(&w->mutex);
        is_over = w->is_over;
        is_reading = w->state == WORKER_RUNNING && w->job.may_wait;
        pthread_mutex_unlock(&w->mutex);
    }
    return is_over;
}

bool worker_free(struct worker *w)
{
    if (w == NULL)
        return true;
    atomic_store(&w->cancel, true);
    pthread_mutex_lock(&w->mutex);
    w->quit = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->mutex);
    if (!wait_for_end(w)) {
        pthread_detach(w->thread);
        return false;
    }
    pthread_join(w->thread, NULL);
    if (w->state == WORKER_FINISHED)
        w->job.done(NULL, w->job.context, w->status, &w->error);
    close(w->pipe[0]);
    close(w->pipe[1]);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->mutex);
    analysis_clear(&w->analysis);
    picture_free(&w->newest);
    picture_free(&w->shown);
    free(w);
    return true;
}

int worker_fd(const struct worker *w)
{
    return w->pipe[0];
}

enum ct_status worker_start(struct worker *w, const struct analysis *a, const struct job *job,
                            struct ct_error *err)
{
    struct analysis fork;
    const enum ct_status status = analysis_fork(a, &fork, err);

    if (status != CT_OK)
        return status;
    pthread_mutex_lock(&w->mutex);
    atomic_store(&w->cancel, false);
    atomic_store(&w->keep, false);
    w->analysis = fork; /* handed over */
    w->job = *job;
    w->state = WORKER_RUNNING;
    w->began = clock_seconds();
    w->done = 0;
    w->total = 0;
    w->expected = 0.0;
    w->last_tick = 0;
    w->last_picture = 0;
    w->newest.n_points = 0;
    w->newest.n_kl = 0;
    w->newest.n_draws = 0;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->mutex);
    return CT_OK;
}

void worker_keep(struct worker *w)
{
    atomic_store(&w->keep, true);
}

void worker_cancel(struct worker *w)
{
    atomic_store(&w->cancel, true);
}

void worker_poll(struct worker *w, struct worker_news *news)
{
    char bytes[64];

    while (read(w->pipe[0], bytes, sizeof bytes) > 0)
        ;
    pthread_mutex_lock(&w->mutex);
    *news = (struct worker_news){
        .state = w->state,
        .job = w->job,
        .done = w->done,
        .total = w->total,
        .expected = w->expected,
        .seconds = w->state == WORKER_RUNNING ? clock_seconds() - w->began : w->seconds,
        .canceling = w->state == WORKER_RUNNING && atomic_load(&w->cancel),
    };
    w->shown.n_points = 0;
    w->shown.n_kl = 0;
    w->shown.n_draws = 0;
    if (w->newest.n_draws > 0)
        picture_set_draws(&w->shown, &w->newest.observed, w->newest.draws, w->newest.n_draws);
    if (w->newest.n_points > 0)
        picture_set(&w->shown, w->newest.embedding, w->newest.n_points, w->newest.n_iter);
    for (size_t i = 0; i < w->newest.n_kl; i++)
        picture_add_kl(&w->shown, (size_t)w->newest.kl_iter[i], w->newest.kl[i]);
    pthread_mutex_unlock(&w->mutex);
    news->embedding = w->shown.embedding;
    news->n_points = w->shown.n_points;
    news->n_iter = w->shown.n_iter;
    news->kl = w->shown.kl;
    news->kl_iter = w->shown.kl_iter;
    news->n_kl = w->shown.n_kl;
    news->draws = w->shown.draws;
    news->n_draws = w->shown.n_draws;
    news->observed = w->shown.observed;
}

void worker_take(struct worker *w, void *owner)
{
    pthread_mutex_lock(&w->mutex);
    const enum ct_status status = w->status;
    const struct ct_error error = w->error;
    const struct job job = w->job;
    w->state = WORKER_IDLE;
    pthread_mutex_unlock(&w->mutex);
    analysis_clear(&w->analysis);
    job.done(owner, job.context, status, &error);
}
