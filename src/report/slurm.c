#include "config.h"
#include "report/slurm.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "io/folder.h"
#include "io/outfile.h"
#include "report/run_command.h"
#include "report/shell_word.h"

static void put_word(struct outfile *file, const char *word)
{
    char *const quoted = shell_word(word);

    if (quoted != NULL)
        outfile_puts(file, quoted);
    else
        outfile_fail(file, ENOMEM);
    free(quoted);
}

/* The command of a task: the options of the plan, which is shared out. */
static void put_run(const struct slurm_job *job, struct outfile *file)
{
    char threads[40];
    size_t skipped;

    outfile_puts(file, "exec ");
    put_word(file, job->command[0]);
    outfile_puts(file, " run");
    for (size_t i = 1; i<job->n_command; i += skipped> 0 ? skipped : 1) {
        skipped = run_command_option(job->command, i, "--slurm");
        if (skipped == 0)
            skipped = run_command_option(job->command, i, "--threads");
        if (skipped > 0 || job->command[i] == job->plan)
            continue;
        outfile_puts(file, " ");
        put_word(file, job->command[i]);
    }
    snprintf(threads, sizeof threads, " --threads %d --shard auto\n", job->threads);
    outfile_puts(file, threads);
}

static void put_head(const struct slurm_job *job, struct outfile *file, bool is_array)
{
    enum { MEGABYTE = 1 << 20, MINUTE = 60, LEAST_MINUTES = 10 };
    /* Other nodes may be half as fast, and a task may begin with reading the model. */
    const double minutes = fmax(LEAST_MINUTES, ceil(3.0 * job->seconds / MINUTE) + 5.0);
    const double megabytes = ceil(1.1 * job->bytes / MEGABYTE) + 200.0;
    char text[400];

    outfile_puts(file, "#!/bin/bash\n#SBATCH --job-name=circuittui\n");
    if (is_array)
        snprintf(text, sizeof text,
                 "#SBATCH --array=1-%zu\n#SBATCH --time=%.0f\n#SBATCH --mem=%.0fM\n"
                 "#SBATCH --signal=B:TERM@60\n",
                 job->n_tasks, minutes, megabytes);
    else
        snprintf(text, sizeof text, "#SBATCH --mem=%.0fM\n", megabytes);
    outfile_puts(file, text);
    snprintf(text, sizeof text,
             "#SBATCH --cpus-per-task=%d\n#SBATCH --output=circuittui-%%%s.out\n", job->threads,
             is_array ? "A_%a" : "j");
    outfile_puts(file, text);
    outfile_puts(file, "cd ");
    put_word(file, job->directory);
    outfile_puts(file, " || exit 1\n");
}

static enum ct_status write_script(const struct slurm_job *job, int fd, const char *name,
                                   struct ct_error *err)
{
    const bool is_array = strcmp(name, SLURM_ARRAY_FILE) == 0;
    struct outfile *file = NULL;
    char *const shown = path_join(job->out, name);
    const enum ct_status status = shown != NULL ? outfile_open_in(fd, name, shown, &file, err)
                                                : ct_fail_nomem(err, "plan", 0);

    free(shown);
    if (status != CT_OK)
        return status;
    put_head(job, file, is_array);
    if (is_array) {
        put_run(job, file);
    } else {
        outfile_puts(file, "exec ");
        put_word(file, job->command[0]);
        outfile_puts(file, " merge ");
        put_word(file, job->out);
        outfile_puts(file, "\n");
    }
    return outfile_commit(file, err);
}

enum ct_status slurm_write(const struct slurm_job *job, struct ct_error *err)
{
    int fd = -1;
    enum ct_status status = folder_open(AT_FDCWD, job->out, true, &fd, err);

    if (status == CT_OK)
        status = write_script(job, fd, SLURM_ARRAY_FILE, err);
    if (status == CT_OK)
        status = write_script(job, fd, SLURM_MERGE_FILE, err);
    if (fd >= 0)
        close(fd);
    return status;
}
