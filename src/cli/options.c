#include "config.h"
#include "cli/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/number.h"
#include "pipeline/settings.h"

enum kind { KIND_FLAG, KIND_TEXT, KIND_COLOR, KIND_THREADS };

/* Where an option means something: bits 1 << COMMAND_*. */
enum {
    FOR_RUN = 1 << COMMAND_RUN,
    FOR_HOOKS = 1 << COMMAND_HOOKS,
    FOR_TOKENIZE = 1 << COMMAND_TOKENIZE,
    FOR_ALL = ~0,
};

#define FIELD(member) offsetof(struct options, member)

/* What is not a parameter of the analysis; those come from the table of settings. */
static const struct own {
    const char *name;
    char letter; /* 0: none */
    enum kind kind;
    int commands;
    size_t field;
    const char *argument;
    const char *help;
} own[] = {
    { "out", 'o', KIND_TEXT, FOR_RUN, FIELD(out), "DIR",
      "write result files there; the folder is made" },
    { "force", 0, KIND_FLAG, FOR_RUN, FIELD(force), NULL, "write over results" },
    { "plot", 0, KIND_FLAG, FOR_RUN, FIELD(plot), NULL, "print every plot" },
    { "color", 0, KIND_COLOR, FOR_RUN, FIELD(color), "WHEN",
      "colour in plots: auto, always or never (auto)" },
    { "ascii", 0, KIND_FLAG, FOR_RUN, FIELD(ascii), NULL, "plots in ASCII" },
    { "threads", 0, KIND_THREADS, FOR_RUN, FIELD(params.threads), "N", "processors (all)" },
    { "ids", 0, KIND_FLAG, FOR_TOKENIZE, FIELD(ids), NULL, "token ids alone, a line a text" },
    { "help", 'h', KIND_FLAG, FOR_ALL, FIELD(help), NULL, "this help" },
    { "version", 'V', KIND_FLAG, FOR_ALL, FIELD(version), NULL, "the version" },
};

enum { N_OWN = sizeof own / sizeof *own, MAX_OPTIONS = 64 };

static const struct {
    const char *name;
    const char *arguments;
    const char *help;
} commands[N_COMMANDS] = {
    [COMMAND_NONE] = { NULL, "[COMMAND] [OPTIONS]",
                       "Do the neurons that tell two kinds of sentences apart form clusters?" },
    [COMMAND_RUN] = { "run", "[OPTIONS]",
                      "The whole analysis: report on stdout, result files under --out." },
    [COMMAND_HOOKS] = { "hooks", "[--model M]", "Every hook point of a model, with its width." },
    [COMMAND_TOKENIZE] = { "tokenize", "[--model M] [--ids] TEXT...",
                           "Token ids with their pieces; - takes each line of stdin as a text." },
};

/* ---- one numbering for both tables: settings first ---- */

static size_t n_options(void)
{
    return n_settings + N_OWN;
}

static const char *option_name(size_t i)
{
    return i < n_settings ? settings[i].name : own[i - n_settings].name;
}

static char option_letter(size_t i)
{
    return i < n_settings ? settings[i].letter : own[i - n_settings].letter;
}

static const char *option_argument(size_t i)
{
    return i < n_settings ? settings[i].argument : own[i - n_settings].argument;
}

static const char *option_help(size_t i)
{
    return i < n_settings ? settings[i].help : own[i - n_settings].help;
}

static int option_commands(size_t i)
{
    if (i >= n_settings)
        return own[i - n_settings].commands;
    if (strcmp(settings[i].name, "model") == 0)
        return FOR_RUN | FOR_HOOKS | FOR_TOKENIZE;
    return strcmp(settings[i].name, "tokenizer") == 0 ? FOR_RUN | FOR_TOKENIZE : FOR_RUN;
}

/* ---- parsing ---- */

static enum ct_status parse_color(const char *text, enum color_choice *color, struct ct_error *err)
{
    static const char *const names[] = { "auto", "always", "never" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0) {
            *color = (enum color_choice)i;
            return CT_OK;
        }
    return ct_fail(err, CT_EINVAL, "--color: '%.80s' will not do; give auto/always/never", text);
}

static enum ct_status parse_threads(const char *text, int *threads, struct ct_error *err)
{
    enum { MOST = 4096 };
    size_t n;

    if (!number_parse_size(text, strlen(text), &n) || n == 0)
        return ct_fail(err, CT_EINVAL,
                       "--threads: '%.80s' will not do; give a whole number, 1 or more", text);
    *threads = (int)(n < MOST ? n : MOST);
    return CT_OK;
}

