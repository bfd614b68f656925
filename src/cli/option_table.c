#include "config.h"
#include "cli/option_table.h"

#include <stdint.h>
#include <string.h>

#include "io/number.h"
#include "pipeline/stages.h"
#include "report/tables.h"

enum kind { KIND_FLAG, KIND_TEXT, KIND_FORMAT, KIND_COLOR, KIND_THREADS };

#define FIELD(member) offsetof(struct options, member)

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
    { "out", 'o', KIND_TEXT, FOR_RUNS, FIELD(out), "DIR", "result files there" },
    { "neurons", 0, KIND_TEXT, FOR_CHOICES, FIELD(neurons), "FILE",
      "only those of a table, as ttest.csv's significant" },
    { "out", 'o', KIND_TEXT, FOR_STEPS, FIELD(out), "FILE", "write there, not to stdout" },
    { "format", 0, KIND_FORMAT, FOR_RUN, FIELD(formats), "F", "csv, npy or both" },
    { "format", 0, KIND_FORMAT, FOR_CHOICES, FIELD(formats), "NAME",
      "csv or npy (csv; npy where FILE ends in .npy)" },
    { "force", 0, KIND_FLAG, FOR_RUNS, FIELD(force), NULL, "write over results" },
    { "figures", 0, KIND_TEXT, FOR_RUNS, FIELD(figures), "DIR", "plots in SVG, PNG" },
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

enum { N_OWN = sizeof own / sizeof *own };

const struct command_info commands[N_COMMANDS] = {
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
    [COMMAND_CONFIG] = { "config", "[OPTIONS]", "The settings in force, and where each comes from.",
                         NULL, 0, 0, NULL },
};

/* ---- one numbering for both tables: settings first ---- */

/* The row of an option that is not a parameter; NULL: it is one. */
static const struct own *own_row(size_t i)
{
    size_t n_settings = 0;

    while (setting_at(n_settings) != NULL)
        n_settings++;
    return i < n_settings ? NULL : &own[i - n_settings];
}

size_t option_count(void)
{
    size_t n = N_OWN;

    for (size_t i = 0; setting_at(i) != NULL; i++)
        n++;
    return n;
}

const char *option_name(size_t i)
{
    return own_row(i) != NULL ? own_row(i)->name : setting_at(i)->name;
}

char option_letter(size_t i)
{
    return own_row(i) != NULL ? own_row(i)->letter : setting_at(i)->letter;
}

const char *option_argument(size_t i)
{
    return own_row(i) != NULL ? own_row(i)->argument : setting_at(i)->argument;
}

/* ` (0.05)`: what holds when it is not given. Flags are off, and a path may be described in help.
 */
static void add_default(const struct setting *setting, char *out, size_t size)
{
    const size_t used = strlen(out);
    struct params defaults;
    char value[80];

    params_init(&defaults);
    setting->kind->format(setting, &defaults, value, sizeof value);
    params_clear(&defaults);
    if (value[0] != '\0' && setting->argument != NULL)
        snprintf(out + used, size - used, " (%s)", value);
}

/* `: student, welch or paired` */
static void add_choices(const struct setting *setting, char *out, size_t size)
{
    const char *name;

    for (size_t i = 0; setting->choice != NULL && (name = setting->choice(i)) != NULL; i++) {
        const size_t used = strlen(out);
        snprintf(out + used, size - used, "%s%s",
                 i == 0                           ? ": "
                 : setting->choice(i + 1) == NULL ? " or "
                                                  : ", ",
                 name);
    }
}

void option_help(size_t i, char *out, size_t size)
{
    if (own_row(i) != NULL) {
        snprintf(out, size, "%s", own_row(i)->help);
        return;
    }
    snprintf(out, size, "%s", setting_at(i)->help);
    add_choices(setting_at(i), out, size);
    add_default(setting_at(i), out, size);
}

static int option_commands(size_t i)
{
    return own_row(i) != NULL ? own_row(i)->commands : setting_at(i)->commands;
}

/* The first row of its name: what getopt_long knows it by. */
size_t option_first(size_t i)
{
    size_t first = 0;

    while (strcmp(option_name(first), option_name(i)) != 0)
        first++;
    return first;
}

bool option_row_is_of(size_t i, enum command command)
{
    if (command == COMMAND_CONFIG) /* it tells those of run */
        command = COMMAND_RUN;
    return (option_commands(i) & 1 << command) != 0;
}

bool option_is_of(size_t i, enum command command)
{
    for (size_t k = i; k < option_count(); k++)
        if (option_first(k) == i && option_row_is_of(k, command))
            return true;
    return false;
}

/* ---- values ---- */

static const char *const colors[] = { "auto", "always", "never", NULL };
static const char *const formats[] = { "csv", "npy", "both", "safetensors", NULL };
static const char *const formats_of_one[] = { "csv", "npy", NULL };

static const char *choice_among(const char *const *names, size_t k)
{
    size_t n = 0;

    while (names[n] != NULL)
        n++;
    return k < n ? names[k] : NULL;
}

const char *option_choice(size_t i, size_t k)
{
    const struct own *const row = own_row(i);

    if (row == NULL)
        return setting_at(i)->choice != NULL ? setting_at(i)->choice(k) : NULL;
    if (row->kind == KIND_COLOR)
        return choice_among(colors, k);
    if (row->kind != KIND_FORMAT)
        return NULL;
    return choice_among(option_row_is_of(i, COMMAND_RUN) ? formats : formats_of_one, k);
}

static enum ct_status parse_color(const char *text, enum color_choice *color, struct ct_error *err)
{
    for (size_t i = 0; colors[i] != NULL; i++)
        if (strcmp(colors[i], text) == 0) {
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

/* A flag that is given without a value is on. */
static enum ct_status parse_flag(size_t i, const char *text, bool *flag, struct ct_error *err)
{
    if (text != NULL && strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
        return ct_fail(err, CT_EINVAL, "--%s: '%.80s' will not do; give yes or no", option_name(i),
                       text);
    *flag = text == NULL || strcmp(text, "yes") == 0;
    return CT_OK;
}

enum ct_status option_set(size_t i, const char *text, struct options *options, struct ct_error *err)
{
    const struct own *const row = own_row(i);

    if (row == NULL)
        return setting_at(i)->kind->parse(setting_at(i), &options->params, text, err);
    void *const field = (char *)options + row->field;
    switch (row->kind) {
    case KIND_FLAG:
        return parse_flag(i, text, field, err);
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

void option_format(size_t i, const struct options *options, char *out, size_t size)
{
    const struct own *const row = own_row(i);
    char names[FORMATS_SIZE];

    out[0] = '\0';
    if (row == NULL) {
        setting_at(i)->kind->format(setting_at(i), &options->params, out, size);
        return;
    }
    const void *const field = (const char *)options + row->field;
    switch (row->kind) {
    case KIND_FLAG:
        snprintf(out, size, "%s", *(const bool *)field ? "yes" : "no");
        break;
    case KIND_TEXT:
        if (*(char *const *)field != NULL)
            snprintf(out, size, "%s", *(char *const *)field);
        break;
    case KIND_FORMAT:
        formats_text(*(const unsigned *)field, names);
        snprintf(out, size, "%s", names);
        break;
    case KIND_COLOR:
        snprintf(out, size, "%s", colors[*(const enum color_choice *)field]);
        break;
    case KIND_THREADS:
        if (*(const int *)field > 0)
            snprintf(out, size, "%d", *(const int *)field);
        break;
    }
}

bool options_take_file(enum command command)
{
    return commands[command].n_words == 1 && commands[command].least_words == 0;
}
