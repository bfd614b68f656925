#include "config.h"
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

static enum ct_status run_command(struct options *options, struct ct_error *err)
{
    switch (options->command) {
    case COMMAND_RUN:
        return command_run(options, err);
    case COMMAND_HOOKS:
        return command_hooks(options, err);
    case COMMAND_TOKENIZE:
        return command_tokenize(options, err);
    case COMMAND_NONE:
    case N_COMMANDS:
        break;
    }
    return CT_OK;
}

/* A reader that has gone away is a failure like a full disk. */
static enum ct_status flush_stdout(struct ct_error *err)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        return ct_fail_errno(err, "standard output: cannot be written");
    return CT_OK;
}

/* What was asked for; *code is the exit status of a failure. */
static enum ct_status answer(int argc, char **argv, struct options *options, open_ui_function *ui,
                             int *code, struct ct_error *err)
{
    enum ct_status status = options_parse(argc, argv, options, err);

    *code = 2;
    if (status != CT_OK)
        return status;
    if (options->command == COMMAND_NONE && !options->version && !options->help)
        return ui(options, code, err);
    *code = 1;
    if (options->version)
        puts(PACKAGE_STRING);
    else if (options->help)
        options_help(options->command, stdout);
    else
        status = run_command(options, err);
    return status == CT_OK ? flush_stdout(err) : status;
}

int cli_main(int argc, char **argv, open_ui_function *ui)
{
    struct options options;
    struct ct_error err;
    int code;
    const enum ct_status status = answer(argc, argv, &options, ui, &code, &err);

    options_clear(&options);
    if (status == CT_OK)
        return 0;
    fprintf(stderr, "circuittui: %s\n", err.text);
    return code;
}
