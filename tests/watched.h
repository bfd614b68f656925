/* Reads the log of watch_files.so. */
#ifndef CT_TESTS_WATCHED_H
#define CT_TESTS_WATCHED_H

#include <stdbool.h>

struct call {
    char name[16];
    char path[512];  /* below the watched folder */
    char other[512]; /* of rename the new path, of symlink its target, of open flags */
};

enum { CALLS_MAX = 20000 };

/* Reads the log in the test's folder. */
void watched_read(const char *log);

/* The first call from `from` on with that name and path (an fnmatch pattern); CALLS_MAX: none. */
int watched_find(int from, const char *name, const char *path);
const struct call *watched_call(int i);

/*
 * Fails the test unless the file `path` was written safely: a new file next to it was opened
 * (exclusively, if required), written, synced, closed if required, renamed to path, and its folder
 * synced afterwards.
 */
void watched_check_placed(const char *temporary, const char *path, bool is_exclusive);

#endif
