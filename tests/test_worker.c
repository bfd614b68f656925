/* The worker thread on the demo: news, results, cancelling, parameter changes and quitting while it
 * runs. Also meant for -fsanitize=thread. */
#include "config.h"
#include "support.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mapped.h"
#include "io_temp.h"
#include "model_files.h"
#include "pipeline/stage_answer.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "tui/worker.h"

struct bench {
    struct analysis a;
    struct worker *worker;
    struct worker_news news;
    const struct stage *stage; /* of the job */
    struct result *result;
    enum ct_status status;
    struct ct_error err;
};

static void begin(struct bench *b)
{
    *b = (struct bench){ 0 };
    analysis_init(&b->a);
    b->a.params.threads = 2;
    b->a.params.iterations = 250;
    ck_assert_int_eq(params_set(&b->a.params.model, fixture_path("demo"), NULL), CT_OK);
    ck_assert_int_eq(params_set(&b->a.params.stimuli, fixture_path("demo/stimuli.csv"), NULL),
                     CT_OK);
    ck_assert_int_eq(worker_new(&b->worker, NULL), CT_OK);
}

static void end(struct bench *b)
{
    worker_free(b->worker);
    result_release(b->result);
    analysis_clear(&b->a);
}

/* Waits, like the event loop, for the worker's notification and reads its news. */
static void wait_for_news(struct bench *b)
{
    struct pollfd wait = { worker_fd(b->worker), POLLIN, 0 };

    ck_assert_int_eq(poll(&wait, 1, -1), 1);
    worker_poll(b->worker, &b->news);
}

static enum ct_status finish(struct bench *b)
{
    while (b->news.state != WORKER_FINISHED)
        wait_for_news(b);
    worker_take(b->worker, b);
    b->news.state = WORKER_IDLE;
    return b->status;
}

static enum ct_status compute(void *context, const struct analysis *a,
                              const struct analysis_watch *watch, struct ct_error *err)
{
    struct bench *const b = context;

    return analysis_compute(a, b->stage, watch, &b->result, err);
}

static void done(void *owner, void *context, enum ct_status status, const struct ct_error *err)
{
    struct bench *const b = context;

    b->status = status;
    b->err = *err;
    ck_assert(owner == NULL || owner == b);
    ck_assert((status == CT_OK) == (b->result != NULL));
}

static void start(struct bench *b, const struct stage *stage)
{
    const struct job job = { .title = stage->name,
                             .stage = stage,
                             .can_cancel = true,
                             .run = compute,
                             .done = done,
                             .context = b };

    result_release(b->result);
    b->result = NULL;
    b->stage = stage;
    ck_assert_int_eq(worker_start(b->worker, &b->a, &job, NULL), CT_OK);
    b->news.state = WORKER_RUNNING;
}

static void accept(struct bench *b)
{
    analysis_accept(&b->a, b->result);
    b->result = NULL;
}

static void run_to(struct bench *b, const struct stage *goal)
{
    const struct stage *next;

    while (analysis_next(&b->a, goal, &next, NULL) == CT_OK && next != NULL) {
        start(b, next);
        ck_assert_int_eq(finish(b), CT_OK);
        accept(b);
        ck_assert(!analysis_is_stale(&b->a, next));
    }
}

START_TEST(it_runs_every_stage_and_is_idle_afterwards)
{
    struct bench b;

    begin(&b);
    run_to(&b, &stage_similarity);
    ck_assert_ptr_nonnull(similarity_of(&b.a));
    worker_poll(b.worker, &b.news);
    ck_assert_int_eq(b.news.state, WORKER_IDLE);
    end(&b);
}
END_TEST

/* Many neurons and iterations: t-SNE runs for a second, until it converges. */
static void start_endless_tsne(struct bench *b)
{
    ck_assert_int_eq(params_add_hook(&b->a.params, "h.*.mlp.c_fc", NULL), CT_OK);
    b->a.params.correction = CORRECTION_NONE;
    run_to(b, &stage_space);
    b->a.params.iterations = 1000000;
    b->a.params.perplexity = 35;
    start(b, &stage_tsne);
}

START_TEST(shows_pictures_while_tsne_runs)
{
    struct bench b;
    bool seen = false;

    begin(&b);
    start_endless_tsne(&b);
    do {
        wait_for_news(&b);
        if (b.news.n_points == 0)
            continue;
        seen = true;
        ck_assert_uint_eq(b.news.n_points, ttest_of(&b.a)->n_significant);
        ck_assert_uint_gt(b.news.n_kl, 0);
        for (size_t i = 0; i < 2 * b.news.n_points; i++)
            ck_assert(b.news.embedding[i] == b.news.embedding[i]);
        worker_cancel(b.worker);
    } while (b.news.state == WORKER_RUNNING);
    const enum ct_status status = finish(&b);
    ck_assert(seen);
    ck_assert(status == CT_OK || status == CT_ECANCELED); /* it may have converged before */
    end(&b);
}
END_TEST

