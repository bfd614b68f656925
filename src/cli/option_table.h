/*
 * The commands and the options as tables: parsing, help, completion and the config file go by
 * them. Options are numbered from 0, those of the analysis (pipeline/stages.h) first. A name may
 * have several rows, told differently for different commands; its first row stands for it.
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
    const char *more;            /* what --help says below that, or NULL */
    size_t least_words, n_words; /* how many words it takes beside options */
    const char *no_words;        /* what to do when they are too few */
};

extern const struct command_info commands[N_COMMANDS];

size_t option_count(void);
const char *option_name(size_t i);
char option_letter(size_t i);          /* 0: none */
const char *option_argument(size_t i); /* what help calls the value; NULL: a flag */

/* What it is for, with the words that it takes and its default, cut to size. */
enum { OPTION_HELP_SIZE = 160 };
void option_help(size_t i, char *out, size_t size);

/* The k-th word that it takes; NULL: there are no more, or its values are no words of ours. */
const char *option_choice(size_t i, size_t k);

/* The first row of its name. */
size_t option_first(size_t i);

/* Whether this row tells of the command. COMMAND_NONE: of every command. */
bool option_row_is_of(size_t i, enum command command);

/* Whether the command takes the option, i being its first row. */
bool option_is_of(size_t i, enum command command);

/* Sets it from text. NULL for a flag: on; else a flag is yes or no. CT_EINVAL, `--alpha: ...`;
 * CT_ENOMEM. */
enum ct_status option_set(size_t i, const char *text, struct options *options,
                          struct ct_error *err);

/* The value as option_set() takes it, cut to size; empty when there is none. */
void option_format(size_t i, const struct options *options, char *out, size_t size);

#endif
