#include "config.h"
#include "cli/options.h"

#include <string.h>

#include "cli/option_table.h"

/* For 24 rows of 80 columns: two short options share a row. */
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
    char help[OPTION_HELP_SIZE];

    option_help(i, help, sizeof help);
    return help_name(i, name, sizeof name) < HELP_HALF_NAME &&
           HELP_HALF_NAME + strlen(help) <= HELP_HALF;
}

static size_t next_shown(enum command command, size_t i)
{
    while (i < option_count() && (!option_row_is_of(i, command) || option_is_rare(i, command)))
        i++;
    return i;
}

static void help_options(enum command command, FILE *out)
{
    bool is_second = false;
    size_t next;

    for (size_t i = next_shown(command, 0); i < option_count(); i = next) {
        char name[80];
        char help[OPTION_HELP_SIZE];
        option_help(i, help, sizeof help);
        help_name(i, name, sizeof name);
        next = next_shown(command, i + 1);
        const bool is_first =
            !is_second && help_is_short(i) && next < option_count() && help_is_short(next);
        if (is_first)
            fprintf(out, "%-*s%-*s", HELP_HALF_NAME, name, HELP_HALF - HELP_HALF_NAME, help);
        else
            fprintf(out, "%-*s%s\n", is_second ? HELP_HALF_NAME : HELP_NAME, name, help);
        is_second = is_first;
    }
}

/* The single steps share a row. */
static void help_commands(FILE *out)
{
    const char *between = "  ";

    fputs("\nCommands (each with --help):\n", out);
    for (size_t c = 1; c < N_COMMANDS; c++)
        if (!options_take_file((enum command)c))
            fprintf(out, "  %-10s %s\n", commands[c].name, commands[c].help);
    for (size_t c = 1; c < N_COMMANDS; c++)
        if (options_take_file((enum command)c)) {
            fprintf(out, "%s%s", between, commands[c].name);
            between = ", ";
        }
    fputs(": one step alone, from a file\n", out);
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
        help_commands(out);
        fputs("\nWithout a command, the terminal user interface opens, with the options of run.\n"
              "Without --model and --stimuli, the built-in demo is analysed.\n",
              out);
    }
    if (command == COMMAND_NONE)
        fputc('\n', out);
    help_options(command, out);
}
