/*
 * Restores the terminal when the program crashes (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT), so
 * that the shell stays usable. The output is prepared in advance: the handler only calls
 * async-signal-safe functions.
 */
#ifndef CT_TUI_CRASH_H
#define CT_TUI_CRASH_H

/* Call after setupterm() and before curses changes the terminal's settings. */
void crash_guard(void);

/* Restores the signal handlers; call after the terminal has been restored. */
void crash_release(void);

#endif
