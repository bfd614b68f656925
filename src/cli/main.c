#include "config.h"
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

static int usage_error(const struct options *options, const struct ct_error *err)
{
    (void)options;
    fprintf(stderr, "circuittui: %s\n", err->text);
    return 2;
}

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
        return ct_fail_errno(err, "standard output");
    return CT_OK;
}

int cli_main(int argc, char **argv)
{
    struct options options;
    struct ct_error err;
    enum ct_status status = options_parse(argc, argv, &options, &err);
    int code = 0;

    if (status != CT_OK) {
        code = usage_error(&options, &err);
    } else if (options.version) {
        puts(PACKAGE_STRING);
        status = flush_stdout(&err);
    } else if (options.help) {
        options_help(options.command, stdout);
        status = flush_stdout(&err);
    } else if (options.command == COMMAND_NONE) {
        fputs("circuittui: no command; circuittui run does the whole analysis, circuittui --help "
              "lists the commands\n",
              stderr);
        code = 2;
    } else {
        status = run_command(&options, &err);
        if (status == CT_OK)
            status = flush_stdout(&err);
    }
    if (code == 0 && status != CT_OK) {
        fprintf(stderr, "circuittui: %s\n", err.text);
        code = 1;
    }
    options_clear(&options);
    return code;
}
