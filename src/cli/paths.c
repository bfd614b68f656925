#include "config.h"
#include "cli/paths.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/inside.h"
#include "base/path.h"
#include "io/unpack.h"

/* *out is FOLDER/NAME with links resolved, if it contains a model. */
static bool find_demo(const char *folder, const char *name, char **out)
{
    char *const demo = path_join(folder, name);
    char *const config = demo != NULL ? path_join(demo, "config.json") : NULL;

    *out = config != NULL && access(config, R_OK) == 0 ? realpath(demo, NULL) : NULL;
    free(config);
    free(demo);
    return *out != NULL;
}

/* The demo belonging to the program at this path, which is changed. */
static bool find_demo_of(char *program, char **out)
{
    char *const slash = strrchr(program, '/');

    if (slash == NULL)
        return false;
    *slash = '\0';
    return find_demo(program, ".circuittui-data/demo", out) || /* build tree */
           find_demo(program, "../share/circuittui/demo", out);
}

static bool find_demo_by_proc(char **out)
{
    char program[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

    if (length <= 0)
        return false;
    program[length] = '\0';
    return find_demo_of(program, out);
}

/* By the path that the program was called by, with links resolved. */
static bool find_demo_by_path(const char *path, char **out)
{
    char *const program = realpath(path, NULL);
    const bool found = program != NULL && find_demo_of(program, out);

    free(program);
    return found;
}

/* The same for a program called NAME, as the shell finds it in PATH. */
static bool find_demo_in_path(const char *name, char **out)
{
    const char *path = getenv("PATH");
    char program[PATH_MAX];

    for (; path != NULL && *path != '\0'; path += strspn(path, ":")) {
        const int size = (int)strcspn(path, ":");
        if (*name != '\0' && path_put(program, "%.*s/%s", size, path, name) &&
            access(program, X_OK) == 0)
            return find_demo_by_path(program, out);
        path += size;
    }
    return false;
}

/* Into the user's cache; without a home directory, or where that cannot be written, into the folder
 * for temporary files, under a name of the user's own. */
static enum ct_status unpack_demo(const struct inside_file *files, size_t n, char **out,
                                  struct ct_error *err)
{
    char name[80];
    char *cache = NULL;
    bool has_cache = paths_xdg("XDG_CACHE_HOME", "circuittui/demo-" PACKAGE_VERSION,
                               ".cache/circuittui/demo-" PACKAGE_VERSION, &cache);

    if (has_cache && cache == NULL)
        return ct_fail_nomem(err, "demo", 0);
    if (has_cache && unpack(files, n, cache, NULL) == CT_OK) {
        *out = cache;
        return CT_OK;
    }
    free(cache);
    snprintf(name, sizeof name, "circuittui-%lu-demo-" PACKAGE_VERSION, (unsigned long)geteuid());
    char *const temporary = path_join(paths_temporary(), name);
    if (temporary == NULL)
        return ct_fail_nomem(err, "demo", 0);
    const enum ct_status status = unpack(files, n, temporary, err);
    if (status == CT_OK) {
        *out = temporary;
        return CT_OK;
    }
    free(temporary);
    return ct_error_where(err, status,
                          "the demo cannot be unpacked (set XDG_CACHE_HOME, or give "
                          "--model and --stimuli)");
}

static const char *called_as = "";

void paths_set_program(const char *name)
{
    called_as = name != NULL ? name : "";
}

enum ct_status paths_demo(char **out, struct ct_error *err)
{
    const struct inside_file *files;
    const size_t n = inside_demo(&files);

    if (n > 0)
        return unpack_demo(files, n, out, err);
    /* In a chroot without /proc, only the name that the program was called by is known. */
    if (find_demo_by_proc(out) ||
        (strchr(called_as, '/') != NULL ? find_demo_by_path(called_as, out)
                                        : find_demo_in_path(called_as, out)))
        return CT_OK;
    if (find_demo(PKGDATADIR, "demo", out))
        return CT_OK;
    return ct_fail(err, CT_EIO,
                   "%s/demo: the demo model is missing; give --model, or install "
                   "again",
                   PKGDATADIR);
}

bool paths_is_set(const char *variable)
{
    const char *const value = getenv(variable);

    return value != NULL && *value != '\0';
}

static bool is_absolute(const char *path)
{
    return path != NULL && *path == '/';
}

bool paths_xdg(const char *variable, const char *name, const char *in_home, char **out)
{
    const char *const folder = getenv(variable);
    const char *const home = getenv("HOME");

    *out = is_absolute(folder) ? path_join(folder, name)
           : is_absolute(home) ? path_join(home, in_home)
                               : NULL;
    return is_absolute(folder) || is_absolute(home);
}

char *paths_state(void)
{
    char *state;

    (void)paths_xdg("XDG_STATE_HOME", "circuittui", ".local/state/circuittui", &state);
    return state;
}

const char *paths_temporary(void)
{
    const char *const folder = getenv("TMPDIR");

    return folder != NULL && *folder != '\0' ? folder : "/var/tmp";
}

struct hub_env paths_hub(void)
{
    return (struct hub_env){
        .home = getenv("HOME"),
        .hf_hub_cache = getenv("HF_HUB_CACHE"),
        .huggingface_hub_cache = getenv("HUGGINGFACE_HUB_CACHE"),
        .hf_home = getenv("HF_HOME"),
        .transformers_cache = getenv("TRANSFORMERS_CACHE"),
        .xdg_cache_home = getenv("XDG_CACHE_HOME"),
        .hf_token_path = getenv("HF_TOKEN_PATH"),
        .variable = getenv,
    };
}
