#include "config.h"
#include "cli/option_table.h"

#include <stdint.h>
#include <string.h>

#include "io/number.h"
#include "pipeline/stages.h"
#include "report/tables.h"

enum kind { KIND_FLAG, KIND_TEXT, KIND_FORMAT, KIND_COLOR, KIND_THREADS, KIND_TASK, KIND_COUNT };

#define FIELD(member) offsetof(struct options, member)

/*
 * Options that are not parameters of the analysis; those are in the table of settings. A name in
 * two rows is one option, described differently for different commands.
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
    { "per-layer", 0, KIND_FLAG, FOR_RUN, FIELD(per_layer), NULL, "each hook alone" },
    { "shard", 0, KIND_TASK, FOR_RUN, FIELD(task), "I/N", "be task I of N" },
    { "unit", 0, KIND_COUNT, FOR_RUN, FIELD(unit), "N", "sentences a unit" },
    { "slurm", 0, KIND_COUNT, FOR_PLAN, FIELD(slurm), "N", "scripts for N tasks" },
    { "out", 'o', KIND_TEXT, FOR_RUNS | FOR_PLAN, FIELD(out), "DIR", "result folder" },
    { "neurons", 0, KIND_TEXT, FOR_CHOICES, FIELD(neurons), "FILE",
      "only those in a table, such as ttest.csv" },
    { "out", 'o', KIND_TEXT, FOR_STEPS, FIELD(out), "FILE", "write to FILE, not to stdout" },
    { "format", 0, KIND_FORMAT, FOR_RUN, FIELD(formats), "F", "csv, npy or both" },
    { "format", 0, KIND_FORMAT, FOR_CHOICES, FIELD(formats), "NAME",
      "csv or npy (csv; npy if FILE ends in .npy)" },
    { "force", 0, KIND_FLAG, FOR_RUNS | FOR_MERGE, FIELD(force), NULL, "overwrite results" },
    { "figures", 0, KIND_TEXT, FOR_RUNS | FOR_MERGE, FIELD(figures), "DIR", "plots in SVG, PNG" },
    { "plot", 0, KIND_FLAG, FOR_RUN | FOR_MERGE, FIELD(plot), NULL, "print every plot" },
    { "screenshot", 0, KIND_TEXT, FOR_UI | FOR_WATCH, FIELD(screenshot), "FILE", "the UI as SVG" },
    { "color", 0, KIND_COLOR, FOR_RUN | FOR_MERGE | FOR_WATCH, FIELD(color), "WHEN",
      "auto/always/never" },
    { "ascii", 0, KIND_FLAG, FOR_RUN | FOR_MERGE | FOR_WATCH, FIELD(ascii), NULL,
      "plots in ASCII" },
    { "threads", 0, KIND_THREADS,
      FOR_RUNS | FOR_MERGE | FOR_PLAN | FOR_WATCH | FOR_TTEST | FOR_CHOICES | FOR_KMEANS,
      FIELD(params.threads), "N", "processors (all)" },
    { "ids", 0, KIND_FLAG, FOR_TOKENIZE, FIELD(ids), NULL, "token ids only, one text per line" },
    { "yes", 0, KIND_FLAG, FOR_FETCH, FIELD(yes), NULL, "do not ask, however large it is" },
    { "remove", 0, KIND_FLAG, FOR_SESSIONS, FIELD(remove), NULL, "remove the sessions named" },
    { "help", 'h', KIND_FLAG, FOR_ALL, FIELD(help), NULL, "this help" },
    { "version", 'V', KIND_FLAG, FOR_ALL, FIELD(version), NULL, "the version" },
};

#define ACTIVATIONS_HELP                                                                           \
    "FILE: CSV as written by run, any CSV of numbers (see --header), or .npy of shape\n"           \
    "[sentences, neurons]; - or no FILE: standard input.\n"
#define POINTS_HELP                                                                                \
    "FILE: CSV with columns x and y, as written by tsne, or .npy of shape [n, 2];\n"               \
    "- or no FILE: standard input. All columns are kept.\n"

enum { N_OWN = sizeof own / sizeof *own };

const struct command_info commands[N_COMMANDS] = {
    [COMMAND_NONE] = { NULL, "[COMMAND] [OPTIONS]",
                       "Do the neurons that distinguish two kinds of sentences form clusters?",
                       NULL, 0, 0, NULL },
    [COMMAND_RUN] = { "run", "[OPTIONS]",
                      "Run the whole analysis: report on stdout, result files in --out.", NULL, 0,
                      0, NULL },
    [COMMAND_RERUN] = { "rerun", "[OPTIONS] MANIFEST",
                        "Repeat a run and compare the results with its manifest.json.",
                        "Reports which numbers differ; exit status 1 if any does. Use the options "
                        "if "
                        "the\nmodel or the sentences have moved.\n",
                        1, 1, "no manifest; name the manifest.json of a run" },
    [COMMAND_MERGE] = { "merge", "[OPTIONS] DIR",
                        "Analyse what the tasks of run --shard have computed in DIR.",
                        "Writes the files that one run without tasks would write.\n", 1, 1,
                        "no folder; name the --out of the tasks" },
    [COMMAND_PLAN] = { "plan", "[OPTIONS]",
                       "Print what a run shared out among tasks takes, and how long.",
                       "Takes the options of run; computes part of a unit to measure. With "
                       "--slurm,\n"
                       "writes two scripts for sbatch into --out, and submits nothing.\n",
                       0, 0, NULL },
    [COMMAND_WATCH] = { "watch", "[OPTIONS] DIR",
                        "Open the user interface on what tasks compute in DIR.",
                        "Shows which units are there, and goes on to the results when all are.\n",
                        1, 1, "no folder; name the --out of the tasks" },
    [COMMAND_TTEST] = { "ttest", "[OPTIONS] [FILE]",
                        "Test every neuron: ttest.csv from activations.", ACTIVATIONS_HELP, 0, 1,
                        NULL },
    [COMMAND_TSNE] = { "tsne", "[OPTIONS] [FILE]",
                       "Embed the neurons with t-SNE: tsne.csv from activations.",
                       "Neurons are the points, sentences the features.\n" ACTIVATIONS_HELP, 0, 1,
                       NULL },
    [COMMAND_DBSCAN] = { "dbscan", "[OPTIONS] [FILE]",
                         "Cluster points in the plane with DBSCAN: adds a column dbscan.",
                         POINTS_HELP, 0, 1, NULL },
    [COMMAND_KMEANS] = { "kmeans", "[OPTIONS] [FILE]",
                         "Cluster points in the plane with k-means: adds a column kmeans.",
                         POINTS_HELP, 0, 1, NULL },
    [COMMAND_COSINE] = { "cosine", "[OPTIONS] [FILE]",
                         "Compute cosine similarities: cosine.csv from activations.",
                         "With --neurons, sorted by its column dbscan or "
                         "kmeans.\n" ACTIVATIONS_HELP,
                         0, 1, NULL },
    [COMMAND_HOOKS] = { "hooks", "[--model M]", "List every hook point of a model with its width.",
                        NULL, 0, 0, NULL },
    [COMMAND_TOKENIZE] = { "tokenize", "[--model M] [--ids] TEXT...",
                           "Print token ids and their pieces (- reads texts from stdin).", NULL, 1,
                           SIZE_MAX, "no text; give texts, or - for standard input" },
    [COMMAND_MODELS] = { "models", "",
                         "List the models in the Hugging Face cache, and why one is unusable.",
                         NULL, 0, 0, NULL },
    [COMMAND_FETCH] = { "fetch", "[--yes] NAME[@REVISION]",
                        "Download a model from the Hugging Face hub into that cache.",
                        "Prints the model's folder. Interrupted downloads are resumed.\n", 1, 1,
                        "no name; give one, such as openai-community/gpt2" },
    [COMMAND_CONFIG] = { "config", "[OPTIONS]",
                         "Print the settings in effect, and where each comes from.", NULL, 0, 0,
                         NULL },
    [COMMAND_SESSIONS] = { "sessions", "[--remove NAME...]",
                           "List interrupted sessions of the user interface, or remove some.", NULL,
                           0, SIZE_MAX, NULL },
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

static int option_commands(size_t i)
{
    return own_row(i) != NULL ? own_row(i)->commands : setting_at(i)->commands;
}

bool option_is_rare(size_t i, enum command command)
{
    if (command == COMMAND_PLAN && (option_commands(i) & FOR_PLAN) == 0)
        return true; /* those of run are in its help */
    if (own_row(i) != NULL)
        return own_row(i)->letter == 'V' && command != COMMAND_NONE;
    return setting_at(i)->is_rare;
}

