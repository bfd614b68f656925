#include "config.h"
#include "cli/options.h"

#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/number.h"
#include "pipeline/settings.h"
#include "report/tables.h"

enum kind { KIND_FLAG, KIND_TEXT, KIND_FORMAT, KIND_COLOR, KIND_THREADS };

/* Where an option means something: bits 1 << COMMAND_*. */
enum {
    FOR_RUN = 1 << COMMAND_RUN,
    FOR_RERUN = 1 << COMMAND_RERUN,
    FOR_TTEST = 1 << COMMAND_TTEST,
    FOR_TSNE = 1 << COMMAND_TSNE,
    FOR_DBSCAN = 1 << COMMAND_DBSCAN,
    FOR_KMEANS = 1 << COMMAND_KMEANS,
    FOR_COSINE = 1 << COMMAND_COSINE,
    FOR_HOOKS = 1 << COMMAND_HOOKS,
    FOR_TOKENIZE = 1 << COMMAND_TOKENIZE,
    FOR_CHOICES = FOR_TSNE | FOR_COSINE, /* of neurons among a file's */
    FOR_RUNS = FOR_RUN | FOR_RERUN,
    FOR_STEPS = FOR_CHOICES | FOR_TTEST | FOR_DBSCAN | FOR_KMEANS,
    FOR_ALL = ~0,
};

#define FIELD(member) offsetof(struct options, member)

/* The commands that take a setting; those that are not here are run's alone. */
static const struct {
    const char *name;
    int commands;
} shared[] = {
    { "model", FOR_RUNS | FOR_HOOKS | FOR_TOKENIZE },
    { "tokenizer", FOR_RUNS | FOR_TOKENIZE },
    { "stimuli", FOR_RUNS },
    { "activations", FOR_RUNS },
    { "groups", FOR_RUNS | FOR_TTEST | FOR_CHOICES },
    { "contrast", FOR_RUN | FOR_TTEST | FOR_CHOICES },
    { "test", FOR_RUN | FOR_TTEST },
    { "alpha", FOR_RUN | FOR_TTEST },
    { "correction", FOR_RUN | FOR_TTEST },
    { "perplexity", FOR_RUN | FOR_TSNE },
    { "iterations", FOR_RUN | FOR_TSNE },
    { "seed", FOR_RUN | FOR_TSNE | FOR_KMEANS },
    { "eps", FOR_RUN | FOR_DBSCAN },
    { "min-samples", FOR_RUN | FOR_DBSCAN },
    { "clusters", FOR_RUN | FOR_KMEANS },
};

/*
 * What is not a parameter of the analysis; those come from the table of settings. A name that
 * stands here twice is one option, told differently for different commands.
 */
static const struct own {
    const char *name;
    char letter; /* 0: none */
    enum kind kind;
    int commands;
    size_t field;
    const char *argument;
    const char *help;
} own[] = {
    { "per-layer", 0, KIND_FLAG, FOR_RUN, FIELD(per_layer), NULL, "hooks one by one" },
    { "out", 'o', KIND_TEXT, FOR_RUNS, FIELD(out), "DIR",
      "write result files there; the folder is made" },
    { "neurons", 0, KIND_TEXT, FOR_CHOICES, FIELD(neurons), "FILE",
      "only those of a table, as ttest.csv's significant" },
    { "out", 'o', KIND_TEXT, FOR_STEPS, FIELD(out), "FILE", "write there, not to stdout" },
    { "format", 0, KIND_FORMAT, FOR_RUN, FIELD(formats), "F", "csv, npy or both" },
    { "format", 0, KIND_FORMAT, FOR_CHOICES, FIELD(formats), "NAME",
      "csv or npy (csv; npy where FILE ends in .npy)" },
    { "force", 0, KIND_FLAG, FOR_RUNS, FIELD(force), NULL, "write over results" },
    { "plot", 0, KIND_FLAG, FOR_RUN, FIELD(plot), NULL, "print every plot" },
    { "color", 0, KIND_COLOR, FOR_RUN, FIELD(color), "WHEN", "auto/always/never" },
    { "ascii", 0, KIND_FLAG, FOR_RUN, FIELD(ascii), NULL, "plots in ASCII" },
    { "threads", 0, KIND_THREADS, FOR_RUNS | FOR_TTEST | FOR_CHOICES | FOR_KMEANS,
      FIELD(params.threads), "N", "processors (all)" },
    { "ids", 0, KIND_FLAG, FOR_TOKENIZE, FIELD(ids), NULL, "token ids alone, a line a text" },
    { "help", 'h', KIND_FLAG, FOR_ALL, FIELD(help), NULL, "this help" },
    { "version", 'V', KIND_FLAG, FOR_ALL, FIELD(version), NULL, "the version" },
};

