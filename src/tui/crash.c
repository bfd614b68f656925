#include "config.h"
#include "tui/crash.h"

#include <curses.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/mapped.h"

static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
enum { N_FAULTS = sizeof faults / sizeof *faults, STACK_SIZE = 16384 };

static struct sigaction before[N_FAULTS];
static struct termios settings; /* of the terminal at start */
static bool has_settings;
static char output[512];
static size_t goodbye_size;
static char stack[STACK_SIZE]; /* alternate stack: the fault may be a stack overflow */

/* Stores the output of tputs(), without padding delays. */
static int keep_byte(int byte)
{
    if (goodbye_size < sizeof output && byte != 0)
        output[goodbye_size++] = (char)byte;
    return byte;
}

static void keep(const char *capability)
{
    if (capability != NULL && capability != (const char *)-1)
        tputs(capability, 1, keep_byte);
}

/* Collects the sequences that reset attributes, disable the mouse, show the cursor and leave the
 * alternate screen. */
static void prepare_output(void)
{
    const char *const mouse = tigetstr("XM");

    goodbye_size = 0;
    keep(exit_attribute_mode);
    if (mouse != NULL && mouse != (const char *)-1)
        keep(tiparm(mouse, 0));
    else if (key_mouse != NULL)
        keep("\033[?1000l");
    keep(keypad_local);
    keep(cursor_normal);
    keep(exit_ca_mode);
    keep("\r\n");
}

static void say(const char *text, size_t size)
{
    if (write(STDOUT_FILENO, text, size) < 0) {
        /* nothing can be reported */
    }
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    static const char words[] = "circuittui: internal error; results that were not "
                                "saved are lost\r\n";

    (void)context;
    if (number == SIGBUS && info->si_code > 0 && mapped_heal(info->si_addr))
        return;
    signal(number, SIG_DFL);
    if (has_settings)
        tcsetattr(STDIN_FILENO, TCSANOW, &settings);
    say(output, goodbye_size);
    say(words, sizeof words - 1);
    raise(number); /* so that the shell and a debugger see the cause */
}

void crash_guard(void)
{
    const stack_t own = { .ss_sp = stack, .ss_size = sizeof stack };
    struct sigaction action = { .sa_sigaction = on_fault };

    has_settings = tcgetattr(STDIN_FILENO, &settings) == 0;
    prepare_output();
    sigaltstack(&own, NULL);
    sigemptyset(&action.sa_mask);
    action.sa_flags = (int)(SA_SIGINFO | SA_NODEFER | SA_ONSTACK);
    for (size_t i = 0; i < N_FAULTS; i++)
        sigaction(faults[i], &action, &before[i]);
}

void crash_release(void)
{
    for (size_t i = 0; i < N_FAULTS; i++)
        sigaction(faults[i], &before[i], NULL);
}