char option_letter(size_t i)
{
    return own_row(i) != NULL ? own_row(i)->letter : setting_at(i)->letter;
}

const char *option_argument(size_t i)
{
    return own_row(i) != NULL ? own_row(i)->argument : setting_at(i)->argument;
}

/* ` (0.05)`: the default. Flags are off by default, and that of a path is described in its help. */
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

/* `: student, welch or paired`; without the colon where nothing precedes. */
static void add_choices(const struct setting *setting, char *out, size_t size)
{
    const char *name;

    for (size_t i = 0; setting->choice != NULL && (name = setting->choice(i)) != NULL; i++) {
        const size_t used = strlen(out);
        snprintf(out + used, size - used, "%s%s",
                 i == 0                           ? (used > 0 ? ": " : "")
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

/* The first row with its name, which getopt_long uses. */
size_t option_first(size_t i)
{
    size_t first = 0;

    while (strcmp(option_name(first), option_name(i)) != 0)
        first++;
    return first;
}

bool option_row_is_of(size_t i, enum command command)
{
    const bool is_runs = command == COMMAND_CONFIG || command == COMMAND_PLAN; /* takes run's too */
    const int set = 1 << command | (is_runs ? FOR_RUN : 0);

    return (option_commands(i) & set) != 0;
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
    return ct_fail(err, CT_EINVAL, "--color: invalid value '%.80s'; expected auto/always/never",
                   text);
}

static enum ct_status parse_threads(const char *text, int *threads, struct ct_error *err)
{
    enum { MOST = 4096 };
    size_t n;

    if (!number_parse_size(text, strlen(text), &n) || n == 0)
        return ct_fail(err, CT_EINVAL,
                       "--threads: invalid value '%.80s'; expected an integer of 1 or more", text);
    *threads = (int)(n < MOST ? n : MOST);
    return CT_OK;
}

static enum ct_status parse_count(size_t i, const char *text, size_t *count, struct ct_error *err)
{
    if (number_parse_size(text, strlen(text), count) && *count > 0)
        return CT_OK;
    return ct_fail(err, CT_EINVAL, "--%s: invalid value '%.80s'; expected an integer of 1 or more",
                   option_name(i), text);
}

/* A flag without a value is on. */
static enum ct_status parse_flag(size_t i, const char *text, bool *flag, struct ct_error *err)
{
    if (text != NULL && strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
        return ct_fail(err, CT_EINVAL, "--%s: invalid value '%.80s'; expected yes or no",
                       option_name(i), text);
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
            return ct_fail(err, CT_EINVAL, "--%s: the value is empty; expected a path",
                           option_name(i));
        return params_set(field, text, err);
    case KIND_FORMAT:
        if (!formats_parse(text, field))
            return ct_fail(err, CT_EINVAL,
                           "--format: invalid value '%.80s'; expected csv/npy/both/safetensors",
                           text);
        return CT_OK;
    case KIND_COLOR:
        return parse_color(text, field, err);
    case KIND_THREADS:
        return parse_threads(text, field, err);
    case KIND_TASK:
        return task_parse(text, field, err);
    case KIND_COUNT:
        return parse_count(i, text, field, err);
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
    case KIND_TASK:
        if (((const struct task *)field)->n > 0)
            snprintf(out, size, "%zu/%zu", ((const struct task *)field)->index + 1,
                     ((const struct task *)field)->n);
        break;
    case KIND_COUNT:
        if (*(const size_t *)field > 0)
            snprintf(out, size, "%zu", *(const size_t *)field);
        break;
    }
}

bool options_take_file(enum command command)
{
    return commands[command].n_words == 1 && commands[command].least_words == 0;
}
