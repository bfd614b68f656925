#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __linux__
#include <sys/auxv.h>
#endif
#include <sys/resource.h>
#include <unistd.h>

#include "base/mapped.h"
#include "cli/commands.h"
#include "cli/confined.h"
#include "cli/paths.h"
#include "tui/tui.h"

static enum ct_status open_ui(struct options *options, int *code, struct ct_error *err)
{
    char *demo = NULL;
    char *const sessions = paths_state();
    struct tui_options ui = {
        .params = &options->params,
        .keymap = &options->keymap,
        .hub = paths_hub(),
        .sessions = sessions,
        .out = options->out,
        .figures = options->figures,
        .force = options->force,
        .per_layer = options->per_layer,
        .no_color = options->color == COLOR_NEVER,
        .ascii = options->ascii,
    };
    int signal_number = 0;
    enum ct_status status;

    confined_to_files();
    status = commands_defaults(options, err);
    ui.formats = options->formats;
    *code = 1;
    if (paths_demo(&demo, NULL) == CT_OK)
        ui.demo = demo; /* otherwise it is missing from the list of models */
    if (status == CT_OK && options->screenshot != NULL)
        status = tui_screenshot(&ui, options->screenshot, err);
    else if (status == CT_OK)
        status = tui_run(&ui, &signal_number, err);
    free(demo);
    free(sessions);
    if (status == CT_EINVAL)
        *code = 2; /* the terminal is unusable */
    if (signal_number != 0) {
        signal(signal_number, SIG_DFL);
        raise(signal_number); /* so that the parent sees the signal */
    }
    return status;
}

/* Opens closed standard streams in the wrong direction: using them then fails with an error, and no
 * file that we open later gets their numbers and with them the output. */
static void hold_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return;
}

/* Bytes left on the stack under `ulimit -s`, which also counts the environment; SIZE_MAX: unknown.
 */
static size_t stack_left(void)
{
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    uintptr_t top = 0;
    struct rlimit limit;

#ifdef __linux__
    top = (uintptr_t)getauxval(AT_EXECFN); /* a string above everything pushed at the start */
#endif
    if (top < here || getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return SIZE_MAX;
    return limit.rlim_cur > top - here ? (size_t)limit.rlim_cur - (top - here) : 0;
}

int main(int argc, char **argv)
{
    enum { STACK_LEAST = 96 << 10 };

    hold_standard_streams();
    if (stack_left() < STACK_LEAST) {
        fprintf(stderr, "circuittui: ulimit -s: %zu KB of stack left, %d needed; raise it\n",
                stack_left() >> 10, STACK_LEAST >> 10);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN); /* failed writes are reported as errors */
    signal(SIGXFSZ, SIG_IGN);
    mapped_guard();
    setlocale(LC_CTYPE, ""); /* widths and character set; numbers stay in the C locale */
    paths_set_program(argv[0]);
    setenv("OPENBLAS_NUM_THREADS", "1", 1); /* its threads would spin for a while */
    return cli_main(argc, argv, open_ui);
}
