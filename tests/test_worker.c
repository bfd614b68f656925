/* The worker thread on the demo: news, results, a cancel in the middle, parameters that change
 * while it runs, leaving while it runs. Made to be built with -fsanitize=thread as well. */
#include "config.h"
#include "support.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mapped.h"
#include "io_temp.h"
#include "model_files.h"
#include "tui/worker.h"

struct bench {
    struct analysis a;
    struct worker *worker;
    struct worker_news news;
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
    analysis_clear(&b->a);
}

/* Waits, as the event loop does, for the worker to ring; then looks what it has. */
static void hear(struct bench *b)
{
    struct pollfd wait = { worker_fd(b->worker), POLLIN, 0 };

    ck_assert_int_eq(poll(&wait, 1, -1), 1);
    worker_poll(b->worker, &b->news);
}

static enum ct_status finish(struct bench *b, struct worker_result *result)
{
    do
        hear(b);
    while (b->news.state != WORKER_FINISHED);
    return worker_take(b->worker, result, NULL);
}

static void start(struct bench *b, enum stage_id stage)
{
    ck_assert_int_eq(worker_start(b->worker, &b->a, stage, NULL), CT_OK);
}

static void run_to(struct bench *b, enum stage_id last)
{
    for (enum stage_id stage = 0; stage <= last; stage++) {
        struct worker_result result;
        start(b, stage);
        ck_assert_int_eq(finish(b, &result), CT_OK);
        analysis_accept(&b->a, stage, result.result, result.key, result.seconds);
        ck_assert(!analysis_is_stale(&b->a, stage));
    }
}

START_TEST(runs_every_stage_and_is_idle_after)
{
    struct bench b;

    begin(&b);
    run_to(&b, STAGE_SIMILARITY);
    ck_assert_ptr_nonnull(b.a.similarity);
    worker_poll(b.worker, &b.news);
    ck_assert_int_eq(b.news.state, WORKER_IDLE);
    end(&b);
}
END_TEST

/* Many neurons and iterations: t-SNE that runs for a second, until it converges. */
static void start_endless_tsne(struct bench *b)
{
    ck_assert_int_eq(params_add_hook(&b->a.params, "h.*.mlp.c_fc", NULL), CT_OK);
    b->a.params.correction = CORRECTION_NONE;
    run_to(b, STAGE_TTEST);
    b->a.params.iterations = 1000000;
    b->a.params.perplexity = 35;
    start(b, STAGE_TSNE);
}

START_TEST(shows_pictures_while_tsne_runs)
{
    struct bench b;
    struct worker_result result;
    bool seen = false;

    begin(&b);
    start_endless_tsne(&b);
    do {
        hear(&b);
        if (b.news.n_points == 0)
            continue;
        seen = true;
        ck_assert_uint_eq(b.news.n_points, b.a.ttest->n_significant);
        ck_assert_uint_gt(b.news.n_kl, 0);
        for (size_t i = 0; i < 2 * b.news.n_points; i++)
            ck_assert(b.news.embedding[i] == b.news.embedding[i]);
        worker_cancel(b.worker);
    } while (b.news.state == WORKER_RUNNING);
    const enum ct_status status = worker_take(b.worker, &result, NULL);
    ck_assert(seen);
    if (status == CT_OK) /* it had converged before the cancel */
        analysis_discard(STAGE_TSNE, result.result);
    else
        ck_assert_int_eq(status, CT_ECANCELED);
    end(&b);
}
END_TEST

/* On a busy machine the stage may be done before the cancel comes. */
static void cancel_extract(struct bench *b)
{
    struct worker_result result;
    enum ct_status status;

    do {
        start(b, STAGE_EXTRACT);
        worker_cancel(b->worker);
        status = finish(b, &result);
        if (status == CT_OK)
            analysis_discard(STAGE_EXTRACT, result.result);
    } while (status == CT_OK);
    ck_assert_int_eq(status, CT_ECANCELED);
    ck_assert_ptr_null(result.result);
}

START_TEST(a_cancel_leaves_results_and_worker_usable)
{
    struct bench b;
    struct worker_result result;
    struct ct_error err;

    begin(&b);
    run_to(&b, STAGE_HOOK);
    cancel_extract(&b);
    ck_assert_ptr_null(b.a.extract);
    run_to(&b, STAGE_TTEST);
    ck_assert_uint_gt(b.a.ttest->n_significant, 0);
    ck_assert_int_eq(params_set(&b.a.params.model, "/no/such/model", NULL), CT_OK);
    start(&b, STAGE_LOAD);
    do
        hear(&b);
    while (b.news.state != WORKER_FINISHED);
    ck_assert_int_ne(worker_take(b.worker, &result, &err), CT_OK);
    ck_assert_msg(strstr(err.text, "/no/such/model") != NULL, "%s", err.text);
    ck_assert_ptr_nonnull(b.a.ttest);
    end(&b);
}
END_TEST

