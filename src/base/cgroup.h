/* The control groups of this process, in both of their versions: the files in which its group, and
 * those above it, say what they may use. */
#ifndef CT_BASE_CGROUP_H
#define CT_BASE_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

enum cgroup_version { CGROUP_1, CGROUP_2 };

struct cgroup {
    const char *root; /* folder that replaces /, borrowed; empty: none does */
    char mount[PATH_MAX];
    char path[2 * PATH_MAX]; /* of the group, at or below mount */
};

/* Finds the group whose controller (`memory`) is of that version. False: there is none. */
bool cgroup_find(const char *root, enum cgroup_version version, const char *controller,
                 struct cgroup *out);

/* Goes on to the group above. False: there is none. */
bool cgroup_up(struct cgroup *group);

/* A file of the group, for reading; NULL: it has none of that name. */
FILE *cgroup_open(const struct cgroup *group, const char *name);

/* The file ROOT FOLDER / NAME; NULL: there is none. */
FILE *cgroup_open_in(const char *root, const char *folder, const char *name);

#endif
