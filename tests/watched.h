/* What watch_files.so has recorded of a program, line by line. */
#ifndef CT_TESTS_WATCHED_H
#define CT_TESTS_WATCHED_H

#include <stdbool.h>

struct call {
    char name[16];
    char path[512];  /* below the folder that was watched */
    char other[512]; /* of rename the new path, of symlink where it leads, of open flags */
};

enum { CALLS_MAX = 20000 };

/* The log in the test's folder. */
void watched_read(const char *log);

/* The first call of that name with that path (a pattern of fnmatch) from `from` on; CALLS_MAX:
 * there is none. */
int watched_find(int from, const char *name, const char *path);
const struct call *watched_call(int i);

/*
 * Fails the test unless the file `path` was put in place safely: a new file beside it was opened
 * (exclusively, when it must be new), written, synced, closed where it must, renamed to path, and
 * its folder synced afterwards.
 */
void watched_check_placed(const char *temporary, const char *path, bool is_exclusive);

#endif
