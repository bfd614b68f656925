#include "config.h"
#include "cli/config_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/option_table.h"
#include "cli/paths.h"
#include "plot/palette.h"

enum { MAX_LINES = 10000, LINE_SIZE = 16384 };

static const char blanks[] = " \t\r\n";

/* ---- location ---- */

enum ct_status config_file_path(char **path, struct ct_error *err)
{
    const char *const set = getenv("CIRCUITTUI_CONFIG");

    *path = NULL;
    if (set != NULL && *set == '\0')
        return CT_OK;
    if (set != NULL)
        *path = strdup(set);
    else if (!paths_xdg("XDG_CONFIG_HOME", "circuittui/config", ".config/circuittui/config", path))
        return CT_OK;
    return *path != NULL ? CT_OK : ct_fail_nomem(err, "config", 0);
}

/* ---- which settings apply ---- */

static bool is_on_command_line(const struct options *options, const char *name)
{
    for (size_t i = 0; i < option_count(); i++)
        if (options->origins[i] == ORIGIN_COMMAND_LINE && strcmp(option_name(i), name) == 0)
            return true;
    return false;
}

/* A choice on the command line overrides defaults that conflict with it. */
static bool is_overridden(const struct options *options, const char *name)
{
    static const struct {
        const char *chosen, *other;
    } pairs[] = {
        { "activations", "hook" },    { "activations", "model" },   { "activations", "tokenizer" },
        { "activations", "stimuli" }, { "activations", "groups" },  { "hook", "activations" },
        { "hook", "groups" },         { "model", "activations" },   { "model", "groups" },
        { "model", "tokenizer" },     { "stimuli", "activations" }, { "stimuli", "groups" },
    };

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(pairs[i].other, name) == 0 && is_on_command_line(options, pairs[i].chosen))
            return true;
    return false;
}

/* The input and output of a step or a repeated run are only set on the command line. */
static bool is_for_command(const char *name, enum command command)
{
    static const char *const places[] = { "groups", "neurons", "out", "format" };

    if (command == COMMAND_RERUN)
        return strcmp(name, "threads") == 0;
    for (size_t i = 0; options_take_file(command) && i < sizeof places / sizeof *places; i++)
        if (strcmp(name, places[i]) == 0)
            return false;
    return true;
}

static bool counts(size_t i, const struct options *options)
{
    /* The user interface has the options of run. */
    const enum command command = options->command == COMMAND_NONE ? COMMAND_RUN : options->command;
    const char *const name = option_name(i);

    return options->origins[i] != ORIGIN_COMMAND_LINE && option_is_of(i, command) &&
           is_for_command(name, command) && !is_overridden(options, name);
}

/* ---- reading ---- */

static char *trim(char *text)
{
    size_t size;

    text += strspn(text, blanks);
    for (size = strlen(text); size > 0 && strchr(blanks, text[size - 1]) != NULL; size--)
        text[size - 1] = '\0';
    return text;
}

/* A comment starts at a `#` at the beginning of the line or after a blank. */
static void cut_comment(char *line)
{
    for (char *at = line; *at != '\0'; at++)
        if (*at == '#' && (at == line || strchr(blanks, at[-1]) != NULL)) {
            *at = '\0';
            return;
        }
}

static size_t find_name(const char *name)
{
    for (size_t i = 0; i < option_count(); i++)
        if (strcmp(option_name(i), name) == 0 && !option_row_is_of(i, COMMAND_NONE))
            return i;
    return option_count();
}

/* Values that do not apply must be valid too. */
static enum ct_status check_value(size_t i, const char *value, struct ct_error *err)
{
    struct options nobody = { .command = COMMAND_NONE };

    params_init(&nobody.params);
    const enum ct_status status = option_set(i, value, &nobody, err);
    options_clear(&nobody);
    return status;
}

static enum ct_status take_key(const char *name, const char *value, int number,
                               struct options *options, struct ct_error *err)
{
    const enum action action = action_find(name);

