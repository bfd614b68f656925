/*
 * Completion of a command line. The completions of bash, zsh and fish (in src/cli/shells) call
 * `circuittui complete WORD...`, so they always match the tables of commands and options, and
 * include models and hook points.
 */
#ifndef CT_CLI_COMPLETE_H
#define CT_CLI_COMPLETE_H

#include <stddef.h>
#include <stdio.h>

/*
 * words [n] are those after the program's name up to the one to complete, the last. Prints one line
 * per candidate, `WORD` or `WORD<tab>DESCRIPTION`, and `:files` or `:folders` where these are
 * valid. A `=` that the shell splits off as a separate word (`--test = we`) is supported.
 */
void complete_print(const char *const *words, size_t n, FILE *out);

#endif
