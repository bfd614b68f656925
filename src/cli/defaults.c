#include "config.h"
#include "cli/commands.h"

#include <sched.h>
#include <stdlib.h>

#include "cli/paths.h"
#include "io/outfile.h"

/* The processors that this process may use. */
static int count_processors(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return CPU_COUNT(&set) > 0 ? CPU_COUNT(&set) : 1;
}

static enum ct_status demo_file(const char *demo, const char *name, char **field,
                                struct ct_error *err)
{
    *field = outfile_join(demo, name);
    return *field != NULL ? CT_OK : ct_fail_nomem(err, "demo", 0);
}

enum ct_status commands_defaults(struct options *options, struct ct_error *err)
{
    struct params *const p = &options->params;
    const int processors = count_processors();
    char *demo = NULL;
    enum ct_status status;

    if (p->threads == 0 || p->threads > processors)
        p->threads = processors;
    if (p->activations != NULL || (p->model != NULL && p->stimuli != NULL))
        return CT_OK;
    status = paths_demo(&demo, err);
    if (status == CT_OK && p->model == NULL)
        status = params_set(&p->model, demo, err);
    if (status == CT_OK && p->stimuli == NULL)
        status = demo_file(demo, "stimuli.csv", &p->stimuli, err);
    free(demo);
    return status;
}
