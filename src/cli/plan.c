#include "config.h"
#include "cli/commands.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "cli/prepare.h"
#include "cli/print.h"
#include "cli/run.h"
#include "model/extract.h"
#include "pipeline/expect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "pipeline/units.h"
#include "report/page.h"
#include "report/shell_word.h"
#include "report/slurm.h"

struct outlook { /* on a run that is shared out */
    struct extract_stats stats;
    double weights;      /* bytes that a task reads */
    double flop;         /* of all units */
    double memory;       /* bytes of a task, without the weights */
    double unit_bytes;   /* of a unit on disk */
    double unit_seconds; /* NaN: not measured */
};

/* ---- how long a unit takes ---- */

struct trial {
    double began;
    double seconds; /* of the whole unit, as far as it has come */
};

/* Stops when the rest can be told from what is done. */
static bool trial_tick(void *context, size_t done, size_t total)
{
    enum { LONG_ENOUGH = 5 };
    struct trial *const t = context;
    const double spent = clock_seconds() - t->began;

    if (done > 0)
        t->seconds = spent * (double)total / (double)done;
    return spent < LONG_ENOUGH;
}

static enum ct_status try_unit(const struct units *units, const struct analysis *a, double *seconds,
                               struct ct_error *err)
{
    struct trial trial = { clock_seconds(), NAN };
    const struct progress progress = { trial_tick, &trial };
    float *const values = malloc(units->size * extract_n_neurons(a) * sizeof *values);
    struct extract_stats stats;

    if (values == NULL)
        return ct_fail_nomem(err, "plan", 0);
    const enum ct_status status =
        unit_extract(units, 0, a->params.threads, &progress, values, &stats, err);
    free(values);
    *seconds = status == CT_OK ? clock_seconds() - trial.began : trial.seconds;
    return status == CT_ECANCELED ? CT_OK : status;
}

/* Two operations a weight and position, and the attention between positions. */
static double count_flop(const struct analysis *a, const struct extract_stats *stats,
                         double weight_bytes)
{
    struct model_info info;

    model_describe(load_of(a)->model, &info);
    return 2.0 * weight_bytes * (double)info.n_parameters / (double)info.file_bytes *
           (double)stats->n_positions;
}

static enum ct_status look_out(const struct analysis *a, const struct units *units,
                               struct outlook *o, struct ct_error *err)
{
    enum ct_status status = units_stats(units, &o->stats, err);

    o->weights = extract_weight_bytes(load_of(a)->model, hook_of(a)->hooks, hook_of(a)->n_hooks);
    o->flop = count_flop(a, &o->stats, o->weights);
    o->memory = units_memory(units, a->params.threads);
    o->unit_bytes = (double)units->size * (4.0 * (double)extract_n_neurons(a) + 8.0);
    return status == CT_OK ? try_unit(units, a, &o->unit_seconds, err) : status;
}

/* ---- what it says ---- */

/* Bytes free where the folder is or will be; negative: unknown. */
static double free_bytes(const char *folder)
{
    struct statvfs s;
    char path[PATH_MAX];

    if (folder == NULL || !path_put(path, "%s", folder))
        return -1.0;
    while (statvfs(path, &s) != 0) {
        char *const slash = strrchr(path, '/');
        if (slash == path)
            return -1.0;
        if (slash == NULL) {
            if (strcmp(path, ".") == 0)
                return -1.0;
            memcpy(path, ".", 2);
        } else {
            *slash = '\0';
        }
    }
    return (double)s.f_bavail * (double)s.f_frsize;
}

