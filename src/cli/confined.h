/* Which folders a command may write to, see base/confine.h. CIRCUITTUI_CONFINE=no leaves it as it
 * is, for debuggers and whatever else needs to write more. */
#ifndef CT_CLI_CONFINED_H
#define CT_CLI_CONFINED_H

#include <stddef.h>

/* No network, and files only in the folders [n], as far as they exist; NULL: no folder. */
void confined_to(const char *const *folders, size_t n);

/* The same for one file, which may be standard output. A stream that is named by a path of /proc
 * may lead anywhere: then only the network is refused. */
void confined_to_file(const char *path);

/* Files in the folder, if it exists, and the network. */
void confined_to_folder_and_network(const char *folder);

/* No network, files everywhere: in a user interface, they are named later. */
void confined_to_files(void);

#endif
