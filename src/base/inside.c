#include "config.h"
#include "base/inside.h"

size_t inside_demo(const struct inside_file **files)
{
    *files = NULL;
    return 0;
}

const char *inside_terminal(const char *name)
{
    (void)name;
    return NULL;
}
