#include "config.h"
#include "watched.h"

#include <check.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io_temp.h"

static struct call calls[CALLS_MAX];
static int n_calls;

void watched_read(const char *log)
{
    char *const text = slurp(temp_path(log), NULL);
    char *rest = NULL;

    n_calls = 0;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        struct call *const c = &calls[n_calls];
        ck_assert_int_lt(n_calls, CALLS_MAX - 1);
        *c = (struct call){ "", "", "" };
        ck_assert_int_ge(sscanf(line, "%15s %511s %511s", c->name, c->path, c->other), 2);
        n_calls++;
    }
    free(text);
    ck_assert_int_gt(n_calls, 0);
}

int watched_find(int from, const char *name, const char *path)
{
    for (int i = from; i < n_calls; i++)
        if (strcmp(calls[i].name, name) == 0 && fnmatch(path, calls[i].path, 0) == 0)
            return i;
    return CALLS_MAX;
}

const struct call *watched_call(int i)
{
    ck_assert_int_lt(i, n_calls);
    return &calls[i];
}

void watched_check_placed(const char *temporary, const char *path, bool is_exclusive)
{
    const char *const slash = strrchr(path, '/');
    char folder[512];

    ck_assert_ptr_nonnull(slash);
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    const int opened = watched_find(0, "open", temporary);
    ck_assert_msg(opened < CALLS_MAX, "no %s was opened", temporary);
    const char *const name = calls[opened].path;
    ck_assert_msg(strcmp(calls[opened].other, is_exclusive ? "wx" : "w") == 0, "%s: opened %s",
                  name, calls[opened].other);
    const int written = watched_find(opened, "write", name);
    const int synced = watched_find(opened, "fsync", name);
    const int renamed = watched_find(opened, "rename", name);
    ck_assert_msg(renamed < CALLS_MAX, "%s: not renamed", name);
    ck_assert_msg(strlen(calls[renamed].other) >= strlen(path) &&
                      strcmp(calls[renamed].other + strlen(calls[renamed].other) - strlen(path),
                             path) == 0,
                  "%s: renamed to %s", name, calls[renamed].other);
    ck_assert_msg(written < synced && synced < renamed, "%s: written %d, synced %d, renamed %d",
                  name, written, synced, renamed);
    const int again = watched_find(synced, "write", name);
    ck_assert_msg(again > renamed, "%s: written after it was synced", name);
    ck_assert_msg(watched_find(renamed, "fsync", folder) < CALLS_MAX, "%s: not synced after %s",
                  folder, name);
}
