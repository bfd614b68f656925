/*
 * What could stand at a place of the command line. The completions of bash, zsh and fish (in
 * src/cli/shells) ask the program itself, `circuittui complete WORD...`, so they know what the
 * tables of commands and options know, and models and hook points too.
 */
#ifndef CT_CLI_COMPLETE_H
#define CT_CLI_COMPLETE_H

#include <stddef.h>
#include <stdio.h>

/*
 * words [n] are those after the program's name up to the one to be completed, the last. Prints a
 * line for each thing that it could become, `WORD` or `WORD<tab>DESCRIPTION`, and `:files` or
 * `:folders` where one of those could stand there. A `=` that the shell took for a word of its own
 * (`--test = we`) is understood.
 */
void complete_print(const char *const *words, size_t n, FILE *out);

#endif
