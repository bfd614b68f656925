#include "config.h"
#include "tui/watch.h"

#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

/* The last line of a file that is not empty. */
static void last_line(const char *path, char *out, size_t size)
{
    char end[512];
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat s;
    ssize_t n = -1;

    out[0] = '\0';
    if (fd >= 0 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode)) {
        const off_t from = s.st_size - (off_t)sizeof end + 1;
        n = pread(fd, end, sizeof end - 1, from > 0 ? from : 0);
    }
    if (fd >= 0)
        close(fd);
    while (n > 0 && end[n - 1] == '\n')
        n--;
    if (n <= 0)
        return;
    end[n] = '\0';
    const char *const newline = strrchr(end, '\n');
    snprintf(out, size, "%s", newline != NULL ? newline + 1 : end);
}

/* The scripts of plan write their logs where sbatch is called. */
static void find_log(struct watch *w)
{
    struct stat s, newest = { 0 };
    glob_t logs;

    w->log[0] = w->line[0] = '\0';
    if (glob("circuittui-*.out", GLOB_NOSORT, NULL, &logs) != 0)
        return;
    for (size_t i = 0; i < logs.gl_pathc; i++)
        if (stat(logs.gl_pathv[i], &s) == 0 && s.st_size > 0 &&
            (w->log[0] == '\0' || s.st_mtime >= newest.st_mtime)) {
            newest = s;
            snprintf(w->log, sizeof w->log, "%s", logs.gl_pathv[i]);
        }
    globfree(&logs);
    if (w->log[0] != '\0')
        last_line(w->log, w->line, sizeof w->line);
}

void watch_follow(struct watch *watch, const struct unit_source *source)
{
    const double now = clock_seconds();

    if (watch->looked > 0.0 && now - watch->looked < 1.0)
        return;
    watch->looked = now;
    if (watch->present == NULL)
        watch->present = ct_calloc_array(source->n, sizeof *watch->present);
    if (watch->present != NULL)
        (void)units_look(source, watch->present, &watch->pace, NULL);
    find_log(watch);
    queue_follow(&watch->queue);
}

double watch_seconds_left(const struct watch *watch, const struct unit_source *source)
{
    const struct units_pace *const p = &watch->pace;
    const double spent = fmax(p->last, (double)time(NULL)) - p->first;

    return p->n < 2 ? NAN : spent / (double)(p->n - 1) * (double)(source->n - p->n);
}

void watch_clear(struct watch *watch)
{
    queue_clear(&watch->queue);
    free(watch->present);
    *watch = (struct watch){ 0 };
}
