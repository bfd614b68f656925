#include "config.h"
#include "cli/commands.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/config_file.h"
#include "cli/option_table.h"
#include "cli/paths.h"
#include "cli/print.h"
#include "hub/cache.h"
#include "plot/palette.h"

enum { VALUE_SIZE = PATH_MAX };

/* Prints a line in the syntax of the file. */
static void print_setting(const char *name, const char *value, const char *from)
{
    char shown[VALUE_SIZE];
    char line[VALUE_SIZE + 80];

    text_visible(shown, sizeof shown, value, strlen(value));
    snprintf(line, sizeof line, "%s%s = %s", *value != '\0' ? "" : "# ", name, shown);
    print(stdout, "%-38s # %s\n", line, from);
}

/* The value when nothing is set. */
static const char *built_in(const char *name)
{
    static const char *const meanings[][2] = {
        { "model", "built in: the demo" },
        { "stimuli", "built in: the demo's" },
        { "hook", "built in: the middle layer's MLP, before its activation" },
        { "contrast", "built in: the two groups, in order of appearance" },
        { "format", "built in: csv" },
        { "chosen", "built in: none" },
        { "cluster-name", "built in: none" },
        { "threads", "built in: all processors" },
    };

    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (strcmp(meanings[i][0], name) == 0)
            return meanings[i][1];
    return "built in";
}

static void print_option(size_t i, const struct options *options, const char *path)
{
    const int origin = options->origins[i];
    char value[VALUE_SIZE];
    char from[VALUE_SIZE];

    option_format(i, options, value, sizeof value);
    if (origin > 0)
        snprintf(from, sizeof from, "%s:%d", path, origin);
    else
        snprintf(from, sizeof from, "%s",
                 origin == ORIGIN_COMMAND_LINE ? "command line" : built_in(option_name(i)));
    if (strcmp(option_name(i), "color") == 0 && options->color == COLOR_AUTO &&
        paths_is_set("NO_COLOR")) {
        snprintf(value, sizeof value, "never");
        snprintf(from, sizeof from, "environment: NO_COLOR");
    }
    if (strcmp(option_name(i), "hook") == 0 && options->params.n_hooks > 0)
        for (size_t k = 0; k < options->params.n_hooks; k++)
            print_setting("hook", options->params.hooks[k], from);
    else
        print_setting(option_name(i), value, from);
}

static void print_from(const char *line, int number, const char *path)
{
    if (number > 0)
        print(stdout, "%-38s # %s:%d\n", line, path, number);
    else
        print(stdout, "%-38s # built in\n", line);
}

static void print_keys(const struct keymap *map, const char *path)
{
    char line[KEYS_TEXT_SIZE + 40];

    for (enum action a = ACTION_NONE + 1; a < N_ACTIONS; a++) {
        snprintf(line, sizeof line, "key.%s = %s", actions[a].name, keymap_text(map, a).text);
        print_from(line, map->lines[a], path);
    }
}

/* Colours that were not chosen depend on the terminal, so they are printed as comments. */
static void print_colors(const struct options *options, const char *path)
{
    for (unsigned i = 0; i < INK_ROLES; i++) {
        const ink role = (ink)i;
        const bool is_chosen = options->colors[role].line > 0;
        char color[PALETTE_COLOR_SIZE];
        char line[80];
        if (palette_role_name(role) == NULL)
            continue;
        palette_color_text(palette_256(role), color);
        snprintf(line, sizeof line, "%scolor.%s = %s", is_chosen ? "" : "# ",
                 palette_role_name(role), color);
        print_from(line, options->colors[role].line, path);
    }
}

/* Where models are searched by name; only set by environment variables. */
static enum ct_status print_cache(struct ct_error *err)
{
    static const char *const names[] = { "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME",
                                         "TRANSFORMERS_CACHE", "XDG_CACHE_HOME" };
    const struct hub_env env = paths_hub();
    const char *from = NULL;
    char *root = NULL;
    const enum ct_status status = hub_cache_root(&env, &root, err);

    if (status != CT_OK)
        return status;
    for (size_t i = 0; i < sizeof names / sizeof *names && from == NULL; i++)
        if (paths_is_set(names[i]))
            from = names[i];
    print(stdout, "\n# models by name: %s (%s%s)\n", root,
          from != NULL ? "environment: " : "built in", from != NULL ? from : "");
    free(root);
    return CT_OK;
}

enum ct_status command_config(struct options *options, struct ct_error *err)
{
    char *path = NULL;
    const enum ct_status status = config_file_path(&path, err);

    if (status != CT_OK)
        return status;
    print(stdout, "# %s%s\n\n", path != NULL ? path : "no file",
          path != NULL && access(path, F_OK) != 0 ? " (does not exist)" : "");
    for (size_t i = 0; i < option_count(); i++)
        if (option_first(i) == i && option_is_of(i, COMMAND_CONFIG) &&
            !option_row_is_of(i, COMMAND_NONE))
            print_option(i, options, path);
    putchar('\n');
    print_keys(&options->keymap, path);
    putchar('\n');
    print_colors(options, path);
    free(path);
    return print_cache(err);
}
