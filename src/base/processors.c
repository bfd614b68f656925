#include "config.h"
#include "base/processors.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cgroup.h"

/* Two numbers in one file or in two; false: there is no limit. */
static bool read_quota(const struct cgroup *group, enum cgroup_version version, long long *quota,
                       long long *period)
{
    FILE *const file = cgroup_open(group, version == CGROUP_2 ? "cpu.max" : "cpu.cfs_quota_us");
    FILE *const other = version == CGROUP_2 ? NULL : cgroup_open(group, "cpu.cfs_period_us");
    int n = 0;

    if (file != NULL)
        n = fscanf(file, "%lld %lld", quota, period); /* `max`: none */
    if (other != NULL && n == 1)
        n += fscanf(other, "%lld", period) == 1;
    if (file != NULL)
        fclose(file);
    if (other != NULL)
        fclose(other);
    return n == 2 && *quota > 0 && *period > 0;
}

int processors_of_quota(const char *root)
{
    static const enum cgroup_version versions[] = { CGROUP_1, CGROUP_2 };
    struct cgroup *const group = malloc(sizeof *group); /* the stack may be small */
    long long least = INT_MAX;

    for (size_t i = 0; group != NULL && i < sizeof versions / sizeof *versions; i++) {
        bool is_inside = cgroup_find(root, versions[i], "cpu", group);
        for (; is_inside; is_inside = cgroup_up(group)) {
            long long quota, period;
            if (!read_quota(group, versions[i], &quota, &period))
                continue;
            const long long n = quota / period + (quota % period > 0);
            least = n < least ? n : least;
        }
    }
    free(group);
    return (int)least;
}

/* Of a positive whole number; INT_MAX: it is none. */
static int parse(const char *text)
{
    char *end;

    if (text == NULL || *text < '0' || *text > '9')
        return INT_MAX;
    const long n = strtol(text, &end, 10);
    return *end == '\0' && n > 0 && n < INT_MAX ? (int)n : INT_MAX;
}

int processors_available(void)
{
    const int bounds[] = { parse(getenv("SLURM_CPUS_PER_TASK")), processors_of_quota("") };
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int n = CPU_COUNT(&set) > 0 ? CPU_COUNT(&set) : 1;
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        n = bounds[i] < n ? bounds[i] : n;
    return n;
}
