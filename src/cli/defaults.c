#include "config.h"
#include "cli/commands.h"

#include <stdlib.h>

#include "base/path.h"
#include "base/processors.h"
#include "cli/paths.h"
#include "report/tables.h"

static enum ct_status demo_file(const char *demo, const char *name, char **field,
                                struct ct_error *err)
{
    *field = path_join(demo, name);
    return *field != NULL ? CT_OK : ct_fail_nomem(err, "demo", 0);
}

/* Replaces a model's name by its folder in the Hugging Face cache. */
static enum ct_status find_model(struct options *options, struct ct_error *err)
{
    struct params *const p = &options->params;
    const struct hub_env env = paths_hub();
    unsigned needs = HUB_WEIGHTS | HUB_TOKENIZER;
    char *folder = NULL;

    if (options->command == COMMAND_TOKENIZE)
        needs = HUB_TOKENIZER;
    if (options->command == COMMAND_HOOKS || p->tokenizer != NULL)
        needs &= ~(unsigned)HUB_TOKENIZER;
    const enum ct_status status = hub_model_folder(&env, p->model, needs, &folder, err);
    if (status != CT_OK)
        return status;
    free(p->model);
    p->model = folder;
    return CT_OK;
}

void commands_default_threads(struct options *options)
{
    struct params *const p = &options->params;
    const int processors = processors_available();

    if (p->threads == 0 || p->threads > processors)
        p->threads = processors;
}

enum ct_status commands_defaults(struct options *options, struct ct_error *err)
{
    struct params *const p = &options->params;
    char *demo = NULL;
    enum ct_status status;

    commands_default_threads(options);
    if (options->formats == 0)
        options->formats = FORMAT_CSV;
    status = params_set(&p->temporary, paths_temporary(), err);
    if (status != CT_OK || p->activations != NULL)
        return status;
    if (p->model != NULL) {
        status = find_model(options, err);
        if (status != CT_OK || p->stimuli != NULL)
            return status;
    }
    status = paths_demo(&demo, err);
    if (status == CT_OK && p->model == NULL)
        status = params_set(&p->model, demo, err);
    if (status == CT_OK && p->stimuli == NULL)
        status = demo_file(demo, "stimuli.csv", &p->stimuli, err);
    free(demo);
    return status;
}