/* Those shown are the first of those in the result, which keeps what is done when cancelled. */
START_TEST(shows_draws_while_the_answer_is_computed)
{
    struct bench b;
    struct null_draw first = { 0 };
    size_t n_seen = 0;

    begin(&b);
    b.a.params.draws = 100000;
    b.a.params.resamples = 2;
    run_to(&b, &stage_ttest);
    start(&b, &stage_answer);
    do {
        wait_for_news(&b);
        ck_assert_uint_ge(b.news.n_draws, n_seen);
        n_seen = b.news.n_draws;
        if (n_seen == 0)
            continue;
        first = b.news.draws[0];
        ck_assert(b.news.observed.clumping > 0.7 && b.news.observed.clumping < 0.72);
        worker_cancel(b.worker);
    } while (b.news.state == WORKER_RUNNING);
    ck_assert_uint_gt(n_seen, 0);
    ck_assert_int_eq(finish(&b), CT_OK);
    const struct answer_result *const r = result_value(b.result);
    ck_assert(r->n_draws >= n_seen && r->n_draws < 100000);
    ck_assert(r->draws[0].clumping_cloud == first.clumping_cloud &&
              r->draws[0].clumping_random == first.clumping_random);
    accept(&b);
    b.a.params.draws = 1;
    start(&b, &stage_answer);
    worker_poll(b.worker, &b.news);
    ck_assert_uint_eq(b.news.n_draws, 0);
    ck_assert_int_eq(finish(&b), CT_OK);
    end(&b);
}
END_TEST

/* Seconds increase while a job runs, and stop with it. */
START_TEST(seconds_measure_the_job)
{
    struct bench b;
    double last = -1.0;

    begin(&b);
    start_endless_tsne(&b);
    for (int i = 0; i < 3; i++) {
        usleep(20000);
        worker_poll(b.worker, &b.news);
        if (b.news.state != WORKER_RUNNING)
            break; /* it has converged before */
        ck_assert_msg(b.news.seconds >= last + 0.02 * (i > 0), "%g, then %g", last, b.news.seconds);
        ck_assert_double_gt(b.news.seconds, 0.0);
        last = b.news.seconds;
    }
    worker_cancel(b.worker);
    while (b.news.state != WORKER_FINISHED)
        wait_for_news(&b);
    const double seconds = b.news.seconds;
    ck_assert_double_ge(seconds, last);
    usleep(20000);
    worker_poll(b.worker, &b.news);
    ck_assert(b.news.seconds == seconds);
    (void)finish(&b);
    end(&b);
}
END_TEST

/* With another number of points: pictures are its own from the start. */
START_TEST(a_new_tsne_starts_without_the_last_picture)
{
    struct bench b;

    begin(&b);
    start_endless_tsne(&b);
    do
        wait_for_news(&b);
    while (b.news.state == WORKER_RUNNING && b.news.n_kl < 2);
    const size_t n_last = b.news.n_points;
    ck_assert_uint_gt(n_last, 0);
    worker_cancel(b.worker);
    (void)finish(&b);
    b.a.params.alpha = 1e-6;
    run_to(&b, &stage_space);
    const size_t n = ttest_of(&b.a)->n_significant;
    ck_assert(n > 100 && n < n_last);
    start(&b, &stage_tsne);
    worker_poll(b.worker, &b.news);
    for (;;) {
        ck_assert_msg(b.news.n_points == 0 || b.news.n_points == n, "%zu points, not %zu",
                      b.news.n_points, n);
        for (size_t i = 1; i < b.news.n_kl; i++)
            ck_assert(b.news.kl_iter[i] > b.news.kl_iter[i - 1]);
        if (b.news.n_points > 0 || b.news.state != WORKER_RUNNING)
            break;
        wait_for_news(&b);
    }
    worker_cancel(b.worker);
    (void)finish(&b);
    end(&b);
}
END_TEST

/* On a busy machine the stage may finish before the cancel. */
static void cancel_extract(struct bench *b)
{
    enum ct_status status;

    do {
        start(b, &stage_extract);
        worker_cancel(b->worker);
        status = finish(b);
    } while (status == CT_OK);
    ck_assert_int_eq(status, CT_ECANCELED);
}

START_TEST(a_cancel_keeps_results_and_worker_usable)
{
    struct bench b;

    begin(&b);
    run_to(&b, &stage_hook);
    cancel_extract(&b);
    ck_assert_ptr_null(extract_of(&b.a));
    run_to(&b, &stage_space);
    ck_assert_uint_gt(ttest_of(&b.a)->n_significant, 0);
    ck_assert_int_eq(params_set(&b.a.params.model, "/no/such/model", NULL), CT_OK);
    start(&b, &stage_load);
    ck_assert_int_ne(finish(&b), CT_OK);
    ck_assert_msg(strstr(b.err.text, "/no/such/model") != NULL, "%s", b.err.text);
    ck_assert_ptr_nonnull(ttest_of(&b.a));
    end(&b);
}
END_TEST