#define ACTIVATIONS_HELP                                                                           \
    "FILE: CSV as run writes it, any CSV of numbers with a header, or .npy of shape\n"             \
    "[sentences, neurons]; - or nothing: standard input.\n"
#define POINTS_HELP                                                                                \
    "FILE: CSV with columns x and y, as tsne writes it, or .npy of shape [n, 2];\n"                \
    "- or nothing: standard input. All its columns are kept.\n"

enum { N_OWN = sizeof own / sizeof *own, MAX_OPTIONS = 64 };

static const struct {
    const char *name;
    const char *arguments;
    const char *help;
    const char *more;            /* what --help says below that, or NULL */
    size_t least_words, n_words; /* how many words it takes beside options */
    const char *no_words;        /* what to do when they are too few */
} commands[N_COMMANDS] = {
    [COMMAND_NONE] = { NULL, "[COMMAND] [OPTIONS]",
                       "Do the neurons that tell two kinds of sentences apart form clusters?", NULL,
                       0, 0, NULL },
    [COMMAND_RUN] = { "run", "[OPTIONS]",
                      "The whole analysis: report on stdout, result files under --out.", NULL, 0, 0,
                      NULL },
    [COMMAND_RERUN] = { "rerun", "[OPTIONS] MANIFEST",
                        "A run once more: is everything as its manifest.json says?",
                        "Tells which figures differ; status 1 when something does. Options say "
                        "where\nmodel and sentences lie now, if not where they were.\n",
                        1, 1, "no manifest; name the manifest.json of a run" },
    [COMMAND_TTEST] = { "ttest", "[OPTIONS] [FILE]",
                        "The t-test of every neuron: ttest.csv from activations.", ACTIVATIONS_HELP,
                        0, 1, NULL },
    [COMMAND_TSNE] = { "tsne", "[OPTIONS] [FILE]",
                       "t-SNE of the neurons: tsne.csv from activations.",
                       "Neurons are the points, sentences the features.\n" ACTIVATIONS_HELP, 0, 1,
                       NULL },
    [COMMAND_DBSCAN] = { "dbscan", "[OPTIONS] [FILE]",
                         "DBSCAN of points in the plane: adds the column dbscan.", POINTS_HELP, 0,
                         1, NULL },
    [COMMAND_KMEANS] = { "kmeans", "[OPTIONS] [FILE]",
                         "k-means of points in the plane: adds the column kmeans.", POINTS_HELP, 0,
                         1, NULL },
    [COMMAND_COSINE] = { "cosine", "[OPTIONS] [FILE]",
                         "Cosines between neurons: cosine.csv from activations.",
                         "With --neurons, sorted by its column dbscan, or else "
                         "kmeans.\n" ACTIVATIONS_HELP,
                         0, 1, NULL },
    [COMMAND_HOOKS] = { "hooks", "[--model M]", "Every hook point of a model, with its width.",
                        NULL, 0, 0, NULL },
    [COMMAND_TOKENIZE] = { "tokenize", "[--model M] [--ids] TEXT...",
                           "Token ids with their pieces; - takes each line of stdin as a text.",
                           NULL, 1, SIZE_MAX, "no text; give texts, or - for standard input" },
    [COMMAND_MODELS] = { "models", "",
                         "The models in Hugging Face's cache, and why one is of no use.", NULL, 0,
                         0, NULL },
    [COMMAND_FETCH] = { "fetch", "NAME[@REVISION]",
                        "A model from the Hugging Face hub into that cache.",
                        "Prints the model's folder. What was cut off is taken up again.\n", 1, 1,
                        "no name; give one, as openai-community/gpt2" },
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
    for (size_t k = 0; k < sizeof shared / sizeof *shared; k++)
        if (strcmp(settings[i].name, shared[k].name) == 0)
            return shared[k].commands;
    return FOR_RUN;
}

