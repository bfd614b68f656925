#include "config.h"
#include "base/memory_limit.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cgroup.h"

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t difference(uint64_t all, uint64_t used)
{
    return all > used ? all - used : 0;
}

/* Sums the numbers on lines `NAME NUMBER` or `NAME: NUMBER kB` of a file, which is closed, for some
 * names (NULL-terminated); 0 if it is NULL. */
static void sum_lines(FILE *file, const char *const *names, uint64_t unit, uint64_t *sum)
{
    char line[256];

    *sum = 0;
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL) {
        const size_t size = strcspn(line, ": ");
        for (const char *const *wanted = names; *wanted != NULL; wanted++)
            if (strlen(*wanted) == size && memcmp(line, *wanted, size) == 0)
                *sum += unit * strtoull(line + size + strspn(line + size, ": "), NULL, 10);
    }
    fclose(file);
}

/* The single number in a file of a control group; UINT64_MAX for `max` or a missing file. */
static uint64_t read_number(const struct cgroup *group, const char *name)
{
    FILE *const file = cgroup_open(group, name);
    char text[64] = "";
    char *end;

    if (file == NULL)
        return UINT64_MAX;
    const bool got = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    const unsigned long long value = strtoull(text, &end, 10);
    return got && end != text ? value : UINT64_MAX;
}

/* The two versions of control groups. */
struct generation {
    enum cgroup_version version;
    const char *limit, *usage;
    const char *swap_limit, *swap_usage;
    bool swap_with_memory; /* the two files above count memory too */
    const char *cache[3];  /* in memory.stat: page cache, which the system can reclaim */
};

static const struct generation generations[] = {
    { CGROUP_2,
      "memory.max",
      "memory.current",
      "memory.swap.max",
      "memory.swap.current",
      false,
      { "active_file", "inactive_file", NULL } },
    { CGROUP_1,
      "memory.limit_in_bytes",
      "memory.usage_in_bytes",
      "memory.memsw.limit_in_bytes",
      "memory.memsw.usage_in_bytes",
      true,
      { "total_active_file", "total_inactive_file", NULL } },
};

/* Memory that one group leaves, when `swap` bytes of the system's swap are free. */
static uint64_t left_in_group(const struct generation *g, const struct cgroup *group, uint64_t swap)
{
    const uint64_t limit = read_number(group, g->limit);
    const uint64_t usage = read_number(group, g->usage);
    const uint64_t swap_limit = read_number(group, g->swap_limit);
    const uint64_t swap_usage = read_number(group, g->swap_usage);
    uint64_t cache = 0;

    if (limit == UINT64_MAX || usage == UINT64_MAX)
        return UINT64_MAX;
    sum_lines(cgroup_open(group, "memory.stat"), g->cache, 1, &cache);
    const uint64_t memory = difference(limit, difference(usage, cache));
    if (swap_limit == UINT64_MAX || swap_usage == UINT64_MAX)
        return memory + smaller(swap, UINT64_MAX - memory);
    const uint64_t more = difference(swap_limit, swap_usage);
    if (g->swap_with_memory)
        return smaller(memory + smaller(swap, UINT64_MAX - memory), more + cache);
    return memory + smaller(smaller(swap, more), UINT64_MAX - memory);
}

/* The minimum over the process's group and its ancestors. */
static uint64_t left_in_groups(const char *root, const struct generation *g, uint64_t swap)
{
    struct cgroup *const group = malloc(sizeof *group); /* the stack may be small */
    uint64_t left = UINT64_MAX;
    bool is_inside = group != NULL && cgroup_find(root, g->version, "memory", group);

    for (; is_inside; is_inside = cgroup_up(group))
        left = smaller(left, left_in_group(g, group, swap));
    free(group);
    return left;
}

static uint64_t left_of_limit(unsigned resource, uint64_t used)
{
    struct rlimit limit;

    if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return UINT64_MAX;
    return difference(limit.rlim_cur, used);
}

uint64_t address_space_left(void)
{
    FILE *const file = fopen("/proc/self/statm", "re");
    const long page = sysconf(_SC_PAGESIZE);
    unsigned long long size = 0, data = 0;

    if (file == NULL)
        return UINT64_MAX;
    const int n = fscanf(file, "%llu %*u %*u %*u %*u %llu", &size, &data);
    fclose(file);
    if (n != 2 || page <= 0)
        return UINT64_MAX;
    return smaller(left_of_limit(RLIMIT_AS, size * (uint64_t)page),
                   left_of_limit(RLIMIT_DATA, data * (uint64_t)page));
}

static void bound(struct memory_left *left, uint64_t bytes, const char *limit)
{
    if (bytes < left->bytes)
        *left = (struct memory_left){ bytes, limit };
}

/* Within the system and the control groups, with that much swap. */
static struct memory_left left_with(const char *root, uint64_t swap)
{
    static const char *const available[] = { "MemAvailable", NULL };
    struct memory_left left = { UINT64_MAX, "" };
    uint64_t system = 0;

    sum_lines(cgroup_open_in(root, "/proc", "meminfo"), available, 1024, &system);
    if (system > 0) /* kernels before 3.14 do not report it */
        bound(&left, system + swap, "this machine");
    for (size_t i = 0; i < sizeof generations / sizeof *generations; i++)
        bound(&left, left_in_groups(root, &generations[i], swap), "the control group");
    return left;
}

struct memory_left memory_left_in(const char *root)
{
    static const char *const swap_free[] = { "SwapFree", NULL };
    uint64_t swap = 0;

    sum_lines(cgroup_open_in(root, "/proc", "meminfo"), swap_free, 1024, &swap);
    struct memory_left left = left_with(root, swap);
    bound(&left, address_space_left(), "ulimit");
    return left;
}

struct memory_left memory_for_files_in(const char *root)
{
    return left_with(root, 0);
}

struct memory_left memory_for_files(void)
{
    return memory_for_files_in("");
}

struct memory_left memory_left(void)
{
    return memory_left_in("");
}

enum ct_status memory_check(double bytes, const char *what, const char *advice,
                            struct ct_error *err)
{
    if (bytes < MEMORY_LOOK_FROM)
        return CT_OK;
    const struct memory_left left = memory_left();
    if (bytes <= (double)left.bytes)
        return CT_OK;
    return ct_fail(err, CT_ENOMEM, "%s: needs %.4g MB of memory, %s has %.4g MB left; %s", what,
                   bytes / 1e6, left.limit, (double)left.bytes / 1e6, advice);
}
