#include "config.h"
#include "cli/confined.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/confine.h"
#include "cli/paths.h"
#include "io/folder.h"

enum { MOST = 8 };

static bool is_wanted(void)
{
    const char *const choice = getenv("CIRCUITTUI_CONFINE");

    return choice == NULL || strcmp(choice, "no") != 0;
}

static void add(int fds[MOST], size_t *n, const char *folder)
{
    int fd = -1;

    if (folder != NULL && *n < MOST && folder_open(AT_FDCWD, folder, false, &fd, NULL) == CT_OK)
        fds[(*n)++] = fd;
}

static void confine(int fds[MOST], size_t n)
{
    confine_writes(fds, n);
    while (n > 0)
        close(fds[--n]);
}

void confined_to(const char *const *folders, size_t n)
{
    int fds[MOST];
    size_t n_fds = 0;
    char *fonts = NULL;

    if (!is_wanted())
        return;
    for (size_t i = 0; i < n; i++)
        add(fds, &n_fds, folders[i]);
    add(fds, &n_fds, paths_temporary());
    (void)paths_xdg("XDG_CACHE_HOME", "fontconfig", ".cache/fontconfig", &fonts); /* of figures */
    add(fds, &n_fds, fonts);
    free(fonts);
    confine(fds, n_fds);
    confine_network();
}

void confined_to_file(const char *path)
{
    struct place place;
    int fds[MOST];
    size_t n_fds = 0;

    if (!is_wanted())
        return;
    if (strcmp(path, "-") != 0) {
        if (place_find(AT_FDCWD, path, &place, NULL) != CT_OK || place.is_magic) {
            confine_network();
            return;
        }
        fds[n_fds++] = place.folder;
    }
    add(fds, &n_fds, paths_temporary());
    confine(fds, n_fds);
    confine_network();
}

void confined_to_folder_and_network(const char *folder)
{
    int fds[MOST];
    size_t n_fds = 0;

    if (!is_wanted())
        return;
    add(fds, &n_fds, folder);
    if (n_fds > 0)
        confine(fds, n_fds);
}

void confined_to_files(void)
{
    if (is_wanted())
        confine_network();
}
