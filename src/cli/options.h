/* The command line. Errors are reported in one line with the option and its valid values. */
#ifndef CT_CLI_OPTIONS_H
#define CT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/keymap.h"
#include "base/status.h"
#include "cli/task.h"
#include "pipeline/command.h"
#include "pipeline/params.h"
#include "plot/canvas.h"

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

enum { OPTIONS_MAX = 64 };

/* Where the value of an option comes from; positive: the line of the config file. */
enum { ORIGIN_BUILT_IN = 0, ORIGIN_COMMAND_LINE = -1 };

struct options { /* options_parse() to options_clear() */
    enum command command;
    struct params params;
    char *out;        /* of run a folder, of a single step a file; NULL: not set */
    char *figures;    /* folder; NULL: not set */
    char *neurons;    /* table of the neurons that a step uses; NULL: all */
    unsigned formats; /* set of enum result_format; 0: not set */
    bool force;
    bool plot;
    char *screenshot; /* file that the UI is drawn into, without a terminal; NULL: not set */
    bool per_layer;
    struct task task; /* of a run that is shared out */
    size_t unit;      /* sentences in a unit; 0: not set */
    size_t slurm;     /* tasks that scripts are written for; 0: none */
    bool ids;
    bool remove;
    bool yes;
    bool ascii;
    enum color_choice color;
    bool help;
    bool version;
    char **texts; /* [n_texts] words after the command, borrowed from argv */
    size_t n_texts;
    int origins[OPTIONS_MAX]; /* of an option's value, by its first row in option_table.h */
    struct keymap keymap;     /* of the user interface */
    struct {
        int color; /* in the format of palette_choose() */
        int line;  /* of the config file; 0: not set */
    } colors[INK_ROLES];
    const char *word; /* of argv: the command; NULL: none */
    char **argv;      /* [n_argv] the program's own arguments, borrowed */
    size_t n_argv;
};

/* Fills *options, which must be freed with options_clear() in any case. CT_EINVAL: wrong usage;
 * CT_ENOMEM. */
enum ct_status options_parse(int argc, char **argv, struct options *options, struct ct_error *err);
void options_clear(struct options *options);

/* Checks for conflicting options; options_parse() calls it too. CT_EINVAL. */
enum ct_status options_check(const struct options *options, struct ct_error *err);

/* True for the steps, which take one file. */
bool options_take_file(enum command command);

/* Prints the --help text of one command or (COMMAND_NONE) of the program. */
void options_help(enum command command, FILE *out);

#endif
