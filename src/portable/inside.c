/* Replaces base/inside.c in the portable program. */
#include "config.h"
#include "base/inside.h"

#include <string.h>

#include "portable/terminals.h"

extern const struct inside_file demo_files[]; /* [n_demo_files], in demo.S */
extern const size_t n_demo_files;

size_t inside_demo(const struct inside_file **files)
{
    *files = demo_files;
    return n_demo_files;
}

const char *inside_terminal(const char *name)
{
    for (size_t i = 0; i < n_terminals; i++)
        if (strcmp(terminals[i].name, name) == 0)
            return terminals[i].entry;
    return NULL;
}
