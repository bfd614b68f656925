#include "config.h"
#include "cli/commands.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/ansi.h"
#include "cli/confined.h"
#include "cli/meter.h"
#include "cli/option_table.h"
#include "cli/paths.h"
#include "cli/prepare.h"
#include "cli/print.h"
#include "cli/run.h"
#include "pipeline/analysis.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stages.h"
#include "report/plots.h"
#include "report/results.h"
#include "report/summary.h"

/* Writes the files of one hook point into its own folder; activations are only in the main
 * folder. */
static enum ct_status write_layer(void *context, struct analysis *layer, struct ct_error *err)
{
    return results_layer(context, layer, err);
}

/* ---- plots on stdout ---- */

enum { PLOT_ROWS = 24, PLOT_COLS = 80, PLOT_COLS_MAX = 160 };

/* Decided by the flag, then NO_COLOR, then the terminal's properties. */
static enum ansi_depth color_depth(enum color_choice choice)
{
    const char *const term = getenv("TERM");
    const char *const colorterm = getenv("COLORTERM");

    if (choice == COLOR_NEVER)
        return ANSI_NONE;
    if (choice == COLOR_AUTO &&
        (paths_is_set("NO_COLOR") || !isatty(STDOUT_FILENO) || term == NULL || *term == '\0' ||
         strcmp(term, "dumb") == 0 || strncmp(term, "vt1", 3) == 0 || strncmp(term, "vt2", 3) == 0))
        return ANSI_NONE;
    if (colorterm != NULL &&
        (strcmp(colorterm, "truecolor") == 0 || strcmp(colorterm, "24bit") == 0))
        return ANSI_TRUE;
    if (term == NULL || strstr(term, "256color") != NULL || choice == COLOR_ALWAYS)
        return ANSI_256;
    return ANSI_16;
}

/* The Linux console has no braille glyphs, whatever its character set. */
static bool is_ascii_only(void)
{
    const char *const term = getenv("TERM");

    return !text_is_utf8_locale() ||
           (isatty(STDOUT_FILENO) && term != NULL && strcmp(term, "linux") == 0);
}

static size_t terminal_cols(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return PLOT_COLS;
    return size.ws_col < PLOT_COLS_MAX ? size.ws_col : PLOT_COLS_MAX;
}

static enum ct_status print_plots(const struct analysis *a, const struct options *options,
                                  struct ct_error *err)
{
    const enum ansi_depth depth = color_depth(options->color);
    const bool ascii = options->ascii || is_ascii_only();
    const struct plot_request everything = { 0 };
    struct canvas canvas = { 0 };
    const struct plot *plot;
    enum ct_status status =
        canvas_init(&canvas, PLOT_ROWS, terminal_cols(), ascii, depth != ANSI_NONE, err);

    for (size_t i = 0; status == CT_OK && (plot = plot_at(i)) != NULL; i++) {
        if (!plot->in_report || analysis_result(a, plot->stage) == NULL || !plot_is_drawn(plot, a))
            continue;
        const struct rect whole = { 0, 0, canvas.rows, canvas.cols };
        canvas_fill(&canvas, whole, ' ', INK_DEFAULT, INK_DEFAULT);
        const struct plot_target target = canvas_target(&canvas, whole);
        plot_draw(plot, a, &target, &everything);
        putchar('\n');
        status = canvas.starved ? ct_fail_nomem(err, "plots", 0)
                                : ansi_write(stdout, &canvas, depth, err);
    }
    canvas_clear(&canvas);
    return status;
}

/* ---- the command ---- */

static enum ct_status compute(struct analysis *a, const struct options *options,
                              struct results *results, struct ct_error *err)
{
    if (!options->per_layer)
        return meter_run(a, goal_of(&a->params), NULL, NULL, err);
    const bool has_files = results->out != NULL || results->figures != NULL;
    const struct stage *const beside = goal_beside_layers(&a->params);
    if (beside != NULL) {
        const enum ct_status status = meter_run(a, beside, NULL, NULL, err);
        if (status != CT_OK)
            return status;
    }
    return meter_run(a, goal_layers, has_files ? write_layer : NULL, results, err);
}

