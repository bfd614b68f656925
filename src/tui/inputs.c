#include "config.h"
#include "tui/inputs.h"
#include "tui/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "pipeline/stage_load.h"

/* Uses the demo's paths for unset ones. */
static enum ct_status fill_in(struct app *app, struct ct_error *err)
{
    struct params *const p = &app->whole.params;
    enum ct_status status = CT_OK;

    if (p->activations != NULL || app->demo == NULL)
        return CT_OK;
    if (p->model == NULL)
        status = params_set(&p->model, app->demo, err);
    if (status == CT_OK && p->stimuli == NULL) {
        p->stimuli = path_join(app->demo, "stimuli.csv");
        if (p->stimuli == NULL)
            status = ct_fail_nomem(err, "stimuli", 0);
    }
    return status;
}

enum ct_status inputs_set_model(struct app *app, const char *folder, struct ct_error *err)
{
    enum ct_status status = params_set(&app->whole.params.model, folder, err);

    if (status == CT_OK)
        status = params_set(&app->whole.params.activations, NULL, err);
    if (status == CT_OK)
        status = fill_in(app, err);
    app_follow_params(app);
    return status;
}

static enum ct_status set_named_model(struct app *app, const char *text, struct ct_error *err)
{
    const unsigned needs =
        app->whole.params.tokenizer != NULL ? HUB_WEIGHTS : HUB_WEIGHTS | HUB_TOKENIZER;
    char *folder = NULL;
    struct stat info;
    enum ct_status status = hub_model_folder(&app->hub, text, needs, &folder, err);

    if (status != CT_OK)
        return status;
    status = stat(folder, &info) == 0 ? inputs_set_model(app, folder, err)
                                      : ct_fail_errno(err, "%s", folder);
    free(folder);
    return status;
}

static enum ct_status set_file(struct app *app, const struct setting *setting, const char *text,
                               struct ct_error *err)
{
    char **const field = (char **)((char *)&app->whole.params + setting->field);
    char path[PROMPT_SIZE];
    struct stat info;
    const char *const home = path_take_home(&text, app->hub.home);

    snprintf(path, sizeof path, "%s%s", home, text);
    if (stat(path, &info) != 0)
        return ct_fail_errno(err, "%s", path);
    return params_set(field, path, err);
}

enum ct_status inputs_set(struct app *app, const struct setting *setting, const char *text,
                          struct ct_error *err)
{
    char **const field = (char **)((char *)&app->whole.params + setting->field);
    const bool is_model = field == &app->whole.params.model;
    enum ct_status status;

    if (*text == '\0') {
        status = params_set(field, NULL, err);
        if (status == CT_OK)
            status = fill_in(app, err);
    } else if (is_model) {
        status = set_named_model(app, text, err);
    } else {
        status = set_file(app, setting, text, err);
    }
    app_follow_params(app);
    if (status == CT_OK && analysis_is_stale(&app->whole, &stage_load))
        app_say(app, INK_DEFAULT, "%s is set; %s in the stage Load loads it", setting->name,
                app_key(app, ACTION_RUN).text);
    return status;
}

void inputs_find_models(struct app *app)
{
    char *root = NULL;

    if (app->has_models)
        return;
    app->has_models = true;
    app->models_error = (struct ct_error){ 0 };
    if (hub_cache_root(&app->hub, &root, &app->models_error) != CT_OK)
        return;
    if (hub_cache_list(root, &app->models, &app->n_models, &app->models_error) == CT_OK &&
        app->n_models == 0)
        ct_fail(&app->models_error, CT_EIO, "%s: no models there", root);
    free(root);
}
