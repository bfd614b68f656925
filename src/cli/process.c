#include "config.h"
#include "cli/process.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __linux__
#include <sys/auxv.h>
#endif
#include <sys/resource.h>

#include "base/mapped.h"
#include "cli/paths.h"

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

bool process_begin(char *const *argv)
{
    enum { STACK_LEAST = 96 << 10 };

    hold_standard_streams();
    if (stack_left() < STACK_LEAST) {
        fprintf(stderr, "circuittui: ulimit -s: %zu KB of stack left, %d needed; raise it\n",
                stack_left() >> 10, STACK_LEAST >> 10);
        return false;
    }
    signal(SIGPIPE, SIG_IGN); /* failed writes are reported as errors */
    signal(SIGXFSZ, SIG_IGN);
    mapped_guard();
    setlocale(LC_CTYPE, ""); /* widths and character set; numbers stay in the C locale */
    paths_set_program(argv[0]);
    setenv("OPENBLAS_NUM_THREADS", "1", 1); /* its threads would spin for a while */
    return true;
}
