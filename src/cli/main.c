#include "config.h"
#include "cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/complete.h"
#include "cli/config_file.h"
#include "cli/print.h"
#include "plot/palette.h"

static enum ct_status (*const functions[N_COMMANDS])(struct options *options,
                                                     struct ct_error *err) = {
    [COMMAND_RUN] = command_run,           [COMMAND_RERUN] = command_rerun,
    [COMMAND_MERGE] = command_merge,       [COMMAND_PLAN] = command_plan,
    [COMMAND_TTEST] = command_ttest,       [COMMAND_TSNE] = command_tsne,
    [COMMAND_DBSCAN] = command_dbscan,     [COMMAND_KMEANS] = command_kmeans,
    [COMMAND_COSINE] = command_cosine,     [COMMAND_HOOKS] = command_hooks,
    [COMMAND_TOKENIZE] = command_tokenize, [COMMAND_MODELS] = command_models,
    [COMMAND_FETCH] = command_fetch,       [COMMAND_CONFIG] = command_config,
    [COMMAND_SESSIONS] = command_sessions,
};

/* A step without a file reads a pipe; reading data from a terminal is an error. */
static enum ct_status check_input(const struct options *options, struct ct_error *err)
{
    if (!options_take_file(options->command) || options->n_texts > 0 || !isatty(STDIN_FILENO))
        return CT_OK;
    return ct_fail(err, CT_EINVAL, "no input file; name one or pipe data to standard input");
}

/* A closed pipe is a failure like a full disk. */
static enum ct_status flush_stdout(struct ct_error *err)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        return ct_fail_errno(err, "standard output: cannot be written");
    return CT_OK;
}

static void choose_colors(const struct options *options)
{
    for (size_t role = 0; role < INK_ROLES; role++)
        if (options->colors[role].line > 0)
            palette_choose((ink)role, options->colors[role].color);
}

/* Applies the user's defaults to options not on the command line. */
static enum ct_status apply_config(struct options *options, struct ct_error *err)
{
    char *path = NULL;
    enum ct_status status = config_file_path(&path, err);

    if (status == CT_OK && path != NULL)
        status = config_file_apply(path, options, err);
    if (status == CT_OK)
        choose_colors(options);
    free(path);
    return status;
}

/* Runs the command; *code is the exit status of a failure. */
static enum ct_status answer(int argc, char **argv, struct options *options, open_ui_function *ui,
                             int *code, struct ct_error *err)
{
    enum ct_status status = options_parse(argc, argv, options, err);

    if (status == CT_OK && !options->version && !options->help)
        status = apply_config(options, err);
    *code = status == CT_ENOMEM || status == CT_EIO ? 1 : 2;
    if (status != CT_OK)
        return status;
    const bool has_ui = options->command == COMMAND_NONE || options->command == COMMAND_WATCH;
    if (has_ui && !options->version && !options->help)
        return ui(options, code, err);
    if (!options->version && !options->help)
        status = check_input(options, err);
    if (status != CT_OK)
        return status;
    *code = 1;
    if (options->version)
        puts(PACKAGE_STRING);
    else if (options->help)
        options_help(options->command, stdout);
    else
        status = functions[options->command](options, err);
    return status == CT_OK ? flush_stdout(err) : status;
}

int cli_main(int argc, char **argv, open_ui_function *ui)
{
    struct options options;
    struct ct_error err;
    int code;

    if (argc > 1 && strcmp(argv[1], "complete") == 0) { /* for shells, undocumented */
        complete_print((const char *const *)argv + 2, (size_t)argc - 2, stdout);
        return 0;
    }
    const enum ct_status status = answer(argc, argv, &options, ui, &code, &err);

    options_clear(&options);
    if (status == CT_OK)
        return 0;
    print(stderr, "circuittui: %s\n", err.text);
    return code;
}
