/*
 * Tables of the commands and options, used for parsing, help, completion and the config file.
 * Options are numbered from 0, starting with those of the analysis (pipeline/stages.h). A name may
 * have several rows, described differently for different commands; its first row represents it.
 */
#ifndef CT_CLI_OPTION_TABLE_H
#define CT_CLI_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "cli/options.h"

struct command_info {
    const char *name; /* NULL: the program itself */
    const char *arguments;
    const char *help;
    const char *more;            /* shown below that by --help, or NULL */
    size_t least_words, n_words; /* how many words it takes besides options */
    const char *no_words;        /* what to do when there are too few */
};

extern const struct command_info commands[N_COMMANDS];

size_t option_count(void);
const char *option_name(size_t i);
char option_letter(size_t i);          /* 0: none */
const char *option_argument(size_t i); /* placeholder of the value in help; NULL: a flag */

/* Its description, including valid words and default, truncated to size. */
enum { OPTION_HELP_SIZE = 160 };
void option_help(size_t i, char *out, size_t size);

/* The k-th valid word; NULL: no more, or its values are not fixed words. */
const char *option_choice(size_t i, size_t k);

/* Whether --help of a command omits it: a rare parameter, or one of the program itself. */
bool option_is_rare(size_t i, enum command command);

/* The first row with its name. */
size_t option_first(size_t i);

/* Whether this row describes the option for command. COMMAND_NONE: for all commands. */
bool option_row_is_of(size_t i, enum command command);

/* Whether the command has the option; i is its first row. */
bool option_is_of(size_t i, enum command command);

/* Sets it from text. NULL for a flag: on; otherwise a flag is yes or no. CT_EINVAL, `--alpha: ...`;
 * CT_ENOMEM. */
enum ct_status option_set(size_t i, const char *text, struct options *options,
                          struct ct_error *err);

/* The value in the syntax of option_set(), truncated to size; empty if not set. */
void option_format(size_t i, const struct options *options, char *out, size_t size);

#endif
