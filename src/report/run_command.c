#include "config.h"
#include "report/run_command.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/setting.h"
#include "pipeline/stages.h"
#include "report/shell_word.h"

struct line { /* of words */
    FILE *out;
    bool is_short; /* of memory */
};

static void put_option(struct line *line, const char *name, const char *value)
{
    char *const word = shell_word(value);

    line->is_short = line->is_short || word == NULL;
    fprintf(line->out, " --%s %s", name, word != NULL ? word : "");
    free(word);
}

/* Lists are written without format(), which truncates to a line. */
static void put_setting(struct line *line, const struct setting *setting,
                        const struct params *params, const struct params *defaults)
{
    enum { VALUE = 8192 };
    char value[VALUE];
    char initial[VALUE];

    if (setting->kind == &kind_names) {
        for (size_t i = 0; i < params->n_hooks; i++)
            put_option(line, setting->name, params->hooks[i]);
        return;
    }
    setting->kind->format(setting, params, value, sizeof value);
    setting->kind->format(setting, defaults, initial, sizeof initial);
    if (strcmp(value, initial) == 0)
        return;
    if (setting->kind == &kind_flag)
        fprintf(line->out, " --%s", setting->name);
    else
        put_option(line, setting->name, value);
}

enum ct_status run_command_with(const struct params *params, const char *chosen, char **out,
                                struct ct_error *err)
{
    struct params defaults;
    const struct setting *setting;
    char *text = NULL;
    size_t size = 0;
    struct line line = { open_memstream(&text, &size), false };

    if (line.out == NULL)
        return ct_fail_nomem(err, "command", 0);
    params_init(&defaults);
    fputs("circuittui run", line.out);
    for (size_t i = 0; (setting = setting_at(i)) != NULL; i++)
        if (strcmp(setting->name, "swap") != 0 && strcmp(setting->name, "chosen") != 0)
            put_setting(&line, setting, params, &defaults);
    params_clear(&defaults);
    fputs(" --swap", line.out);
    if (*chosen != '\0')
        put_option(&line, "chosen", chosen);
    if (!ct_close_memstream(line.out, &text) || line.is_short) {
        free(text);
        return ct_fail_nomem(err, "command", 0);
    }
    *out = text;
    return CT_OK;
}

size_t run_command_option(const char *const *words, size_t i, const char *name)
{
    const size_t n = strcspn(words[i], "=");

    if (n < 3 || strncmp(words[i], name, n) != 0)
        return 0;
    return words[i][n] == '=' ? 1 : 2;
}