START_TEST(parameters_may_change_while_it_runs)
{
    struct bench b;
    struct worker_result result;

    begin(&b);
    run_to(&b, STAGE_TTEST);
    start(&b, STAGE_TSNE);
    b.a.params.perplexity = 12;
    params_clear_hooks(&b.a.params);
    ck_assert_int_eq(params_add_hook(&b.a.params, "h.0.mlp.c_fc", NULL), CT_OK);
    ck_assert_int_eq(params_set(&b.a.params.model, "elsewhere", NULL), CT_OK);
    ck_assert_int_eq(finish(&b, &result), CT_OK);
    analysis_accept(&b.a, STAGE_TSNE, result.result, result.key, result.seconds);
    ck_assert(analysis_is_stale(&b.a, STAGE_TSNE)); /* it was computed under the old ones */
    ck_assert_double_eq(b.a.tsne->perplexity, 30);
    end(&b);
}
END_TEST

START_TEST(lives_on_when_the_model_is_cut)
{
    static const char *const names[] = { "config.json", "vocab.json", "merges.txt",
                                         "model.safetensors" }; /* the last one is cut */
    char *const folder = folder_new();
    char path[4096];
    struct bench b;
    struct worker_result result;

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
    run_to(&b, STAGE_HOOK);
    ck_assert_int_eq(truncate(path, 8192), 0);
    start(&b, STAGE_EXTRACT);
    ck_assert_int_eq(finish(&b, &result), CT_EIO);
    ck_assert(analysis_is_stale(&b.a, STAGE_LOAD));
    ck_assert_int_eq(params_set(&b.a.params.model, fixture_path("demo"), NULL), CT_OK);
    run_to(&b, STAGE_TTEST);
    end(&b);
    folder_remove(folder);
}
END_TEST

static enum ct_status count_points(void *context, const struct analysis *a, struct ct_error *err)
{
    *(size_t *)context = a->ttest->n_significant;
    return a->params.seed == 7
               ? CT_OK
               : ct_fail(err, CT_EIO, "seed %llu", (unsigned long long)a->params.seed);
}

START_TEST(writes_beside_the_user)
{
    struct bench b;
    struct worker_result result;
    size_t n = 0;

    begin(&b);
    run_to(&b, STAGE_TTEST);
    b.a.params.seed = 7;
    ck_assert_int_eq(worker_start_writing(b.worker, &b.a, count_points, &n, NULL), CT_OK);
    b.a.params.seed = 8; /* what is written is as it was */
    ck_assert_int_eq(finish(&b, &result), CT_OK);
    ck_assert_int_eq(b.news.stage, N_STAGES);
    ck_assert_ptr_null(result.result);
    ck_assert_uint_eq(n, b.a.ttest->n_significant);
    ck_assert_int_eq(worker_start_writing(b.worker, &b.a, count_points, &n, NULL), CT_OK);
    ck_assert_int_eq(finish(&b, &result), CT_EIO);
    ck_assert_int_eq(worker_start_writing(b.worker, &b.a, count_points, &n, NULL), CT_OK);
    end(&b); /* while it runs, or not taken */
}
END_TEST

START_TEST(may_be_freed_at_any_moment)
{
    struct bench b;

    begin(&b); /* idle, nothing done */
    end(&b);
    begin(&b); /* running */
    start_endless_tsne(&b);
    end(&b);
    begin(&b); /* just started */
    start(&b, STAGE_LOAD);
    end(&b);
    begin(&b); /* finished, not taken */
    start(&b, STAGE_LOAD);
    do
        hear(&b);
    while (b.news.state != WORKER_FINISHED);
    end(&b);
    worker_free(NULL);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        runs_every_stage_and_is_idle_after,
        shows_pictures_while_tsne_runs,
        a_cancel_leaves_results_and_worker_usable,
        parameters_may_change_while_it_runs,
        lives_on_when_the_model_is_cut,
        writes_beside_the_user,
        may_be_freed_at_any_moment,
    };
    return RUN_TESTS("worker", tests);
}