static void say_outlook(const struct analysis *a, const struct units *units,
                        const struct outlook *o, const struct options *options)
{
    const double bytes = o->unit_bytes * (double)units->n;
    const double left = free_bytes(options->out);
    const double seconds = o->unit_seconds * (double)units->n;

    print(stdout, "Sentences  %s, %s tokens, %s to be computed\n",
          show_count(units->n_sentences).text, show_count(o->stats.n_tokens).text,
          show_count(o->stats.n_positions).text);
    print(stdout, "Neurons    %s at %zu hook point%s\n", show_count(extract_n_neurons(a)).text,
          hook_of(a)->n_hooks, plural(hook_of(a)->n_hooks));
    print(stdout, "Units      %s of %zu sentences, %s each\n", show_count(units->n).text,
          units->size, show_bytes(o->unit_bytes).text);
    print(stdout, "Disk       %s", show_bytes(bytes).text);
    if (left >= 0.0)
        print(stdout, "; %s free in %s%s", show_bytes(left).text, options->out,
              left < bytes ? ": too little" : "");
    print(stdout, "\nWork       %.3g %cFlop\n", o->flop / (o->flop < 1e12 ? 1e9 : 1e12),
          o->flop < 1e12 ? 'G' : 'T');
    print(stdout, "Memory     %s a task, and %s of weights, which tasks on one machine share\n",
          show_bytes(o->memory).text, show_bytes(o->weights).text);
    print(stdout, "Time       about %s a unit with %d thread%s here, %s in all\n",
          duration_of(o->unit_seconds).text, a->params.threads, plural((size_t)a->params.threads),
          duration_of(seconds).text);
    if (options->slurm == 0 && seconds > 1200.0)
        print(stdout, "           %.0f tasks would take ten minutes each\n", ceil(seconds / 600.0));
}

static enum ct_status write_scripts(const struct analysis *a, const struct units *units,
                                    const struct outlook *o, const struct options *options,
                                    struct ct_error *err)
{
    const size_t most = (units->n + options->slurm - 1) / options->slurm;
    char directory[PATH_MAX];

    if (getcwd(directory, sizeof directory) == NULL)
        return ct_fail_errno(err, "the current directory");
    const struct slurm_job job = { .directory = directory,
                                   .command = (const char *const *)options->argv,
                                   .n_command = options->n_argv,
                                   .plan = options->word,
                                   .out = options->out,
                                   .n_tasks = options->slurm,
                                   .threads = a->params.threads,
                                   .bytes = o->memory + o->weights,
                                   .seconds = o->unit_seconds * (double)most };
    char *const out = shell_word(options->out);
    const enum ct_status status =
        out != NULL ? slurm_write(&job, err) : ct_fail_nomem(err, "plan", 0);
    if (status == CT_OK)
        print(stdout,
              "Slurm      %zu task%s of %zu unit%s: look through and submit both:\n"
              "           job=$(sbatch --parsable %s/%s)\n"
              "           sbatch --dependency=afterok:$job %s/%s\n",
              options->slurm, plural(options->slurm), most, plural(most), out, SLURM_ARRAY_FILE,
              out, SLURM_MERGE_FILE);
    free(out);
    return status;
}

static enum ct_status check_options(const struct options *options, struct ct_error *err)
{
    if (options->params.activations != NULL)
        return ct_fail(err, CT_EINVAL, "plan: activations from a file are not computed; omit them");
    if (options->slurm > 0 && options->out == NULL)
        return ct_fail(err, CT_EINVAL, "--slurm: needs --out, the folder that all tasks share");
    return CT_OK;
}

static enum ct_status plan(struct analysis *a, const struct options *options, struct units *units,
                           struct ct_error *err)
{
    struct outlook o = { .unit_seconds = NAN };
    enum ct_status status = find_units(a, options->unit, units, err);

    if (status == CT_OK && options->slurm > units->n)
        status = ct_fail(err, CT_EINVAL,
                         "--slurm: %zu tasks, but %zu units; use fewer tasks or a smaller --unit",
                         options->slurm, units->n);
    if (status == CT_OK)
        status = look_out(a, units, &o, err);
    if (status == CT_OK)
        say_outlook(a, units, &o, options);
    return status == CT_OK && options->slurm > 0 ? write_scripts(a, units, &o, options, err)
                                                 : status;
}

enum ct_status command_plan(struct options *options, struct ct_error *err)
{
    struct units units = { 0 };
    struct analysis a;
    enum ct_status status = check_options(options, err);

    if (status == CT_OK)
        status = commands_defaults(options, err);
    analysis_init(&a);
    if (status == CT_OK) {
        take_over_params(&a, options);
        status = plan(&a, options, &units, err);
    }
    units_clear(&units);
    analysis_clear(&a);
    return status;
}