static enum ct_status print_report(const struct analysis *a, const struct options *options,
                                   const struct results *results, struct ct_error *err)
{
    char *text = NULL;
    enum ct_status status = summary_text(a, results, &text, err);

    if (status != CT_OK)
        return status;
    print_text(stdout, text);
    free(text);
    return options->plot ? print_plots(a, options, err) : CT_OK;
}

/* Results are printed even if they cannot be written. */
static enum ct_status write_and_print(const struct analysis *a, const struct options *options,
                                      const char *const *command, size_t n_command,
                                      struct results *results, struct ct_error *err)
{
    const enum ct_status first = results_end(results, a, command, n_command, err);
    struct ct_error *const later = first == CT_OK ? err : NULL;

    if (first != CT_OK)
        results->out = NULL;
    const enum ct_status status = print_report(a, options, results, later);
    return first != CT_OK ? first : status;
}

enum ct_status run_analysis(struct analysis *a, const struct options *options,
                            const char *const *command, size_t n_command, struct ct_error *err)
{
    struct results results = { .out = options->out,
                               .figures = options->figures,
                               .formats = options->formats,
                               .may_replace = options->force };
    enum ct_status status = results_check(&results, err); /* before hours of computing */

    if (status == CT_OK)
        status = results_begin(&results, err);
    if (status == CT_OK)
        confined_to((const char *const[]){ results.out, results.figures }, 2);
    if (status == CT_OK) {
        a->hash_ahead = options->out != NULL || options->figures != NULL;
        status = compute(a, options, &results, err);
    }
    if (status == CT_OK)
        status = write_and_print(a, options, command, n_command, &results, err);
    results_clear(&results);
    return status;
}

/* Becomes the program that divides the run among the processes of MPI, if it is beside this one. */
static void hand_over(const struct options *options)
{
    static const char name[] = "circuittui-mpi";
    char path[PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof name);

    if (n < 1 || options->out == NULL)
        return;
    path[n] = '\0';
    char *const slash = strrchr(path, '/');
    if (slash == NULL)
        return;
    memcpy(slash + 1, name, sizeof name);
    execv(path, options->argv);
}

/* Processes that were started together would all do the same, and write the same files. */
static enum ct_status check_alone(const struct options *options, struct ct_error *err)
{
    struct task task;

    if (!task_of_step(&task) || task.n == 1)
        return CT_OK;
    hand_over(options);
    return ct_fail(err, CT_EINVAL,
                   "run: this is task %zu of %zu, and all would do the same; add --shard auto, or "
                   "start one",
                   task.index + 1, task.n);
}

/* Parameters of what is not asked for are valid, and most likely a slip. */
static void tell_idle(const struct options *options)
{
    const struct setting *setting;

    for (size_t i = 0; (setting = setting_at(i)) != NULL; i++) {
        const char *const missing = setting_missing(setting, &options->params);
        if (missing != NULL && options->origins[option_first(i)] == ORIGIN_COMMAND_LINE)
            print(stderr, "circuittui: caution: run: --%s does nothing without --%s\n",
                  setting->name, missing);
    }
}

enum ct_status command_run(struct options *options, struct ct_error *err)
{
    struct analysis a;
    enum ct_status status;

    tell_idle(options);
    if (options->task.n > 0)
        return run_shard(options, NULL, err);
    status = check_alone(options, err);
    if (status == CT_OK)
        status = commands_defaults(options, err);
    analysis_init(&a);
    if (status == CT_OK) {
        take_over_params(&a, options);
        status =
            run_analysis(&a, options, (const char *const *)options->argv, options->n_argv, err);
    }
    analysis_clear(&a);
    return status;
}
