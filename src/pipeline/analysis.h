/*
 * The state of an analysis: parameters and the result of each stage that has been computed. Results
 * are counted, so that another analysis can share them: a copy for the worker thread, a single hook
 * point, a rerun with other parameters. It is independent of any interface: the command line
 * computes the stages in order, and a user interface may compute one in another thread and accept
 * its result when ready.
 */
#ifndef CT_PIPELINE_ANALYSIS_H
#define CT_PIPELINE_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "num/null/nulls.h"
#include "num/tsne/tsne.h"
#include "pipeline/params.h"
#include "pipeline/stage.h"

/* The result of a stage. It keeps the results it was computed from alive. */
struct result;

struct unit_source;

enum { MAX_RESULTS = 32 };

struct analysis { /* zero-initialise, then analysis_init() to analysis_clear() */
    struct params params;
    struct result *results[MAX_RESULTS]; /* [n_results] at most one per stage, unordered */
    size_t n_results;
    bool hash_ahead;  /* hash the model's files in a background thread, for a manifest */
    bool ungrouped;   /* activations may lack groups: then all belong to one, `all` */
    bool is_part;     /* of an analysis of several hook points: one of them */
    bool ttest_alone; /* only the t-test is wanted: skip what plots and manifests need */
    const struct unit_source *units; /* activations that have been computed, borrowed; NULL: none */
};

/* Callbacks that observe a computation; each may be NULL. All run in the computing thread. */
struct analysis_watch {
    bool (*progress)(void *context, const struct stage *stage, size_t done, size_t total);
    enum tsne_answer (*tsne_tick)(void *context, size_t n_iter, size_t max_iter);
    void (*tsne_show)(void *context, size_t n_iter, double kl_divergence, const float *embedding,
                      size_t n_samples);
    /* Called before a stage that has an estimate is computed. */
    void (*begin)(void *context, const struct stage *stage, double expected_seconds);
    /* Called before that with what one should know, if anything; see struct stage. */
    void (*remark)(void *context, const struct stage *stage, const char *text);
    /* Called while the answer is computed: the draws [n] made so far, borrowed for the call. */
    void (*answer_show)(void *context, const struct nulls_observed *observed,
                        const struct null_draw *draws, size_t n);
    /* Called when a hook point of the stage Layers has been clustered, and what layer_goal (NULL:
     * nothing more) needs of it is computed. *layer may be computed further with analysis_run() and
     * is invalid after the call. A status other than CT_OK ends the stage. */
    enum ct_status (*layer)(void *layer_context, struct analysis *layer, struct ct_error *err);
    const struct stage *layer_goal;
    void *layer_context;
    void *context; /* for all but layer() */
};

void analysis_init(struct analysis *a);
void analysis_clear(struct analysis *a);

/* Makes *to an analysis with a copy of the parameters and the same results, shared. CT_ENOMEM: *to
 * needs no clearing. */
enum ct_status analysis_fork(const struct analysis *from, struct analysis *to,
                             struct ct_error *err);

/* The result of a stage, stale or not, as described in its stage_NAME.h; NULL: none. */
const void *analysis_result(const struct analysis *a, const struct stage *stage);

/* Seconds the stage took; 0: it has no result. */
double analysis_seconds(const struct analysis *a, const struct stage *stage);

/* True when the stage has no result, or one from other parameters or from files that were cut. */
bool analysis_is_stale(const struct analysis *a, const struct stage *stage);

/* The first stage of goal, its inputs first, whose result is not stale but partial, as one that was
 * cancelled: analysis_compute() continues it. NULL: none. */
const struct stage *analysis_partial(const struct analysis *a, const struct stage *goal);

/* Seconds that the stale stages of goal will take, as far as they have estimates: those whose
 * inputs have results. 0: unknown, or not long. */
double analysis_expect(const struct analysis *a, const struct stage *goal);

/* Whether the stage is stale, its inputs are not, and there is something to know before it is
 * computed: see struct stage. */
bool analysis_remark(const struct analysis *a, const struct stage *stage, char *out, size_t size);

/* True when goal, or a stage it depends on, is `stage`. */
bool stage_is_needed(const struct stage *goal, const struct stage *stage);

/*
 * *next is the stage to compute first for goal: goal itself or one it needs; NULL: nothing is
 * stale. Errors: those the pending stages would fail with, as far as can be known now, and CT_EIO
 * of analysis_check_inputs().
 */
enum ct_status analysis_next(const struct analysis *a, const struct stage *goal,
                             const struct stage **next, struct ct_error *err);

/*
 * Computes one stage from the results of its inputs, which must not be stale, or continues its own
 * result if that is partial; *a is unchanged. *out is owned by the caller: analysis_accept() or
 * result_release(). The stage's own errors, CT_ENOMEM up front when it would need more memory than
 * is available, and those of analysis_check_inputs().
 */
enum ct_status analysis_compute(const struct analysis *a, const struct stage *stage,
                                const struct analysis_watch *watch, struct result **out,
                                struct ct_error *err);

/* Wraps a value computed elsewhere, as struct stage's compute() returns it; ownership passes to
 * *out (freed on failure). CT_ENOMEM. */
enum ct_status result_new(const struct analysis *a, const struct stage *stage, void *value,
                          struct result **out, struct ct_error *err);

/* Keeps alive what *result borrows from: the result of another analysis. CT_ENOMEM. */
void result_keep(struct result *result, const struct analysis *a, const struct stage *stage);

/* Makes *result the result of the parameters of *a, which shares its inputs: the ones with which it
 * would have been the same without what a watcher answered. */
void result_rekey(struct result *result, const struct analysis *a);

const void *result_value(const struct result *result);

/* Of the parameters that a result of the stage would have now. */
uint64_t analysis_key(const struct analysis *a, const struct stage *stage);

/* Differs between results that were computed with different parameters, or from different input. */
uint64_t result_key(const struct result *result);

/* Drops a result that is not accepted. NULL is allowed. */
void result_release(struct result *result);

/* Takes ownership of a result; those computed from the one it replaces are dropped. */
void analysis_accept(struct analysis *a, struct result *result);

/* Computes all stale stages that goal needs, then goal, in order. */
enum ct_status analysis_run(struct analysis *a, const struct stage *goal,
                            const struct analysis_watch *watch, struct ct_error *err);

/* CT_EIO when a loaded file that is still read through its mapping has been truncated: data read
 * from it are wrong, and the stage that loaded it is stale. */
enum ct_status analysis_check_inputs(const struct analysis *a, struct ct_error *err);

#endif
