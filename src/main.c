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

    status = commands_defaults(options, err);
    ui.formats = options->formats;
    *code = 1;
    if (paths_demo(&demo, NULL) == CT_OK)
        ui.demo = demo; /* without it, it cannot be chosen */
    if (status == CT_OK)
        status = tui_run(&ui, &signal_number, err);
    free(demo);
    free(sessions);
    if (status == CT_EINVAL)
        *code = 2; /* no terminal that could show it */
    if (signal_number != 0) {
        signal(signal_number, SIG_DFL);
        raise(signal_number); /* whoever waits for us learns what ended us */
    }
    return status;
}

/* Opens what was closed the wrong way round: who uses it is told so, and no file of ours takes its
 * number and with it what is printed. */
static void hold_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return;
}

/* What `ulimit -s` leaves of the stack, where the environment lies too; SIZE_MAX: not known. */
static size_t stack_left(void)
{
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    uintptr_t top = 0;
    struct rlimit limit;

#ifdef __linux__
    top = (uintptr_t)getauxval(AT_EXECFN); /* a string behind all that is pushed at the start */
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
        fprintf(stderr,
                "circuittui: ulimit -s: %zu KB of stack are left, %d are needed; raise it\n",
                stack_left() >> 10, STACK_LEAST >> 10);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN); /* what cannot be written is told, whatever the reason */
    signal(SIGXFSZ, SIG_IGN);
    mapped_guard();
    setlocale(LC_CTYPE, ""); /* widths and character set; numbers stay those of the C locale */
    setenv("OPENBLAS_NUM_THREADS", "1", 1); /* it would start some, which spin for a while */
    return cli_main(argc, argv, open_ui);
}
