#include "config.h"
#include "pipeline/params.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"

void params_init(struct params *params)
{
    *params = (struct params){
        .alpha = 0.05,
        .correction = CORRECTION_BONFERRONI,
        .test = TTEST_STUDENT,
        .space = SPACE_RAW,
        .perplexity = 30,
        .iterations = 1000,
        .seed = 0,
        .eps = 1,
        .min_samples = 3,
        .clusters = 3,
        .ward = WARD_YES,
        .draws = 199,
        .resamples = 100,
        .pictures = 39,
        .halves = 20,
        .shuffles = 5,
        .threads = 0,
    };
}

void params_clear(struct params *params)
{
    free(params->model);
    free(params->tokenizer);
    free(params->stimuli);
    free(params->activations);
    free(params->groups);
    free(params->edit);
    free(params->words);
    free(params->chosen);
    free(params->cluster_names);
    free(params->temporary);
    params_clear_hooks(params);
    free(params->contrast[0]);
    free(params->contrast[1]);
    *params = (struct params){ 0 };
}

void params_clear_hooks(struct params *params)
{
    for (size_t i = 0; i < params->n_hooks; i++)
        free(params->hooks[i]);
    free(params->hooks);
    params->hooks = NULL;
    params->n_hooks = 0;
}

enum ct_status params_set(char **field, const char *value, struct ct_error *err)
{
    char *copy = NULL;

    if (value != NULL) {
        copy = ct_strndup(value, strlen(value));
        if (copy == NULL)
            return ct_fail_nomem(err, "parameters", 0);
    }
    free(*field);
    *field = copy;
    return CT_OK;
}

enum ct_status params_set_path(char **field, const char *directory, const char *path,
                               struct ct_error *err)
{
    char *joined = NULL;
    enum ct_status status = CT_OK;

    if (directory != NULL && path[0] != '/' && strcmp(path, "-") != 0) {
        joined = path_join(directory, path);
        if (joined == NULL)
            return ct_fail_nomem(err, "parameters", 0);
    }
    status = params_set(field, joined != NULL && access(joined, F_OK) == 0 ? joined : path, err);
    free(joined);
    return status;
}

enum ct_status params_add_hook(struct params *params, const char *hook, struct ct_error *err)
{
    char **const hooks =
        ct_realloc_array(params->hooks, params->n_hooks + 1, sizeof *params->hooks);

    if (hooks == NULL)
        return ct_fail_nomem(err, "parameters", 0);
    params->hooks = hooks;
    hooks[params->n_hooks] = NULL;
    const enum ct_status status = params_set(&hooks[params->n_hooks], hook, err);
    if (status == CT_OK)
        params->n_hooks++;
    return status;
}

enum ct_status params_copy(struct params *to, const struct params *from, struct ct_error *err)
{
    const char *const texts[] = { from->model,       from->tokenizer, from->stimuli,
                                  from->activations, from->groups,    from->contrast[0],
                                  from->contrast[1], from->temporary, from->edit,
                                  from->words,       from->chosen,    from->cluster_names };
    char **const fields[] = { &to->model,  &to->tokenizer,   &to->stimuli,     &to->activations,
                              &to->groups, &to->contrast[0], &to->contrast[1], &to->temporary,
                              &to->edit,   &to->words,       &to->chosen,      &to->cluster_names };
    enum ct_status status = CT_OK;

    *to = *from;
    to->hooks = NULL;
    to->n_hooks = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        *fields[i] = NULL;
    for (size_t i = 0; status == CT_OK && i < sizeof fields / sizeof *fields; i++)
        status = params_set(fields[i], texts[i], err);
    for (size_t i = 0; status == CT_OK && i < from->n_hooks; i++)
        status = params_add_hook(to, from->hooks[i], err);
    if (status != CT_OK)
        params_clear(to);
    return status;
}
