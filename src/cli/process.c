#include "config.h"
#include "cli/process.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
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

/* The name of the locale of characters, as setlocale() finds it; NULL: none is set. */
static const char *locale_name(void)
{
    static const char *const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };

    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        if (paths_is_set(variables[i]))
            return getenv(variables[i]);
    return NULL;
}

/* `en_US.UTF-8`, or the `UTF-8` of macOS, sent along by ssh. */
static bool is_utf8_name(const char *name)
{
    const char *const point = name != NULL ? strchr(name, '.') : NULL;
    const char *const set = point != NULL ? point + 1 : name;

    return set != NULL && (strncasecmp(set, "UTF-8", 5) == 0 || strncasecmp(set, "UTF8", 4) == 0);
}

/* Widths and character set; numbers stay in the C locale. A locale of UTF-8 that is not installed,
 * as that of the machine one came from by ssh, is replaced by C.UTF-8. */
static void set_locale(void)
{
    if (setlocale(LC_CTYPE, "") == NULL && is_utf8_name(locale_name()))
        setlocale(LC_CTYPE, "C.UTF-8");
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
    set_locale();
    paths_set_program(argv[0]);
    setenv("OPENBLAS_NUM_THREADS", "1", 1); /* its threads would spin for a while */
    return true;
}
