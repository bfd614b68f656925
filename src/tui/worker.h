/*
 * The thread that computes. It is given a stage and the state to compute it from, which nobody
 * changes while it runs; it owns the result until that is taken. The other side is told by a byte
 * in a pipe: that there is news (progress, a picture of t-SNE) or that it has finished.
 */
#ifndef CT_TUI_WORKER_H
#define CT_TUI_WORKER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "pipeline/analysis.h"

struct worker;

typedef enum ct_status layer_function(void *context, struct analysis *layer, struct ct_error *err);
typedef enum ct_status write_function(void *context, const struct analysis *a,
                                      struct ct_error *err);

/* *out is owned by the caller: worker_free(). CT_EIO (no pipe, no thread), CT_ENOMEM. */
enum ct_status worker_new(struct worker **out, struct ct_error *err);

/* Cancels what runs, waits for it (below 200 ms; files are written to their end) and frees. NULL is
 * accepted. False: it reads a pipe that does not end; then the thread, what it was given and *w
 * must stay until the program ends. */
bool worker_free(struct worker *w);

/* Readable when there is news; worker_poll() empties it. */
int worker_fd(const struct worker *w);

/* Begins stage of *a, whose results must stay as they are until worker_take() has given the new
 * one; the parameters are copied. Only when idle. CT_ENOMEM. */
enum ct_status worker_start(struct worker *w, const struct analysis *a, enum stage_id stage,
                            struct ct_error *err);

/* The same of STAGE_LAYERS, with what is to be done with each hook point, see struct
 * analysis_watch; it is called in the worker's thread. */
enum ct_status worker_start_layers(struct worker *w, const struct analysis *a,
                                   layer_function *layer, void *context, struct ct_error *err);

/* Begins write(context, a, err) in place of a stage, for which N_STAGES stands then: there is no
 * result but its status, and no cancel. *a is copied as above. */
enum ct_status worker_start_writing(struct worker *w, const struct analysis *a,
                                    write_function *write, void *context, struct ct_error *err);

/* Asks the running stage to end soon; its result will be CT_ECANCELED. */
void worker_cancel(struct worker *w);

enum worker_state { WORKER_IDLE, WORKER_RUNNING, WORKER_FINISHED };

struct worker_news {
    enum worker_state state;
    enum stage_id stage;
    size_t done, total; /* progress of the stage; total 0: not known */
    double seconds;     /* since it began */
    bool canceling;
    /* The newest picture of t-SNE, if any since the stage began. */
    const float *embedding; /* [n_points, 2], borrowed until the next worker_poll() */
    size_t n_points;
    size_t n_iter;
    const double *kl; /* [n_kl] at kl_iter, borrowed the same way */
    const double *kl_iter;
    size_t n_kl;
};

/* What is going on now. */
void worker_poll(struct worker *w, struct worker_news *news);

struct worker_result {
    void *result; /* for analysis_accept() or analysis_discard() */
    uint64_t key; /* of the parameters it was computed under */
    double seconds;
};

/* The result of a finished stage, handed over; the worker is idle after it. The stage's status. */
enum ct_status worker_take(struct worker *w, struct worker_result *result, struct ct_error *err);

#endif
