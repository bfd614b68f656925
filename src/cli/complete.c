#include "config.h"
#include "cli/complete.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/option_table.h"
#include "cli/paths.h"
#include "hub/cache.h"
#include "hub/list.h"
#include "model/model.h"
#include "model/hooks.h"

struct place {            /* what the words before mean for the last one */
    enum command command; /* COMMAND_NONE: none yet */
    size_t option;        /* whose value it is; option_count(): none */
    bool only_texts;      /* after -- */
    const char *model;    /* of --model; NULL: not given */
    const char *word;     /* the prefix to be completed */
    const char *prefix;   /* the part before it in the same word, `--test=` */
    int prefix_size;
    FILE *out;
};

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void offer(const struct place *p, const char *word, const char *description)
{
    if (begins(word, p->word))
        fprintf(p->out, "%.*s%s%s%s\n", p->prefix_size, p->prefix, word,
                description != NULL ? "\t" : "", description != NULL ? description : "");
}

/* ---- parsing the words before ---- */

/* Completions for the user interface are those of run. */
static enum command command_at(const struct place *p)
{
    return p->command == COMMAND_NONE ? COMMAND_RUN : p->command;
}

/* The option of that name (size bytes) for the command. */
static size_t find_long(const struct place *p, const char *name, size_t size)
{
    for (size_t i = 0; i < option_count(); i++)
        if (strlen(option_name(i)) == size && memcmp(option_name(i), name, size) == 0 &&
            option_row_is_of(i, command_at(p)))
            return i;
    return option_count();
}

/* A letter may be followed by its value; then the word is complete. */
static size_t find_letter(const struct place *p, const char *word)
{
    for (size_t i = 0; i < option_count(); i++)
        if (option_letter(i) != 0 && option_letter(i) == word[1] && word[2] == '\0' &&
            option_row_is_of(i, command_at(p)))
            return i;
    return option_count();
}

static void take_value(struct place *p, size_t option, const char *value)
{
    if (option < option_count() && strcmp(option_name(option), "model") == 0)
        p->model = value;
}

static void take_option(struct place *p, const char *word)
{
    const size_t size = strcspn(word, "=");
    const size_t i = word[1] == '-' ? find_long(p, word + 2, size - 2) : find_letter(p, word);

    if (word[size] == '=')
        take_value(p, i, word + size + 1);
    else if (i < option_count() && option_argument(i) != NULL)
        p->option = i;
}

static void take_word(struct place *p, const char *word)
{
    if (p->option < option_count()) {
        if (strcmp(word, "=") == 0) /* between the two */
            return;
        take_value(p, p->option, word);
        p->option = option_count();
        return;
    }
    if (p->only_texts || word[0] != '-' || word[1] == '\0') {
        for (size_t c = 1; p->command == COMMAND_NONE && c < N_COMMANDS; c++)
            if (strcmp(commands[c].name, word) == 0)
                p->command = (enum command)c;
        return;
    }
    if (strcmp(word, "--") == 0)
        p->only_texts = true;
    else
        take_option(p, word);
}

/* ---- candidates for the last one ---- */

static void offer_models(const struct place *p)
{
    const struct hub_env env = paths_hub();
    struct hub_model *models = NULL;
    char *root = NULL;
    size_t n = 0;

    if (hub_cache_root(&env, &root, NULL) == CT_OK)
        (void)hub_cache_list(root, &models, &n, NULL);
    for (size_t i = 0; i < n; i++) {
        const struct hub_model *const m = &models[i];
        const bool is_main = strcmp(m->revision, "main") == 0;
        char word[2 * HUB_NAME_SIZE];
        char about[80];
        if (m->problem != NULL)
            continue;
        snprintf(word, sizeof word, "%s%s%s", m->name, is_main ? "" : "@",
                 is_main ? "" : m->revision);
        snprintf(about, sizeof about, "%zu layers of width %zu", m->n_layers, m->hidden_size);
        if (hub_is_name(word)) /* others may write to the cache, and the word goes into a shell */
            offer(p, word, about);
    }
    hub_models_free(models, n);
    free(root);
}

static void offer_hooks(const struct place *p)
{
    const struct hub_env env = paths_hub();
    struct model_config config;
    struct hook_point *hooks = NULL;
    char path[PATH_MAX];
    char *folder = NULL;
    size_t n = 0;
    enum ct_status status;

    if (p->model != NULL)
        status = hub_model_folder(&env, p->model, 0, &folder, NULL);
    else
        status = paths_demo(&folder, NULL);
    if (status == CT_OK &&
        (size_t)snprintf(path, sizeof path, "%s/config.json", folder) < sizeof path &&
        model_config_load(path, &config, NULL) == CT_OK)
        (void)hooks_list(&config, &hooks, &n, NULL);
    for (size_t i = 0; i < n; i++)
        offer(p, hooks[i].name, NULL);
    free(hooks);
    free(folder);
}

static void offer_files(const struct place *p, const char *argument)
{
    if (strncmp(argument, "DIR", 3) == 0)
        fputs(":folders\n", p->out);
    else if (strcmp(argument, "FILE") == 0)
        fputs(":files\n", p->out);
}

static void offer_values(const struct place *p)
{
    for (size_t k = 0; option_choice(p->option, k) != NULL; k++)
        offer(p, option_choice(p->option, k), NULL);
    if (strcmp(option_name(p->option), "model") == 0)
        offer_models(p);
    if (strcmp(option_name(p->option), "hook") == 0)
        offer_hooks(p);
    offer_files(p, option_argument(p->option));
}

static void offer_options(const struct place *p)
{
    for (size_t i = 0; i < option_count(); i++) {
        char word[80];
        char help[OPTION_HELP_SIZE];
        if (!option_row_is_of(i, command_at(p)))
            continue;
        snprintf(word, sizeof word, "--%s", option_name(i));
        option_help(i, help, sizeof help);
        offer(p, word, help);
    }
}

static void offer_words(const struct place *p)
{
    if (p->command == COMMAND_NONE && !p->only_texts)
        for (size_t c = 1; c < N_COMMANDS; c++)
            offer(p, commands[c].name, commands[c].help);
    else if (options_take_file(p->command) || p->command == COMMAND_RERUN)
        offer_files(p, "FILE");
}

void complete_print(const char *const *words, size_t n, FILE *out)
{
    struct place p = { .option = option_count(), .word = "", .prefix = "", .out = out };

    for (size_t i = 0; i + 1 < n; i++)
        take_word(&p, words[i]);
    const char *const last = n > 0 ? words[n - 1] : "";
    const size_t size = strcspn(last, "=");
    const bool is_long = begins(last, "--") && last[size] == '=' && !p.only_texts;

    if (p.option < option_count()) {
        p.word = strcmp(last, "=") == 0 ? "" : last;
    } else if (is_long) {
        p.option = find_long(&p, last + 2, size - 2);
        p.prefix = last;
        p.prefix_size = (int)size + 1;
        p.word = last + size + 1;
    } else {
        p.word = last;
    }
    if (p.option < option_count() && option_argument(p.option) != NULL)
        offer_values(&p);
    else if (last[0] == '-' && !p.only_texts && !is_long)
        offer_options(&p);
    else if (!is_long)
        offer_words(&p);
}
