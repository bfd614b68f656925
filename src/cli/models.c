#include "config.h"
#include "cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/confined.h"
#include "cli/paths.h"
#include "cli/print.h"
#include "hub/cache.h"
#include "hub/list.h"

enum { LABEL_SIZE = 512 };

/* In the syntax of --model: the branch main is omitted. */
static size_t label(const struct hub_model *m, char out[LABEL_SIZE])
{
    const bool is_main = m->revision[0] == '\0' || strcmp(m->revision, "main") == 0;
    char raw[LABEL_SIZE];

    snprintf(raw, sizeof raw, "%s%s%s", m->name, is_main ? "" : "@", is_main ? "" : m->revision);
    return text_visible(out, LABEL_SIZE, raw, strlen(raw));
}

static void print_model(const struct hub_model *m, int width)
{
    char name[LABEL_SIZE];
    char why[CT_ERROR_SIZE];

    label(m, name);
    if (m->problem != NULL) {
        text_visible(why, sizeof why, m->problem, strlen(m->problem));
        print(stdout, "%-*s  %6s %6s %11s %9s  %s\n", width, name, "-", "-", "-", "-", why);
        return;
    }
    const double bytes = (double)m->bytes;
    const bool is_small = bytes < 1e9;
    print(stdout, "%-*s  %6zu %6zu %9.2f M %6.*f %s  complete\n", width, name, m->n_layers,
          m->hidden_size, (double)m->n_parameters / 1e6, is_small ? 1 : 2,
          is_small ? bytes / 1e6 : bytes / 1e9, is_small ? "MB" : "GB");
}

/* Models found unusable when their weights are examined are listed last, with the others. */
static void print_models(struct hub_model *models, size_t n)
{
    char name[LABEL_SIZE];
    int width = (int)strlen("name");

    for (size_t i = 0; i < n; i++) {
        const int length = (int)label(&models[i], name);
        width = length > width ? length : width;
        hub_model_examine(&models[i]);
    }
    printf("%-*s  %6s %6s %11s %9s  %s\n", width, "name", "layers", "width", "parameters", "size",
           "state");
    for (int has_problem = 0; has_problem < 2; has_problem++)
        for (size_t i = 0; i < n; i++)
            if ((models[i].problem != NULL) == has_problem)
                print_model(&models[i], width);
}

enum ct_status command_models(struct options *options, struct ct_error *err)
{
    const struct hub_env env = paths_hub();
    struct hub_model *models = NULL;
    size_t n = 0;
    char *root = NULL;
    enum ct_status status = hub_cache_root(&env, &root, err);

    (void)options;
    confined_to_file("-");
    if (status == CT_OK)
        status = hub_cache_list(root, &models, &n, err);
    if (status == CT_OK && n > 0)
        print_models(models, n);
    else if (status == CT_OK)
        print(stderr,
              "circuittui: %s: no models there; circuittui fetch openai-community/gpt2 downloads "
              "one\n",
              root);
    hub_models_free(models, n);
    free(root);
    return status;
}
