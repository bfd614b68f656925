#include "config.h"
#include "cli/task.h"

#include <stdlib.h>
#include <string.h>

#include "io/number.h"

static bool read_count(const char *variable, size_t *out)
{
    const char *const text = getenv(variable);

    return text != NULL && number_parse_size(text, strlen(text), out);
}

/* The variables of a launcher, numbered from 0. */
static bool read_task(const char *index, const char *n, struct task *out)
{
    struct task task;

    if (!read_count(index, &task.index) || !read_count(n, &task.n) || task.index >= task.n)
        return false;
    *out = task;
    return true;
}

/* Arrays are numbered as the user likes: `--array=10-30:5`. */
static bool read_array(struct task *out)
{
    size_t id, least, step = 1;
    struct task task;

    if (!read_count("SLURM_ARRAY_TASK_ID", &id) || !read_count("SLURM_ARRAY_TASK_MIN", &least) ||
        !read_count("SLURM_ARRAY_TASK_COUNT", &task.n) || id < least)
        return false;
    (void)read_count("SLURM_ARRAY_TASK_STEP", &step);
    task.index = (id - least) / (step > 0 ? step : 1);
    if (task.index >= task.n)
        return false;
    *out = task;
    return true;
}

/* An mpirun in a job of Slurm starts its helpers with srun, whose variables its processes see. */
bool task_of_step(struct task *out)
{
    return read_task("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", out) ||
           read_task("PMI_RANK", "PMI_SIZE", out) ||
           read_task("SLURM_PROCID", "SLURM_STEP_NUM_TASKS", out);
}

bool task_of_launcher(struct task *out)
{
    return read_array(out) || task_of_step(out) || read_task("SLURM_PROCID", "SLURM_NTASKS", out);
}

enum ct_status task_parse(const char *text, struct task *out, struct ct_error *err)
{
    const char *const slash = strchr(text, '/');
    struct task task;

    if (strcmp(text, "auto") == 0) {
        if (task_of_launcher(out))
            return CT_OK;
        return ct_fail(
            err, CT_EINVAL,
            "--shard auto: neither Slurm nor MPI has started this; give the task, as 2/3");
    }
    if (slash == NULL || !number_parse_size(text, (size_t)(slash - text), &task.index) ||
        !number_parse_size(slash + 1, strlen(slash + 1), &task.n) || task.index < 1 ||
        task.index > task.n)
        return ct_fail(err, CT_EINVAL,
                       "--shard: invalid value '%.80s'; expected 1/3, 2/3 or 3/3, or auto", text);
    task.index--;
    *out = task;
    return CT_OK;
}