    if (action == ACTION_NONE)
        return ct_fail(err, CT_EINVAL, "key.%.80s: unknown action; circuittui config lists them",
                       name);
    return keymap_set(&options->keymap, action, value, number, err);
}

static enum ct_status take_color(const char *name, const char *value, int number,
                                 struct options *options, struct ct_error *err)
{
    const ink role = palette_role(name);
    int color;

    if (role == INK_DEFAULT)
        return ct_fail(err, CT_EINVAL, "color.%.80s: unknown role; circuittui config lists them",
                       name);
    if (!palette_color_parse(value, &color))
        return ct_fail(
            err, CT_EINVAL,
            "color.%s: invalid value '%.80s'; expected 0 .. 255, default, or a name such as red, "
            "bright-red, white",
            name, value);
    options->colors[role].color = color;
    options->colors[role].line = number;
    return CT_OK;
}

/* What follows the prefix in name; NULL: name does not begin with it. */
static const char *after_prefix(const char *prefix, const char *name)
{
    const size_t size = strlen(prefix);

    return strncmp(name, prefix, size) == 0 ? name + size : NULL;
}

static enum ct_status take_line(char *line, int number, struct options *options,
                                struct ct_error *err)
{
    cut_comment(line);
    char *const equals = strchr(line, '=');
    if (*trim(line) == '\0')
        return CT_OK;
    if (equals == NULL)
        return ct_fail(err, CT_EINVAL, "%.80s: not a setting; expected NAME = VALUE", trim(line));
    *equals = '\0';
    const char *const name = trim(line);
    const char *const value = trim(equals + 1);
    if (after_prefix("key.", name) != NULL)
        return take_key(after_prefix("key.", name), value, number, options, err);
    if (after_prefix("color.", name) != NULL)
        return take_color(after_prefix("color.", name), value, number, options, err);
    const size_t i = find_name(name);
    if (i == option_count())
        return ct_fail(err, CT_EINVAL, "%.80s: unknown setting; circuittui config lists them",
                       name);
    if (!counts(i, options))
        return check_value(i, value, err);
    options->origins[i] = number;
    return option_set(i, value, options, err);
}

/* Reads a line; the file may be endless, such as a device. False: end of file. A line that is too
 * long, or contains a NUL byte, is not text. */
static bool read_line(FILE *file, char line[LINE_SIZE], bool *is_text)
{
    memset(line, '\n', LINE_SIZE); /* marks the end of what fgets() writes */
    if (fgets(line, LINE_SIZE, file) == NULL)
        return false;
    const char *const end = memchr(line, '\n', LINE_SIZE);
    const size_t size = strlen(line);
    *is_text = end != NULL && (line + size == end + 1 || line + size + 1 == end);
    return true;
}

static enum ct_status read_lines(FILE *file, const char *path, struct options *options,
                                 struct ct_error *err)
{
    char line[LINE_SIZE];
    bool is_text = true;
    int number = 0;
    enum ct_status status = CT_OK;

    while (status == CT_OK && read_line(file, line, &is_text)) {
        number++;
        if (number > MAX_LINES || !is_text)
            status = ct_fail(err, CT_EINVAL, "not a text file; expected a settings file");
        else
            status = take_line(line + (number == 1 ? text_mark_size(line, strlen(line)) : 0),
                               number, options, err);
        if (status != CT_OK)
            ct_error_where(err, status, "%s:%d", path, number);
    }
    if (status == CT_OK && ferror(file))
        status = ct_fail_errno(err, "%s: cannot be read", path);
    return status;
}

enum ct_status config_file_apply(const char *path, struct options *options, struct ct_error *err)
{
    FILE *const file = fopen(path, "re");

    if (file == NULL && (errno == ENOENT || errno == ENOTDIR))
        return CT_OK;
    if (file == NULL)
        return ct_fail_errno(err, "%s: cannot be opened", path);
    enum ct_status status = read_lines(file, path, options, err);
    fclose(file);
    if (status != CT_OK)
        return status;
    status = options_check(options, err);
    return status == CT_OK ? CT_OK : ct_error_where(err, status, "%s", path);
}
