#include "config.h"
#include "base/memory_limit.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LINE_SIZE = PATH_MAX + 256 };

/* The file ROOT FOLDER / NAME, or NULL. */
static FILE *open_in(const char *root, const char *folder, const char *name)
{
    const size_t size = strlen(root) + strlen(folder) + strlen(name) + 2;
    char *const path = malloc(size);
    FILE *file = NULL;

    if (path != NULL) {
        snprintf(path, size, "%s%s/%s", root, folder, name);
        file = fopen(path, "re");
    }
    free(path);
    return file;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t difference(uint64_t all, uint64_t used)
{
    return all > used ? all - used : 0;
}

/* Sums the numbers on lines `NAME NUMBER` or `NAME: NUMBER kB` of a file for some names
 * (NULL-terminated); 0 if the file is missing. */
static void sum_lines(const char *root, const char *folder, const char *name,
                      const char *const *names, uint64_t unit, uint64_t *sum)
{
    FILE *const file = open_in(root, folder, name);
    char line[LINE_SIZE];

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
static uint64_t read_number(const char *root, const char *group, const char *name)
{
    FILE *const file = open_in(root, group, name);
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
    const char *filesystem; /* its type in mountinfo */
    const char *limit, *usage;
    const char *swap_limit, *swap_usage;
    bool swap_with_memory; /* the two files above count memory too */
    const char *cache[3];  /* in memory.stat: page cache, which the system can reclaim */
};

static const struct generation generations[] = {
    { "cgroup2",
      "memory.max",
      "memory.current",
      "memory.swap.max",
      "memory.swap.current",
      false,
      { "active_file", "inactive_file", NULL } },
    { "cgroup",
      "memory.limit_in_bytes",
      "memory.usage_in_bytes",
      "memory.memsw.limit_in_bytes",
      "memory.memsw.usage_in_bytes",
      true,
      { "total_active_file", "total_inactive_file", NULL } },
};

/* Memory that one group leaves, when `swap` bytes of the system's swap are free. */
static uint64_t left_in_group(const char *root, const struct generation *g, const char *group,
                              uint64_t swap)
{
    const uint64_t limit = read_number(root, group, g->limit);
    const uint64_t usage = read_number(root, group, g->usage);
    const uint64_t swap_limit = read_number(root, group, g->swap_limit);
    const uint64_t swap_usage = read_number(root, group, g->swap_usage);
    uint64_t cache = 0;

    if (limit == UINT64_MAX || usage == UINT64_MAX)
        return UINT64_MAX;
    sum_lines(root, group, "memory.stat", g->cache, 1, &cache);
    const uint64_t memory = difference(limit, difference(usage, cache));
    if (swap_limit == UINT64_MAX || swap_usage == UINT64_MAX)
        return memory + smaller(swap, UINT64_MAX - memory);
    const uint64_t more = difference(swap_limit, swap_usage);
    if (g->swap_with_memory)
        return smaller(memory + smaller(swap, UINT64_MAX - memory), more + cache);
    return memory + smaller(smaller(swap, more), UINT64_MAX - memory);
}

/* Finds `ID:CONTROLLERS:PATH` in /proc/self/cgroup whose controllers include memory (or are empty,
 * for version 2). False: not found. */
static bool find_group(const char *root, const struct generation *g, char path[PATH_MAX])
{
    FILE *const file = open_in(root, "/proc/self", "cgroup");
    const bool unified = !g->swap_with_memory;
    char line[LINE_SIZE];
    bool found = false;

    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        char *const controllers = strchr(line, ':');
        char *const at = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (at == NULL)
            continue;
        *at = '\0';
        at[1 + strcspn(at + 1, "\n")] = '\0';
        char *rest = NULL;
        for (char *name = strtok_r(controllers + 1, ",", &rest); name != NULL && !unified;
             name = strtok_r(NULL, ",", &rest))
            found = found || strcmp(name, "memory") == 0;
        if (unified)
            found = controllers[1] == '\0';
        if (found)
            found = (size_t)snprintf(path, PATH_MAX, "%s", at + 1) < PATH_MAX;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* Finds where that version (with the memory controller) is mounted, and which group is its root. */
static bool find_mount(const char *root, const struct generation *g, char mount[PATH_MAX],
                       char top[PATH_MAX])
{
    FILE *const file = open_in(root, "/proc/self", "mountinfo");
    char line[LINE_SIZE];
    bool found = false;

    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        char *const tail = strstr(line, " - ");
        char type[32], options[256];
        if (tail == NULL || sscanf(tail, " - %31s %*s %255s", type, options) != 2 ||
            strcmp(type, g->filesystem) != 0 ||
            (g->swap_with_memory && strstr(options, "memory") == NULL))
            continue;
        *tail = '\0';
        char *field[5];
        char *rest = NULL;
        size_t n = 0;
        for (char *at = strtok_r(line, " ", &rest); at != NULL && n < 5;
             at = strtok_r(NULL, " ", &rest))
            field[n++] = at;
        if (n < 5)
            continue;
        found = (size_t)snprintf(top, PATH_MAX, "%s", field[3]) < PATH_MAX &&
                (size_t)snprintf(mount, PATH_MAX, "%s", field[4]) < PATH_MAX;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* The position of the process in the groups of one version. */
struct place {
    char path[PATH_MAX], mount[PATH_MAX], top[PATH_MAX];
    char group[2 * PATH_MAX];
};

static bool find_place(const char *root, const struct generation *g, struct place *p)
{
    if (!find_group(root, g, p->path) || !find_mount(root, g, p->mount, p->top))
        return false;
    /* In a container the path may be the host's: then the mounted group is the container's own. */
    const size_t n_top = strcmp(p->top, "/") == 0 ? 0 : strlen(p->top);
    const bool is_below = strncmp(p->path, p->top, n_top) == 0 && strstr(p->path, "/..") == NULL;
    snprintf(p->group, sizeof p->group, "%s%s", p->mount, is_below ? p->path + n_top : "");
    return true;
}

/* The minimum over the process's group and its ancestors. */
static uint64_t left_in_groups(const char *root, const struct generation *g, uint64_t swap)
{
    struct place *const p = malloc(sizeof *p); /* the stack may be small */
    uint64_t left = UINT64_MAX;
    bool is_inside = p != NULL && find_place(root, g, p);

    while (is_inside) {
        left = smaller(left, left_in_group(root, g, p->group, swap));
        char *const slash = strrchr(p->group, '/');
        is_inside = slash != NULL && (size_t)(slash - p->group) >= strlen(p->mount);
        if (is_inside)
            *slash = '\0';
    }
    free(p);
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

    sum_lines(root, "/proc", "meminfo", available, 1024, &system);
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

    sum_lines(root, "/proc", "meminfo", swap_free, 1024, &swap);
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
