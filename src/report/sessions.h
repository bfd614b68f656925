/*
 * Folders of sessions of the user interface that were interrupted: result files and a manifest
 * each. `cut-off-DATE-TIME` is to be offered, `session-DATE-TIME` was. Both are named when they are
 * complete: until then, and if the program ends meanwhile, a folder is called `saving-XXXXXX`.
 */
#ifndef CT_REPORT_SESSIONS_H
#define CT_REPORT_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum { SESSION_NAME_SIZE = 40 };

enum session_state { SESSION_OFFERED, SESSION_ASKED, SESSION_UNFINISHED };

struct session {
    char name[SESSION_NAME_SIZE];
    enum session_state state;
    double bytes; /* of its files */
};

/* Creates a private folder for the files of a session; *aside is owned by the caller: free().
 * CT_EIO, CT_ENOMEM. */
enum ct_status session_begin(const char *sessions, char **aside, struct ct_error *err);

/* Gives that folder its name, of the current time; several in a second are numbered. CT_EIO,
 * CT_ENOMEM. */
enum ct_status session_commit(const char *sessions, const char *aside, struct ct_error *err);

/* The newest complete session that was not offered yet, and how many there are; false: none. */
bool session_newest(const char *sessions, char name[SESSION_NAME_SIZE], size_t *n);

/* Renames it to one that was offered; *folder, its new path, is owned by the caller. CT_EIO,
 * CT_ENOMEM. */
enum ct_status session_mark(const char *sessions, const char *name, char **folder,
                            struct ct_error *err);

/* All sessions, the newest first, unfinished ones last; *list [*n] is owned by the caller: free().
 * A missing folder has none. CT_EIO, CT_ENOMEM. */
enum ct_status sessions_list(const char *sessions, struct session **list, size_t *n,
                             struct ct_error *err);

/* Removes a session with its files; follows no links. CT_EINVAL: not the name of a session; CT_EIO:
 * it does not exist, is being written, or cannot be removed; CT_ENOMEM. */
enum ct_status session_remove(const char *sessions, const char *name, struct ct_error *err);

/* 2026-07-31, of a session's name. */
void session_date(const char *name, char out[11]);

#endif
