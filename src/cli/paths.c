#include "config.h"
#include "cli/paths.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

static bool is_demo(const char *folder)
{
    char path[PATH_MAX + 32];

    snprintf(path, sizeof path, "%s/config.json", folder);
    return access(path, R_OK) == 0;
}

enum ct_status paths_demo(char **out, struct ct_error *err)
{
    static const char *const beside[] = { ".circuittui-data/demo", /* build tree */
                                          "../share/circuittui/demo" };
    char program[PATH_MAX];
    char folder[PATH_MAX + 64];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

    if (length > 0) {
        program[length] = '\0';
        *strrchr(program, '/') = '\0';
        for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
            snprintf(folder, sizeof folder, "%s/%s", program, beside[i]);
            if (is_demo(folder))
                goto found;
        }
    }
    snprintf(folder, sizeof folder, "%s/demo", PKGDATADIR);
    if (!is_demo(folder))
        return ct_fail(
            err, CT_EIO,
            "%s: the demo model is not there; name a model with --model, or install again", folder);
found:
    *out = realpath(folder, NULL); /* links followed: the path that a person would type */
    return *out != NULL ? CT_OK : ct_fail_nomem(err, "demo", 0);
}