START_TEST(parameters_may_change_while_it_runs)
{
    struct bench b;

    begin(&b);
    run_to(&b, &stage_space);
    start(&b, &stage_tsne);
    b.a.params.perplexity = 12;
    params_clear_hooks(&b.a.params);
    ck_assert_int_eq(params_add_hook(&b.a.params, "h.0.mlp.c_fc", NULL), CT_OK);
    ck_assert_int_eq(params_set(&b.a.params.model, "elsewhere", NULL), CT_OK);
    ck_assert_int_eq(finish(&b), CT_OK);
    accept(&b);
    ck_assert(analysis_is_stale(&b.a, &stage_tsne)); /* it was computed with the old ones */
    ck_assert_double_eq(tsne_of(&b.a)->perplexity, 30);
    end(&b);
}
END_TEST

START_TEST(it_survives_a_truncated_model)
{
    static const char *const names[] = { "config.json", "vocab.json", "merges.txt",
                                         "model.safetensors" }; /* the last one is cut */
    char *const folder = folder_new();
    char path[4096];
    struct bench b;

    begin(&b);
    mapped_guard();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t size;
        snprintf(path, sizeof path, "demo/%s", names[i]);
        char *const bytes = slurp(fixture_path(path), &size);
        file_put(folder, names[i], bytes, size);
        free(bytes);
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    }
    ck_assert_int_eq(params_set(&b.a.params.model, folder, NULL), CT_OK);
    run_to(&b, &stage_hook);
    ck_assert_int_eq(truncate(path, 8192), 0);
    start(&b, &stage_extract);
    ck_assert_int_eq(finish(&b), CT_EIO);
    ck_assert(analysis_is_stale(&b.a, &stage_load));
    ck_assert_int_eq(params_set(&b.a.params.model, fixture_path("demo"), NULL), CT_OK);
    run_to(&b, &stage_space);
    end(&b);
    folder_remove(folder);
}
END_TEST

struct counting {
    size_t n;
    enum ct_status status;
};

static enum ct_status count_points(void *context, const struct analysis *a,
                                   const struct analysis_watch *watch, struct ct_error *err)
{
    (void)watch;
    ((struct counting *)context)->n = ttest_of(a)->n_significant;
    return a->params.seed == 7
               ? CT_OK
               : ct_fail(err, CT_EIO, "seed %llu", (unsigned long long)a->params.seed);
}

static void counted(void *owner, void *context, enum ct_status status, const struct ct_error *err)
{
    (void)owner;
    (void)err;
    ((struct counting *)context)->status = status;
}

START_TEST(it_runs_other_jobs_in_the_background)
{
    struct counting counting = { 0, CT_ENOMEM };
    const struct job job = {
        .title = "Counting", .run = count_points, .done = counted, .context = &counting
    };
    struct bench b;

    begin(&b);
    run_to(&b, &stage_space);
    const size_t n = ttest_of(&b.a)->n_significant;
    b.a.params.seed = 7;
    ck_assert_int_eq(worker_start(b.worker, &b.a, &job, NULL), CT_OK);
    b.a.params.seed = 8; /* its own copy is unchanged */
    b.news.state = WORKER_RUNNING;
    finish(&b);
    ck_assert_int_eq(counting.status, CT_OK);
    ck_assert_str_eq(b.news.job.title, "Counting");
    ck_assert_ptr_null(b.news.job.stage);
    ck_assert_uint_eq(counting.n, n);
    ck_assert_int_eq(worker_start(b.worker, &b.a, &job, NULL), CT_OK);
    b.news.state = WORKER_RUNNING;
    finish(&b);
    ck_assert_int_eq(counting.status, CT_EIO);
    ck_assert_int_eq(worker_start(b.worker, &b.a, &job, NULL), CT_OK);
    end(&b); /* while it runs, or before its result is taken */
}
END_TEST

/* Results used by a job outlive the analysis they came from. */
START_TEST(a_job_keeps_its_inputs_alive)
{
    struct bench b;

    begin(&b);
    run_to(&b, &stage_space);
    start(&b, &stage_tsne);
    analysis_clear(&b.a);
    analysis_init(&b.a);
    ck_assert_int_eq(finish(&b), CT_OK);
    ck_assert_uint_gt(((const struct tsne_stage *)result_value(b.result))->result.embedding.rows,
                      100);
    end(&b);
}
END_TEST

START_TEST(it_can_be_freed_at_any_moment)
{
    struct bench b;

    begin(&b); /* idle, nothing done */
    end(&b);
    begin(&b); /* running */
    start_endless_tsne(&b);
    end(&b);
    begin(&b); /* just started */
    start(&b, &stage_load);
    end(&b);
    begin(&b); /* finished, not taken */
    start(&b, &stage_load);
    do
        wait_for_news(&b);
    while (b.news.state != WORKER_FINISHED);
    end(&b);
    worker_free(NULL);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        it_runs_every_stage_and_is_idle_afterwards,
        shows_pictures_while_tsne_runs,
        a_new_tsne_starts_without_the_last_picture,
        shows_draws_while_the_answer_is_computed,
        seconds_measure_the_job,
        a_cancel_keeps_results_and_worker_usable,
        parameters_may_change_while_it_runs,
        it_survives_a_truncated_model,
        it_runs_other_jobs_in_the_background,
        a_job_keeps_its_inputs_alive,
        it_can_be_freed_at_any_moment,
    };
    return RUN_TESTS("worker", tests);
}
