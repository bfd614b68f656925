/* What every program of this project does first. */
#ifndef CT_CLI_PROCESS_H
#define CT_CLI_PROCESS_H

#include <stdbool.h>

/* Standard streams, stack, signals, locale, and where the program's files are. False: it cannot run
 * here, as has been said. */
bool process_begin(char *const *argv);

#endif
