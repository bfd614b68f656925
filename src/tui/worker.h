/*
 * The thread that works in the background of the user interface. It is given a job and a private
 * fork of the analysis; a byte in a pipe notifies of news (progress, a picture of t-SNE) or of the
 * end of the job.
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
    const struct stage *stage; /* being computed; NULL: none */
    bool can_cancel;
    bool gives_way; /* it is cancelled as soon as anything else is to be done */
    bool may_wait;  /* for input that may never arrive, such as from a pipe without a writer */
    /* Runs in the worker's thread and reports to watch. */
    enum ct_status (*run)(void *context, const struct analysis *a,
                          const struct analysis_watch *watch, struct ct_error *err);
    /* Runs in the thread that takes the result, with the job's owner and the status of run(); also
     * called with owner NULL if the worker is freed before the result is taken. */
    job_done *done;
    void *context;
};

/* *out is owned by the caller: worker_free(). CT_EIO (no pipe, no thread), CT_ENOMEM. */
enum ct_status worker_new(struct worker **out, struct ct_error *err);

/* Cancels the running job, waits for it (less than 200 ms; files are completed) and frees. NULL is
 * allowed. False: it is blocked on a pipe; then the thread, its data and *w must stay until the
 * program ends. */
bool worker_free(struct worker *w);

/* Readable when there is news; worker_poll() empties it. */
int worker_fd(const struct worker *w);

/* Starts a job, which is copied, on a fork of *a: later changes of *a do not affect it. Only when
 * idle. CT_ENOMEM. */
enum ct_status worker_start(struct worker *w, const struct analysis *a, const struct job *job,
                            struct ct_error *err);

/* Ends the t-SNE that runs and keeps what it has: see TSNE_KEEP. */
void worker_keep(struct worker *w);

/* Requests that the running job ends soon; its status will be CT_ECANCELED. */
void worker_cancel(struct worker *w);

enum worker_state { WORKER_IDLE, WORKER_RUNNING, WORKER_FINISHED };

struct worker_news {
    enum worker_state state;
    struct job job;     /* running, or last run */
    size_t done, total; /* its progress; total 0: unknown */
    double seconds;     /* since its start */
    double expected;    /* in all, as far as known before it begins; 0: unknown */
    bool canceling;
    /* The latest picture of t-SNE, if any since the job started. */
    const float *embedding; /* [n_points, 2], borrowed until the next worker_poll() */
    size_t n_points;
    size_t n_iter;
    const double *kl; /* [n_kl] at kl_iter, borrowed in the same way */
    const double *kl_iter;
    size_t n_kl;
    /* The draws of the answer made since the job started, and what is observed. */
    const struct null_draw *draws; /* [n_draws], borrowed in the same way */
    size_t n_draws;
    struct nulls_observed observed;
};

/* The current state. */
void worker_poll(struct worker *w, struct worker_news *news);

/* Calls done() of the finished job; the worker is idle before that. */
void worker_take(struct worker *w, void *owner);

#endif
