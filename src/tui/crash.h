/*
 * Gives the terminal back when the program dies of a fault of its own (SIGSEGV, SIGBUS, SIGFPE,
 * SIGILL, SIGABRT), so that the shell is left usable. What is to be sent is worked out beforehand:
 * in the handler nothing is called but what a signal handler may call.
 */
#ifndef CT_TUI_CRASH_H
#define CT_TUI_CRASH_H

/* After setupterm(), before curses changes the terminal's settings. */
void crash_guard(void);

/* The terminal is its owner's again: the signals mean what they meant. */
void crash_release(void);

#endif
