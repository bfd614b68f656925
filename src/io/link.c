#include "config.h"
#include "io/link.h"

#include <stdlib.h>
#include <string.h>

/* Whether path, without links, is below the first size bytes of folder. */
static bool is_below(const char *path, const char *folder, size_t size)
{
    return strncmp(path, folder, size) == 0 && path[size] == '/';
}

/* The size of REPO in REPO/snapshots/COMMIT; 0: folder is no such path. */
static size_t repo_size(const char *folder)
{
    static const char snapshots[] = "/snapshots";
    const size_t size = sizeof snapshots - 1;
    const char *const last = strrchr(folder, '/');

    if (last == NULL || (size_t)(last - folder) <= size ||
        memcmp(last - size, snapshots, size) != 0)
        return 0;
    return (size_t)(last - folder) - size;
}

bool link_leads_out(const char *folder, const char *path, char target[PATH_MAX])
{
    char home[PATH_MAX];

    if (realpath(folder, home) == NULL || realpath(path, target) == NULL)
        return false; /* opening it says why */
    const size_t repo = repo_size(home);
    const size_t size = strcmp(home, "/") == 0 ? 0 : strlen(home);
    const bool is_blob =
        repo > 0 && is_below(target, home, repo) && strncmp(target + repo, "/blobs/", 7) == 0;
    return !is_below(target, home, size) && !is_blob;
}