static enum ct_status set_option(size_t i, const char *text, struct options *options,
                                 struct ct_error *err)
{
    if (i < n_settings)
        return setting_parse(&settings[i], &options->params, text, err);
    void *const field = (char *)options + own[i - n_settings].field;
    switch (own[i - n_settings].kind) {
    case KIND_FLAG:
        *(bool *)field = true;
        return CT_OK;
    case KIND_TEXT:
        if (*text == '\0')
            return ct_fail(err, CT_EINVAL, "--%s: the value is empty; give a path", option_name(i));
        return params_set(field, text, err);
    case KIND_COLOR:
        return parse_color(text, field, err);
    case KIND_THREADS:
        return parse_threads(text, field, err);
    }
    return CT_OK;
}

/* Values that getopt_long returns for long options, out of the way of letters. */
enum { LONG_OPTION = 256 };

static void describe_options(struct option longs[MAX_OPTIONS + 1],
                             char letters[2 * MAX_OPTIONS + 3])
{
    char *at = letters;

    *at++ = '-'; /* words that are no options in their places, POSIXLY_CORRECT or not */
    *at++ = ':'; /* tell a missing argument from an unknown option */
    for (size_t i = 0; i < n_options(); i++) {
        const bool takes = option_argument(i) != NULL;
        longs[i] = (struct option){ option_name(i), takes ? required_argument : no_argument, NULL,
                                    LONG_OPTION + (int)i };
        if (option_letter(i) != 0) {
            *at++ = option_letter(i);
            if (takes)
                *at++ = ':';
        }
    }
    longs[n_options()] = (struct option){ 0 };
    *at = '\0';
}

/* The option that getopt_long means, or n_options() when it has complained. */
static size_t find_option(int code)
{
    if (code >= LONG_OPTION)
        return (size_t)(code - LONG_OPTION);
    for (size_t i = 0; i < n_options(); i++)
        if (option_letter(i) != 0 && option_letter(i) == code)
            return i;
    return n_options();
}

/* What getopt_long complains about in word. */
static enum ct_status wrong_option(int code, const char *word, const struct options *options,
                                   struct ct_error *err)
{
    const char *const name = commands[options->command].name;
    char see[40];

    snprintf(see, sizeof see, "see circuittui %s%s--help", name != NULL ? name : "",
             name != NULL ? " " : "");
    if (code == ':')
        return ct_fail(err, CT_EINVAL, "%.80s: takes a value; %s", word, see);
    if (optopt >= LONG_OPTION)
        return ct_fail(err, CT_EINVAL, "--%s: takes no value; %s", option_name(find_option(optopt)),
                       see);
    if (word[1] == '-')
        return ct_fail(err, CT_EINVAL, "%.80s: no such option, or the beginning of several; %s",
                       word, see);
    if (optopt > ' ' && optopt < 0x7F)
        return ct_fail(err, CT_EINVAL, "-%c: no such option; %s", optopt, see);
    return ct_fail(err, CT_EINVAL, "%.80s: no such option; %s", word, see);
}

static enum ct_status find_command(const char *word, enum command *command, struct ct_error *err)
{
    for (size_t c = 1; c < N_COMMANDS; c++)
        if (strcmp(commands[c].name, word) == 0) {
            *command = (enum command)c;
            return CT_OK;
        }
    return ct_fail(err, CT_EINVAL, "%.80s: no such command; there are run, hooks and tokenize",
                   word);
}

/* A word that is no option: the command, then texts. */
static enum ct_status take_word(struct options *options, char *word, struct ct_error *err)
{
    if (options->command == COMMAND_NONE)
        return find_command(word, &options->command, err);
    options->texts[options->n_texts++] = word;
    return CT_OK;
}

static enum ct_status check_together(const struct params *p, struct ct_error *err)
{
    if (p->activations != NULL && p->n_hooks > 0)
        return ct_fail(err, CT_EINVAL,
                       "--hook: the file of --activations has its neurons; leave out one of them");
    if (p->activations == NULL && p->groups != NULL)
        return ct_fail(err, CT_EINVAL, "--groups: nothing to go with; name a file of activations");
    return CT_OK;
}

/* Texts and options that the command does not take are mistakes, even where they would do no harm.
 */
static enum ct_status check_command(const struct options *options, const bool *given,
                                    struct ct_error *err)
{
    const char *const name = commands[options->command].name;

    if (options->command == COMMAND_NONE || options->help || options->version)
        return CT_OK;
    if (options->n_texts > 0 && options->command != COMMAND_TOKENIZE)
        return ct_fail(err, CT_EINVAL, "%.80s: %s takes options alone; see circuittui %s --help",
                       options->texts[0], name, name);
    if (options->n_texts == 0 && options->command == COMMAND_TOKENIZE)
        return ct_fail(err, CT_EINVAL, "tokenize: no text; give texts, or - for standard input");
    for (size_t i = 0; i < n_options(); i++)
        if (given[i] && !(option_commands(i) & 1 << options->command))
            return ct_fail(err, CT_EINVAL, "--%s: not an option of %s; see circuittui %s --help",
                           option_name(i), name, name);
    return check_together(&options->params, err);
}

