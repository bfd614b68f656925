#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/confined.h"
#include "cli/paths.h"
#include "cli/process.h"
#include "cli/watch.h"
#include "tui/tui.h"

/* What is computed: by others, or as the options say. */
static enum ct_status prepare(struct options *options, struct watched *watched,
                              struct tui_options *ui, struct ct_error *err)
{
    enum ct_status status;

    if (options->command != COMMAND_WATCH) {
        confined_to_files();
        status = commands_defaults(options, err);
    } else { /* squeue opens connections */
        status = watched_find(options, watched, err);
        ui->units = &watched->source;
    }
    ui->out = options->out;
    ui->figures = options->figures;
    ui->per_layer = options->per_layer;
    ui->formats = options->formats;
    return status;
}

static enum ct_status open_ui(struct options *options, int *code, struct ct_error *err)
{
    struct watched watched = { .folder = NULL };
    char *demo = NULL;
    char *const sessions = paths_state();
    struct tui_options ui = {
        .params = &options->params,
        .keymap = &options->keymap,
        .hub = paths_hub(),
        .sessions = sessions,
        .force = options->force,
        .no_color = options->color == COLOR_NEVER,
        .ascii = options->ascii,
    };
    int signal_number = 0;
    enum ct_status status;

    status = prepare(options, &watched, &ui, err);
    *code = 1;
    if (paths_demo(&demo, NULL) == CT_OK)
        ui.demo = demo; /* otherwise it is missing from the list of models */
    if (status == CT_OK && options->screenshot != NULL)
        status = tui_screenshot(&ui, options->screenshot, err);
    else if (status == CT_OK)
        status = tui_run(&ui, &signal_number, err);
    free(demo);
    free(sessions);
    watched_clear(&watched);
    if (status == CT_EINVAL)
        *code = 2; /* the terminal is unusable */
    if (signal_number != 0) {
        signal(signal_number, SIG_DFL);
        raise(signal_number); /* so that the parent sees the signal */
    }
    return status;
}

int main(int argc, char **argv)
{
    return process_begin(argv) ? cli_main(argc, argv, open_ui) : 1;
}
