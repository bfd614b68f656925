/*
 * The thread that works beside the user interface. It is given a job and an analysis that is shared
 * with nobody; it reports by a byte in a pipe that there is news (progress, a picture of t-SNE) or
 * that the job is done.
 */
#ifndef CT_TUI_WORKER_H
#define CT_TUI_WORKER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "pipeline/analysis.h"
#include "pipeline/stage_layers.h"

struct worker;

typedef enum ct_status layer_function(void *context, struct analysis *layer, struct ct_error *err);
typedef void job_done(void *owner, void *context, enum ct_status status,
                      const struct ct_error *err);

struct job {
    const char *title;         /* `t-SNE`, `Writing` */
    const struct stage *stage; /* that it computes; NULL: none */
    bool can_cancel;
    bool may_wait; /* for input that never comes, as from a pipe that nobody writes */
    /* In the worker's thread, with watch to report to. */
    enum ct_status (*run)(void *context, const struct analysis *a,
                          const struct analysis_watch *watch, struct ct_error *err);
    /* In the thread that takes the result, with what owns the job and what run() returned; also
     * where the worker is freed before it is taken, with owner NULL. */
    job_done *done;
    void *context;
};

/* *out is owned by the caller: worker_free(). CT_EIO (no pipe, no thread), CT_ENOMEM. */
enum ct_status worker_new(struct worker **out, struct ct_error *err);

/* Cancels what runs, waits for it (below 200 ms; files are written to their end) and frees. NULL is
 * accepted. False: it reads a pipe that does not end; then the thread, what it was given and *w
 * must stay until the program ends. */
bool worker_free(struct worker *w);

/* Readable when there is news; worker_poll() empties it. */
int worker_fd(const struct worker *w);

/* Begins a job, which is copied, with a fork of *a: what is done to *a meanwhile changes nothing
 * for it. Only when idle. CT_ENOMEM. */
enum ct_status worker_start(struct worker *w, const struct analysis *a, const struct job *job,
                            struct ct_error *err);

/* Asks the running job to end soon; its status will be CT_ECANCELED. */
void worker_cancel(struct worker *w);

enum worker_state { WORKER_IDLE, WORKER_RUNNING, WORKER_FINISHED };

struct worker_news {
    enum worker_state state;
    struct job job;     /* that runs, or has run last */
    size_t done, total; /* its progress; total 0: not known */
    double seconds;     /* since it began */
    bool canceling;
    /* The newest picture of t-SNE, if any since the job began. */
    const float *embedding; /* [n_points, 2], borrowed until the next worker_poll() */
    size_t n_points;
    size_t n_iter;
    const double *kl; /* [n_kl] at kl_iter, borrowed the same way */
    const double *kl_iter;
    size_t n_kl;
};

/* What is going on now. */
void worker_poll(struct worker *w, struct worker_news *news);

/* Calls done() of the job that has finished; the worker is idle before that. */
void worker_take(struct worker *w, void *owner);

#endif