enum ct_status options_parse(int argc, char **argv, struct options *options, struct ct_error *err)
{
    enum { WORD = 1 };
    struct option longs[MAX_OPTIONS + 1];
    char letters[2 * MAX_OPTIONS + 3];
    bool given[MAX_OPTIONS] = { false };
    enum ct_status status = CT_OK;

    *options = (struct options){ .argv = argv, .n_argv = (size_t)argc };
    params_init(&options->params);
    options->texts = ct_malloc_array((size_t)argc, sizeof *options->texts);
    if (options->texts == NULL)
        return ct_fail_nomem(err, "options", 0);
    describe_options(longs, letters);
    opterr = 0;
    optind = 0; /* glibc: begin anew, so that a program may parse twice */
    while (status == CT_OK) {
        const char *const word = argv[optind > 0 ? optind : 1];
        const int code = getopt_long(argc, argv, letters, longs, NULL);
        const size_t i = code >= 0 ? find_option(code) : n_options();
        if (code == -1)
            break;
        if (code == WORD)
            status = take_word(options, optarg, err);
        else if (i == n_options())
            status = wrong_option(code, word, options, err);
        else
            status = set_option(i, optarg, options, err);
        if (i < n_options())
            given[i] = true;
    }
    while (status == CT_OK && optind < argc) /* behind -- */
        status = take_word(options, argv[optind++], err);
    return status == CT_OK ? check_command(options, given, err) : status;
}

void options_clear(struct options *options)
{
    params_clear(&options->params);
    free(options->out);
    free(options->texts);
    *options = (struct options){ 0 };
}

/* ---- help ---- */

/* A page of 24 rows of 80 columns: two options that are short enough share a row. */
enum { HELP_HALF = 40, HELP_HALF_NAME = 22, HELP_NAME = 26 };

static size_t help_name(size_t i, char *out, size_t size)
{
    const char letter = option_letter(i);
    const char *const argument = option_argument(i);
    const int n =
        snprintf(out, size, "  %c%c --%s%s%s", letter != 0 ? '-' : ' ', letter != 0 ? letter : ' ',
                 option_name(i), argument != NULL ? " " : "", argument != NULL ? argument : "");

    return n > 0 ? (size_t)n : 0;
}

static bool help_is_short(size_t i)
{
    char name[80];

    return help_name(i, name, sizeof name) < HELP_HALF_NAME &&
           HELP_HALF_NAME + strlen(option_help(i)) <= HELP_HALF;
}

static bool help_shows(enum command command, size_t i)
{
    return command == COMMAND_NONE ? option_commands(i) == FOR_ALL
                                   : (option_commands(i) & 1 << command) != 0;
}

static size_t next_shown(enum command command, size_t i)
{
    while (i < n_options() && !help_shows(command, i))
        i++;
    return i;
}

static void help_options(enum command command, FILE *out)
{
    bool is_second = false;
    size_t next;

    for (size_t i = next_shown(command, 0); i < n_options(); i = next) {
        char name[80];
        help_name(i, name, sizeof name);
        next = next_shown(command, i + 1);
        const bool is_first =
            !is_second && help_is_short(i) && next < n_options() && help_is_short(next);
        if (is_first)
            fprintf(out, "%-*s%-*s", HELP_HALF_NAME, name, HELP_HALF - HELP_HALF_NAME,
                    option_help(i));
        else
            fprintf(out, "%-*s%s\n", is_second ? HELP_HALF_NAME : HELP_NAME, name, option_help(i));
        is_second = is_first;
    }
}

void options_help(enum command command, FILE *out)
{
    fprintf(out, "Usage: circuittui%s%s %s\n%s\n", command != COMMAND_NONE ? " " : "",
            command != COMMAND_NONE ? commands[command].name : "", commands[command].arguments,
            commands[command].help);
    if (command == COMMAND_NONE) {
        fputs("\nCommands (each with --help):\n", out);
        for (size_t c = 1; c < N_COMMANDS; c++)
            fprintf(out, "  %-10s %s\n", commands[c].name, commands[c].help);
        fputs("\nWithout a command, the terminal user interface: it takes the options of run.\n"
              "Without --model and --stimuli, both analyse the built-in demo.\n",
              out);
    }
    fputc('\n', out);
    help_options(command, out);
}
