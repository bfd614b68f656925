#include "config.h"
#include "cli/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/option_table.h"
#include "report/tables.h"

/* Return values of getopt_long for long options, outside the range of letters. */
enum { LONG_OPTION = 256 };

static void describe_options(struct option longs[OPTIONS_MAX + 1],
                             char letters[2 * OPTIONS_MAX + 3])
{
    char *at = letters;
    size_t n = 0;

    *at++ = '-'; /* do not permute words, whatever POSIXLY_CORRECT */
    *at++ = ':'; /* distinguish a missing argument from an unknown option */
    for (size_t i = 0; i < option_count(); i++) {
        const bool takes = option_argument(i) != NULL;
        if (option_first(i) != i)
            continue;
        longs[n++] = (struct option){ option_name(i), takes ? required_argument : no_argument, NULL,
                                      LONG_OPTION + (int)i };
        if (option_letter(i) != 0) {
            *at++ = option_letter(i);
            if (takes)
                *at++ = ':';
        }
    }
    longs[n] = (struct option){ 0 };
    *at = '\0';
}

/* The option getopt_long returned, or option_count() after an error. */
static size_t find_option(int code)
{
    if (code >= LONG_OPTION)
        return (size_t)(code - LONG_OPTION);
    for (size_t i = 0; i < option_count(); i++)
        if (option_letter(i) != 0 && option_letter(i) == code)
            return i;
    return option_count();
}

/* Reports the error of getopt_long in word. */
static enum ct_status wrong_option(int code, const char *word, const struct options *options,
                                   struct ct_error *err)
{
    const char *const name = commands[options->command].name;
    char see[40];

    snprintf(see, sizeof see, "see circuittui %s%s--help", name != NULL ? name : "",
             name != NULL ? " " : "");
    if (code == ':')
        return ct_fail(err, CT_EINVAL, "%.80s: requires a value; %s", word, see);
    if (optopt >= LONG_OPTION)
        return ct_fail(err, CT_EINVAL, "--%s: does not take a value; %s",
                       option_name(find_option(optopt)), see);
    if (word[1] == '-')
        return ct_fail(err, CT_EINVAL, "%.80s: unknown or ambiguous option; %s", word, see);
    if (optopt > ' ' && optopt < 0x7F)
        return ct_fail(err, CT_EINVAL, "-%c: unknown option; %s", optopt, see);
    return ct_fail(err, CT_EINVAL, "%.80s: unknown option; %s", word, see);
}

static enum ct_status find_command(const char *word, enum command *command, struct ct_error *err)
{
    for (size_t c = 1; c < N_COMMANDS; c++)
        if (strcmp(commands[c].name, word) == 0) {
            *command = (enum command)c;
            return CT_OK;
        }
    return ct_fail(err, CT_EINVAL, "%.80s: unknown command; circuittui --help lists the commands",
                   word);
}

/* Handles a word that is not an option: the command, then texts. */
static enum ct_status take_word(struct options *options, char *word, struct ct_error *err)
{
    if (options->command == COMMAND_NONE) {
        options->word = word;
        return find_command(word, &options->command, err);
    }
    options->texts[options->n_texts++] = word;
    return CT_OK;
}

enum ct_status options_check(const struct options *options, struct ct_error *err)
{
    const struct params *const p = &options->params;

    if (p->activations != NULL && p->n_hooks > 0)
        return ct_fail(err, CT_EINVAL, "--hook and --activations exclude each other; omit one");
    if (p->activations == NULL && p->groups != NULL && options->command == COMMAND_RUN)
        return ct_fail(err, CT_EINVAL, "--groups needs --activations");
    if (options_take_file(options->command) && options->formats != 0 &&
        options->formats != FORMAT_CSV && options->formats != FORMAT_NPY)
        return ct_fail(err, CT_EINVAL, "--format: %s writes a single file; expected csv or npy",
                       commands[options->command].name);
    return CT_OK;
}

/* Words and options that the command does not take are errors, even when harmless. */
static enum ct_status check_command(const struct options *options, struct ct_error *err)
{
    const char *const name = commands[options->command].name;

    if (options->command == COMMAND_NONE || options->help || options->version)
        return CT_OK;
    const size_t n_words = commands[options->command].n_words;
    if (options->n_texts > n_words)
        return ct_fail(err, CT_EINVAL, "%.80s: %s takes %s; see circuittui %s --help",
                       options->texts[n_words], name,
                       n_words == 0                        ? "options only"
                       : options->command == COMMAND_FETCH ? "one name"
                                                           : "one file",
                       name);
    if (options->n_texts < commands[options->command].least_words)
        return ct_fail(err, CT_EINVAL, "%s: %s", name, commands[options->command].no_words);
    for (size_t i = 0; i < option_count(); i++)
        if (options->origins[i] == ORIGIN_COMMAND_LINE && !option_is_of(i, options->command))
            return ct_fail(err, CT_EINVAL, "--%s: not an option of %s; see circuittui %s --help",
                           option_name(i), name, name);
    return options_check(options, err);
}

enum ct_status options_parse(int argc, char **argv, struct options *options, struct ct_error *err)
{
    enum { WORD = 1 };
    struct option longs[OPTIONS_MAX + 1];
    char letters[2 * OPTIONS_MAX + 3];
    enum ct_status status = CT_OK;

    *options = (struct options){ .argv = argv, .n_argv = (size_t)argc };
    params_init(&options->params);
    keymap_init(&options->keymap);
    options->texts = ct_malloc_array((size_t)argc, sizeof *options->texts);
    if (options->texts == NULL)
        return ct_fail_nomem(err, "options", 0);
    describe_options(longs, letters);
    opterr = 0;
    optind = 0; /* glibc: reset, so that a program may parse twice */
    while (status == CT_OK) {
        const char *const word = argv[optind > 0 ? optind : 1];
        const int code = getopt_long(argc, argv, letters, longs, NULL);
        const size_t i = code >= 0 ? find_option(code) : option_count();
        if (code == -1)
            break;
        if (code == WORD)
            status = take_word(options, optarg, err);
        else if (i == option_count())
            status = wrong_option(code, word, options, err);
        else
            status = option_set(i, optarg, options, err);
        if (i < option_count())
            options->origins[i] = ORIGIN_COMMAND_LINE;
    }
    while (status == CT_OK && optind < argc) /* after -- */
        status = take_word(options, argv[optind++], err);
    return status == CT_OK ? check_command(options, err) : status;
}

void options_clear(struct options *options)
{
    params_clear(&options->params);
    free(options->out);
    free(options->screenshot);
    free(options->figures);
    free(options->neurons);
    free(options->texts);
    *options = (struct options){ 0 };
}
