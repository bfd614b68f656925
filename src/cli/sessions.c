#include "config.h"
#include "cli/commands.h"

#include <stdlib.h>

#include "cli/confined.h"
#include "cli/paths.h"
#include "cli/print.h"
#include "report/sessions.h"

static enum ct_status print_all(const char *folder, struct ct_error *err)
{
    static const char *const states[] = { "not offered yet", "offered", "unfinished" };
    struct session *list = NULL;
    size_t n = 0;
    const enum ct_status status = sessions_list(folder, &list, &n, err);

    for (size_t i = 0; i < n; i++)
        print(stdout, "%-28s %8.1f MB  %s\n", list[i].name, list[i].bytes / 1e6,
              states[list[i].state]);
    if (status == CT_OK && n == 0)
        print(stderr, "circuittui: %s: no sessions there\n", folder);
    free(list);
    return status;
}

enum ct_status command_sessions(struct options *options, struct ct_error *err)
{
    char *const folder = paths_state();
    enum ct_status status = CT_OK;

    if (folder == NULL)
        return ct_fail(err, CT_EINVAL, "sessions: neither XDG_STATE_HOME nor HOME is set");
    confined_to((const char *const[]){ folder }, 1);
    if (options->remove && options->n_texts == 0)
        status = ct_fail(err, CT_EINVAL, "--remove: no session; name those that are to be removed");
    else if (!options->remove && options->n_texts > 0)
        status = ct_fail(err, CT_EINVAL, "%.80s: sessions takes names with --remove only",
                         options->texts[0]);
    else if (!options->remove)
        status = print_all(folder, err);
    for (size_t i = 0; status == CT_OK && i < options->n_texts; i++)
        status = session_remove(folder, options->texts[i], err);
    free(folder);
    return status;
}
