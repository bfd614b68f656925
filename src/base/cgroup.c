#include "config.h"
#include "base/cgroup.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = PATH_MAX + 256 };

FILE *cgroup_open_in(const char *root, const char *folder, const char *name)
{
    const size_t size = strlen(root) + strlen(folder) + strlen(name) + 2;
    char *const path = malloc(size);
    FILE *file = NULL;

    if (path != NULL) {
        snprintf(path, size, "%s%s/%s", root, folder, name);
        file = fopen(path, "re");
    }
    free(path);
    return file;
}

FILE *cgroup_open(const struct cgroup *group, const char *name)
{
    return cgroup_open_in(group->root, group->path, name);
}

/* Whether a list with commas has the name. */
static bool has_name(const char *list, const char *name)
{
    const size_t size = strlen(name);

    for (const char *at = list; (at = strstr(at, name)) != NULL; at += size)
        if ((at == list || at[-1] == ',') && (at[size] == ',' || at[size] == '\0'))
            return true;
    return false;
}

/* Finds `ID:CONTROLLERS:PATH` in /proc/self/cgroup with that controller (without any, for version
 * 2). */
static bool find_group(const char *root, enum cgroup_version version, const char *controller,
                       char path[PATH_MAX])
{
    FILE *const file = cgroup_open_in(root, "/proc/self", "cgroup");
    char line[LINE_SIZE];
    bool found = false;

    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        char *const controllers = strchr(line, ':');
        char *const at = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (at == NULL)
            continue;
        *at = '\0';
        at[1 + strcspn(at + 1, "\n")] = '\0';
        found =
            version == CGROUP_2 ? controllers[1] == '\0' : has_name(controllers + 1, controller);
        if (found)
            found = (size_t)snprintf(path, PATH_MAX, "%s", at + 1) < PATH_MAX;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* Finds where that version (with that controller) is mounted, and which group is its root. */
static bool find_mount(const char *root, enum cgroup_version version, const char *controller,
                       char mount[PATH_MAX], char top[PATH_MAX])
{
    FILE *const file = cgroup_open_in(root, "/proc/self", "mountinfo");
    const char *const filesystem = version == CGROUP_2 ? "cgroup2" : "cgroup";
    char line[LINE_SIZE];
    bool found = false;

    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        char *const tail = strstr(line, " - ");
        char type[32], options[256];
        if (tail == NULL || sscanf(tail, " - %31s %*s %255s", type, options) != 2 ||
            strcmp(type, filesystem) != 0 ||
            (version == CGROUP_1 && !has_name(options, controller)))
            continue;
        *tail = '\0';
        char *field[5];
        char *rest = NULL;
        size_t n = 0;
        for (char *at = strtok_r(line, " ", &rest); at != NULL && n < 5;
             at = strtok_r(NULL, " ", &rest))
            field[n++] = at;
        if (n < 5)
            continue;
        found = (size_t)snprintf(top, PATH_MAX, "%s", field[3]) < PATH_MAX &&
                (size_t)snprintf(mount, PATH_MAX, "%s", field[4]) < PATH_MAX;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

bool cgroup_find(const char *root, enum cgroup_version version, const char *controller,
                 struct cgroup *out)
{
    char path[PATH_MAX], top[PATH_MAX];

    out->root = root;
    if (!find_group(root, version, controller, path) ||
        !find_mount(root, version, controller, out->mount, top))
        return false;
    /* In a container the path may be the host's: then the mounted group is the container's own. */
    const size_t n_top = strcmp(top, "/") == 0 ? 0 : strlen(top);
    const bool is_below = strncmp(path, top, n_top) == 0 && strstr(path, "/..") == NULL;
    snprintf(out->path, sizeof out->path, "%s%s", out->mount, is_below ? path + n_top : "");
    return true;
}

bool cgroup_up(struct cgroup *group)
{
    char *const slash = strrchr(group->path, '/');

    if (slash == NULL || (size_t)(slash - group->path) < strlen(group->mount))
        return false;
    *slash = '\0';
    return true;
}
