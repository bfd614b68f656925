/*
 * The state of an analysis: parameters and the result of each stage that has been computed. Results
 * are counted, so that another analysis can share them: a copy for the thread that computes, one
 * hook point alone, a repetition under other parameters. It knows nothing of screens; the command
 * line computes the stages one after another, and a user interface may compute one elsewhere and
 * accept its result when it is there.
 */
#ifndef CT_PIPELINE_ANALYSIS_H
#define CT_PIPELINE_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "num/tsne/tsne.h"
#include "pipeline/params.h"
#include "pipeline/stage.h"

/* What a stage has given. It keeps the results that it was computed from as long as it lives. */
struct result;

enum { MAX_RESULTS = 32 };

struct analysis { /* zero-initialise, then analysis_init() to analysis_clear() */
    struct params params;
    struct result *results[MAX_RESULTS]; /* [n_results] one a stage, in no order */
    size_t n_results;
    bool hash_ahead;  /* hash the model's files beside the stages, for a manifest */
    bool ungrouped;   /* activations may lack groups: then all are one, `all` */
    bool ttest_alone; /* it is all: what plots and manifests need is left out */
};

/* Who looks on: every member may be NULL. All are called from the thread that computes. */
struct analysis_watch {
    bool (*progress)(void *context, const struct stage *stage, size_t done, size_t total);
    enum tsne_answer (*tsne_tick)(void *context, size_t n_iter, size_t max_iter);
    void (*tsne_show)(void *context, size_t n_iter, double kl_divergence, const float *embedding,
                      size_t n_samples);
    /* A hook point of the stage Layers is clustered. *layer may be taken further by analysis_run(),
     * and is gone after the call. Not CT_OK: the stage ends with that. */
    enum ct_status (*layer)(void *layer_context, struct analysis *layer, struct ct_error *err);
    void *layer_context;
    void *context; /* of the others */
};

void analysis_init(struct analysis *a);
void analysis_clear(struct analysis *a);

/* Makes *to an analysis with the same parameters and results, which it shares. CT_ENOMEM: nothing
 * is to be cleared. */
enum ct_status analysis_fork(const struct analysis *from, struct analysis *to,
                             struct ct_error *err);

/* What a stage has given, stale or not, as its stage_NAME.h describes it; NULL: nothing. */
const void *analysis_result(const struct analysis *a, const struct stage *stage);

/* The seconds that it took. 0: there is none. */
double analysis_seconds(const struct analysis *a, const struct stage *stage);

/* True when the stage has no result, one that other parameters gave, or files that were cut. */
bool analysis_is_stale(const struct analysis *a, const struct stage *stage);

/* True when goal cannot be computed without the result of stage; also for itself. */
bool stage_is_needed(const struct stage *goal, const struct stage *stage);

/*
 * *next is what is to be computed first for goal, the stage itself or one that it needs; NULL:
 * nothing is stale. Errors: what one of them would fail by, as far as can be known now, and CT_EIO
 * of analysis_check_inputs().
 */
enum ct_status analysis_next(const struct analysis *a, const struct stage *goal,
                             const struct stage **next, struct ct_error *err);

/*
 * Computes one stage from the results of its inputs, which must not be stale, and leaves *a as it
 * was. *out is owned by the caller: analysis_accept() or result_release(). The stages' own errors,
 * CT_ENOMEM before it begins when it would take more memory than there is, and those of
 * analysis_check_inputs().
 */
enum ct_status analysis_compute(const struct analysis *a, const struct stage *stage,
                                const struct analysis_watch *watch, struct result **out,
                                struct ct_error *err);

/* A result that was made elsewhere; value as struct stage's compute() gives it, handed over (freed
 * when it fails). CT_ENOMEM. */
enum ct_status result_new(const struct analysis *a, const struct stage *stage, void *value,
                          struct result **out, struct ct_error *err);

/* Keeps what *result borrows from: that of another analysis. CT_ENOMEM. */
void result_keep(struct result *result, const struct analysis *a, const struct stage *stage);

const struct stage *result_stage(const struct result *result);
const void *result_value(const struct result *result);
double result_seconds(const struct result *result);

/* For who does not accept it. NULL is accepted. */
void result_release(struct result *result);

/* Takes over a result; those that were computed from the old one are dropped with it. */
void analysis_accept(struct analysis *a, struct result *result);

/* Computes what is stale of goal and of what it needs, in order. */
enum ct_status analysis_run(struct analysis *a, const struct stage *goal,
                            const struct analysis_watch *watch, struct ct_error *err);

/* CT_EIO when a file that was loaded, and is read where it lies, was made shorter since: what was
 * read from it is wrong, and the stage that loaded it is stale. */
enum ct_status analysis_check_inputs(const struct analysis *a, struct ct_error *err);

#endif
