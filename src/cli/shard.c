#include "config.h"
#include "cli/run.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory_limit.h"
#include "base/path.h"
#include "cli/commands.h"
#include "cli/confined.h"
#include "cli/prepare.h"
#include "cli/print.h"
#include "io/folder.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/units_folder.h"
#include "report/unit_plan.h"

/* ---- signals ---- */

static volatile sig_atomic_t is_stopped;

static void on_signal(int number)
{
    (void)number;
    is_stopped = 1;
}

/* Schedulers announce the end with SIGTERM; what is computed then is written first. */
static void catch_signals(void)
{
    static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
    struct sigaction action = { .sa_handler = on_signal };

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);
}

/* ---- a task ---- */

struct shard {
    struct analysis a;
    struct units units;
    struct unit_plan plan;
    char *folder;
    int fd; /* of it */
    struct unit_source source;
    struct task task;
    struct share share;
    size_t n_done; /* units of the share that are there */
    size_t n_computed;
    const struct shard_watch *watch; /* NULL: the terminal */
    bool is_shown;                   /* progress */
    double last;                     /* seconds, when last shown */
};

static bool tick(void *context, size_t done, size_t total)
{
    struct shard *const s = context;
    const double now = clock_seconds();

    if (now - s->last < 0.2)
        return !is_stopped;
    s->last = now;
    if (s->watch != NULL)
        return s->watch->tick(s->watch->context, s->n_done, s->share.n) && !is_stopped;
    if (s->is_shown) {
        const double part = total > 0 ? (double)done / (double)total : 0.0;
        fprintf(stderr, "\runit %zu of %zu %3.0f %%", s->n_done + 1, s->share.n,
                100.0 * ((double)s->n_done + part) / (double)s->share.n);
    }
    return !is_stopped;
}

static enum ct_status compute_unit(struct shard *s, size_t unit, float *values,
                                   struct ct_error *err)
{
    const struct progress progress = { tick, s };
    struct extract_stats stats = { 0 };
    enum ct_status status =
        unit_extract(&s->units, unit, s->a.params.threads, &progress, values, &stats, err);

    if (status == CT_OK)
        status = unit_write(&s->source, s->fd, &s->units, unit, values, &stats, err);
    s->n_computed += status == CT_OK;
    return status;
}

static enum ct_status compute_share(struct shard *s, struct ct_error *err)
{
    const double size = (double)s->units.size * (double)extract_n_neurons(&s->a) * sizeof(float);
    float *const values = malloc((size_t)size);
    enum ct_status status = values != NULL ? CT_OK : ct_fail_nomem(err, "units", (size_t)size);

    for (size_t i = 0; status == CT_OK && i < s->share.n; i++) {
        enum unit_state state = UNIT_MISSING;
        status = unit_check(&s->source, s->share.first + i, &state, err);
        if (status == CT_OK && is_stopped)
            status = ct_fail(err, CT_ECANCELED, "units: stopped");
        if (status == CT_OK && state != UNIT_COMPLETE)
            status = compute_unit(s, s->share.first + i, values, err);
        s->n_done += status == CT_OK;
    }
    if (s->is_shown && s->n_computed > 0)
        fprintf(stderr, "\r%*s\r", 40, "");
    free(values);
    return status;
}

/* ---- before it ---- */

static enum ct_status check_options(const struct options *options, struct ct_error *err)
{
    if (options->out == NULL)
        return ct_fail(err, CT_EINVAL, "--shard: needs --out, the folder that all tasks share");
    if (options->params.activations != NULL)
        return ct_fail(err, CT_EINVAL,
                       "--shard: activations from a file are not computed; omit it");
    return CT_OK;
}

/* Makes or joins the plan. */
static enum ct_status join(struct shard *s, const struct options *options, struct ct_error *err)
{
    const struct run_request request = { .per_layer = options->per_layer,
                                         .formats = options->formats,
                                         .figures = options->figures,
                                         .command = (const char *const *)options->argv,
                                         .n_command = options->n_argv };
    enum ct_status status = CT_OK;

    s->folder = path_join(options->out, UNITS_FOLDER);
    if (s->folder == NULL)
        return ct_fail_nomem(err, "units", 0);
    status = folder_open(AT_FDCWD, s->folder, true, &s->fd, err);
    if (status == CT_OK)
        confined_to((const char *const[]){ s->folder }, 1);
    if (status == CT_OK)
        status = unit_plan_share(&s->a, &s->units, &request, s->fd, s->folder, &s->plan, err);
    if (status == CT_OK) {
        s->source =
            (struct unit_source){ .folder = s->folder, .digest = s->plan.digest, .n = s->units.n };
        s->share = units_share(s->units.n, s->task.index, s->task.n);
    }
    return status;
}

static enum ct_status prepare(struct shard *s, struct options *options, struct ct_error *err)
{
    enum ct_status status = commands_defaults(options, err);

    if (status != CT_OK)
        return status;
    take_over_params(&s->a, options);
    status = find_units(&s->a, options->unit, &s->units, err);
    if (status == CT_OK)
        status = memory_check(units_memory(&s->units, s->a.params.threads), "units",
                              "use a smaller --unit, fewer --hook or more memory", err);
    return status == CT_OK ? join(s, options, err) : status;
}

/* ---- what it says ---- */

static enum ct_status say(const struct shard *s, const char *out, struct ct_error *err)
{
    size_t n = 0;
    const enum ct_status status = units_count(&s->source, &n, err);

    if (status != CT_OK)
        return status;
    print(stdout, "Task %zu of %zu: %zu units, %zu computed now. ", s->task.index + 1, s->task.n,
          s->share.n, s->n_computed);
    if (n < s->units.n)
        print(stdout, "%zu of %zu units are there.\n", n, s->units.n);
    else
        print(stdout, "All %zu units are there: circuittui merge %s\n", n, out);
    return CT_OK;
}

/* Says how far the work is when it was stopped from outside. */
static enum ct_status fail_stopped(const struct shard *s, struct ct_error *err)
{
    size_t n = 0;
    const enum ct_status status = units_count(&s->source, &n, err);

    return status != CT_OK ? status
                           : ct_fail(err, CT_ECANCELED,
                                     "%s: stopped; %zu of %zu units are there, the same command "
                                     "goes on",
                                     s->folder, n, s->units.n);
}

enum ct_status run_shard(struct options *options, const struct shard_watch *watch,
                         struct ct_error *err)
{
    struct shard s = { .fd = -1,
                       .task = options->task,
                       .watch = watch,
                       .is_shown = watch == NULL && isatty(STDERR_FILENO) };
    enum ct_status status = check_options(options, err);

    catch_signals();
    analysis_init(&s.a);
    if (status == CT_OK)
        status = prepare(&s, options, err);
    if (status == CT_OK) {
        status = compute_share(&s, err);
        if (status == CT_ECANCELED)
            status = fail_stopped(&s, err);
    }
    if (status == CT_OK && watch == NULL)
        status = say(&s, options->out, err);
    if (s.fd >= 0)
        close(s.fd);
    free(s.folder);
    unit_plan_clear(&s.plan);
    units_clear(&s.units);
    analysis_clear(&s.a);
    return status;
}