/* The first row of its name: what getopt_long knows it by. */
static size_t first_of_name(size_t i)
{
    size_t first = 0;

    while (strcmp(option_name(first), option_name(i)) != 0)
        first++;
    return first;
}

static bool is_option_of(size_t i, enum command command)
{
    for (size_t k = i; k < n_options(); k++)
        if (first_of_name(k) == i && (option_commands(k) & 1 << command) != 0)
            return true;
    return false;
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
    case KIND_FORMAT:
        if (!formats_parse(text, field))
            return ct_fail(err, CT_EINVAL,
                           "--format: '%.80s' will not do; give csv/npy/both/safetensors", text);
        return CT_OK;
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
    size_t n = 0;

    *at++ = '-'; /* words that are no options in their places, POSIXLY_CORRECT or not */
    *at++ = ':'; /* tell a missing argument from an unknown option */
    for (size_t i = 0; i < n_options(); i++) {
        const bool takes = option_argument(i) != NULL;
        if (first_of_name(i) != i)
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
    char names[160] = "";
    size_t used = 0;

    for (size_t c = 1; c < N_COMMANDS; c++) {
        if (strcmp(commands[c].name, word) == 0) {
            *command = (enum command)c;
            return CT_OK;
        }
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
                                 c == 1               ? ""
                                 : c + 1 < N_COMMANDS ? ", "
                                                      : " and ",
                                 commands[c].name);
    }
    return ct_fail(err, CT_EINVAL, "%.80s: no such command; there are %s", word, names);
}

/* A word that is no option: the command, then texts. */
static enum ct_status take_word(struct options *options, char *word, struct ct_error *err)
{
    if (options->command == COMMAND_NONE)
        return find_command(word, &options->command, err);
    options->texts[options->n_texts++] = word;
    return CT_OK;
}

static enum ct_status check_together(const struct options *options, struct ct_error *err)
{
    const struct params *const p = &options->params;

    if (p->activations != NULL && p->n_hooks > 0)
        return ct_fail(err, CT_EINVAL,
                       "--hook: the file of --activations has its neurons; leave out one of them");
    if (p->activations == NULL && p->groups != NULL && options->command == COMMAND_RUN)
        return ct_fail(err, CT_EINVAL, "--groups: nothing to go with; name a file of activations");
    if (options_take_file(options->command) && options->formats != 0 &&
        options->formats != FORMAT_CSV && options->formats != FORMAT_NPY)
        return ct_fail(err, CT_EINVAL, "--format: %s writes one file; give csv or npy",
                       commands[options->command].name);
    return CT_OK;
}

/* Words and options that the command does not take are mistakes, even where they would do no harm.
 */
static enum ct_status check_command(const struct options *options, const bool *given,
                                    struct ct_error *err)
{
    const char *const name = commands[options->command].name;

    if (options->command == COMMAND_NONE || options->help || options->version)
        return CT_OK;
    const size_t n_words = commands[options->command].n_words;
    if (options->n_texts > n_words)
        return ct_fail(err, CT_EINVAL, "%.80s: %s takes %s; see circuittui %s --help",
                       options->texts[n_words], name,
                       n_words == 0                        ? "options alone"
                       : options->command == COMMAND_FETCH ? "one name"
                                                           : "one file",
                       name);
    if (options->n_texts < commands[options->command].least_words)
        return ct_fail(err, CT_EINVAL, "%s: %s", name, commands[options->command].no_words);
    for (size_t i = 0; i < n_options(); i++)
        if (given[i] && !is_option_of(i, options->command))
            return ct_fail(err, CT_EINVAL, "--%s: not an option of %s; see circuittui %s --help",
                           option_name(i), name, name);
    return check_together(options, err);
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

bool options_take_file(enum command command)
{
    return commands[command].n_words == 1 && commands[command].least_words == 0;
}

void options_clear(struct options *options)
{
    params_clear(&options->params);
    free(options->out);
    free(options->neurons);
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
    const char *const name = command != COMMAND_NONE ? commands[command].name : "";
    const char *const arguments = commands[command].arguments;

    fprintf(out, "Usage: circuittui%s%s%s%s\n%s\n", *name != '\0' ? " " : "", name,
            *arguments != '\0' ? " " : "", arguments, commands[command].help);
    if (commands[command].more != NULL)
        fputs(commands[command].more, out);
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
