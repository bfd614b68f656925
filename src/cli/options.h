/*
 * The command line: one table of options, from which parsing, help and later completions come.
 * Mistakes are told in one line, with the option and what it takes.
 */
#ifndef CT_CLI_OPTIONS_H
#define CT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/status.h"
#include "pipeline/params.h"

enum command { COMMAND_NONE, COMMAND_RUN, COMMAND_HOOKS, COMMAND_TOKENIZE, N_COMMANDS };

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options { /* options_parse() to options_clear() */
    enum command command;
    struct params params;
    char *out; /* folder of result files; NULL: none */
    bool force;
    bool plot;
    bool ids;
    bool ascii;
    enum color_choice color;
    bool help;
    bool version;
    char **texts; /* [n_texts] words after the command that are not options, borrowed from argv */
    size_t n_texts;
    char **argv; /* [n_argv] the program's own arguments, borrowed */
    size_t n_argv;
};

/* Fills *options, which options_clear() frees in any case. CT_EINVAL: wrong usage; CT_ENOMEM. */
enum ct_status options_parse(int argc, char **argv, struct options *options, struct ct_error *err);
void options_clear(struct options *options);

/* What --help prints, for one command or (COMMAND_NONE) for the program. */
void options_help(enum command command, FILE *out);

const char *command_name(enum command command);

#endif
