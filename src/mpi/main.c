/*
 * circuittui-mpi: a run whose units are computed by the processes of MPI. They share a folder, and
 * each computes its part as `run --shard` does; the first one then merges.
 */
#include "config.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "cli/process.h"
#include "cli/run.h"
#include "mpi/words.h"

enum { FIRST = 0 };

struct ranks {
    struct words *words;
    int rank, n;
    size_t n_units;        /* of this process, once it has told */
    bool is_shown;         /* progress */
    double last;           /* seconds, when last shown */
    enum ct_status status; /* of others, as heard by the first */
    struct ct_error err;
};

/* ---- progress ---- */

static bool hear(struct ranks *r, bool *all_done)
{
    size_t n_done, n;

    r->status = words_hear(r->words, &n_done, &n, all_done, &r->err);
    if (r->is_shown && clock_seconds() - r->last > 0.5) {
        r->last = clock_seconds();
        fprintf(stderr, "\r%zu of %zu units", n_done, n);
    }
    return r->status == CT_OK;
}

static bool tick(void *context, size_t n_done, size_t n)
{
    struct ranks *const r = context;
    bool all_done;

    r->n_units = n;
    words_say(r->words, WORD_AT_WORK, n_done, n, "");
    return r->rank != FIRST || hear(r, &all_done);
}

/* MPI would take a processor to wait. */
static void rest(void)
{
    const struct timespec pause = { .tv_nsec = 10000000 };

    nanosleep(&pause, NULL);
}

/* The first process waits for the others. */
static void wait_for_all(struct ranks *r)
{
    bool all_done = false;

    while (hear(r, &all_done) && !all_done)
        rest();
    if (r->is_shown)
        fprintf(stderr, "\r%*s\r", 40, "");
}

/* ---- the run ---- */

/* A launcher and an MPI that do not belong together start processes that know nothing of each
 * other, and would all do everything. */
static enum ct_status check_launcher(int n_ranks, struct ct_error *err)
{
    struct task task;

    if (!task_of_step(&task) || task.n == (size_t)n_ranks)
        return CT_OK;
    return ct_fail(err, CT_EINVAL,
                   "the launcher started %zu processes, this MPI sees %d; start it with srun "
                   "--mpi=pmix, or with the mpirun of its own MPI",
                   task.n, n_ranks);
}

/* srun without an MPI starts processes that MPI_Init() would end with a page of text, or that know
 * nothing of each other. The first one says so. */
static bool is_alone_among_many(void)
{
    static const char *const of_mpi[] = { "PMIX_RANK", "PMI_RANK", "PMI_FD" };
    struct task task;
    struct ct_error err;

    for (size_t i = 0; i < sizeof of_mpi / sizeof *of_mpi; i++)
        if (getenv(of_mpi[i]) != NULL)
            return false;
    if (getenv("OMPI_COMM_WORLD_RANK") != NULL || !task_of_step(&task) || task.n == 1)
        return false;
    (void)check_launcher(1, &err);
    if (task.index == 0)
        print(stderr, "circuittui: %s\n", err.text);
    return true;
}

static enum ct_status check_options(const struct options *options, struct ct_error *err)
{
    if (options->version || options->help)
        return CT_OK;
    if (options->command != COMMAND_RUN)
        return ct_fail(err, CT_EINVAL, "only the command run is divided; see circuittui --help");
    if (options->out == NULL)
        return ct_fail(err, CT_EINVAL, "run: needs --out, the folder that all processes share");
    if (options->task.n > 0)
        return ct_fail(err, CT_EINVAL, "--shard: MPI says which task this is; omit it");
    return CT_OK;
}

/* The report and the results, of the first process alone. */
static enum ct_status merge(const struct options *given, const char *folder, struct ct_error *err)
{
    struct options options = { .command = COMMAND_MERGE,
                               .force = given->force,
                               .plot = given->plot,
                               .ascii = given->ascii,
                               .color = given->color };

    params_init(&options.params);
    const enum ct_status status = run_merge(&options, folder, err);
    options_clear(&options);
    return status;
}

static enum ct_status compute(struct ranks *r, struct options *options, struct ct_error *err)
{
    const struct shard_watch watch = { tick, r };

    options->task = (struct task){ (size_t)r->rank, (size_t)r->n };
    const enum ct_status status = run_shard(options, &watch, err);
    if (r->status != CT_OK) {
        *err = r->err;
        return r->status;
    }
    words_say(r->words, status == CT_OK ? WORD_DONE : WORD_FAILED, r->n_units, r->n_units,
              status == CT_OK ? "" : err->text);
    if (status == CT_OK && r->rank == FIRST)
        wait_for_all(r);
    if (r->status != CT_OK)
        *err = r->err;
    return status == CT_OK ? r->status : status;
}

/* Of a failure the first process speaks, and ends the others. They wait for that, in MPI's
 * functions: it sends nothing by itself. */
static int end_all(const struct ranks *r, const struct ct_error *err)
{
    if (r->rank == FIRST) {
        const struct timespec pause = { .tv_nsec = 200000000 };
        print(stderr, "circuittui: %s\n", err->text);
        nanosleep(&pause, NULL); /* launchers drop what they have not yet passed on */
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    const double began = clock_seconds();
    while (clock_seconds() - began < SILENCE) {
        words_go_on(r->words);
        rest();
    }
    return 1;
}

static int run(struct ranks *r, struct options *options, struct ct_error *err)
{
    const char *const folder = options->out;
    enum ct_status status = compute(r, options, err);

    if (status != CT_OK)
        return end_all(r, err);
    words_free(r->words);
    MPI_Finalize();
    if (r->rank != FIRST)
        return 0;
    status = merge(options, folder, err);
    if (status != CT_OK)
        print(stderr, "circuittui: %s\n", err->text);
    return status == CT_OK && fflush(stdout) == 0 ? 0 : 1;
}

static int start(int argc, char **argv, struct ranks *r)
{
    struct options options;
    struct ct_error err;
    enum ct_status status = options_parse(argc, argv, &options, &err);

    if (status == CT_OK)
        status = check_options(&options, &err);
    if (status == CT_OK && !options.version && !options.help)
        status = check_launcher(r->n, &err);
    if (status == CT_OK && (options.version || options.help)) {
        if (r->rank == FIRST && options.version)
            puts("circuittui-mpi of " PACKAGE_STRING);
        else if (r->rank == FIRST)
            options_help(COMMAND_RUN, stdout);
        MPI_Finalize();
    } else if (status == CT_OK) {
        const int code = run(r, &options, &err);
        options_clear(&options);
        return code;
    }
    options_clear(&options);
    if (status == CT_OK)
        return 0;
    if (r->rank == FIRST) /* all have the same arguments */
        print(stderr, "circuittui: %s\n", err.text);
    MPI_Finalize();
    return 2;
}

int main(int argc, char **argv)
{
    struct ranks r = { .is_shown = false };
    int level;

    if (!process_begin(argv))
        return 1;
    if (is_alone_among_many())
        return 1;
    setenv("CIRCUITTUI_CONFINE", "no", 1); /* MPI makes connections and files as it needs them */
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &r.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &r.n);
    r.words = words_new(r.rank, r.n);
    r.is_shown = r.rank == FIRST && isatty(STDERR_FILENO);
    if (r.words == NULL) {
        fputs("circuittui: out of memory\n", stderr);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    return start(argc, argv, &r);
}
