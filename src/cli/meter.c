#include "config.h"
#include "cli/meter.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

struct meter {
    bool shown;
    double last; /* seconds, of the last line */
};

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool meter_tick(void *context, enum stage_id stage, size_t done, size_t total)
{
    struct meter *const meter = context;
    const double now = seconds_now();

    if (now - meter->last < 0.2)
        return true;
    meter->last = now;
    meter->shown = true;
    fprintf(stderr, "\r%d/%d %-10s %3.0f %%", (int)stage + 1, (int)N_STAGES, stage_name(stage),
            total > 0 ? 100.0 * (double)done / (double)total : 0.0);
    return true;
}

static enum tsne_answer meter_tsne(void *context, size_t n_iter, size_t max_iter)
{
    meter_tick(context, STAGE_TSNE, n_iter, max_iter);
    return TSNE_GO_ON;
}

static void meter_clear(const struct meter *meter)
{
    if (meter->shown)
        fprintf(stderr, "\r%*s\r", 30, "");
}

enum ct_status meter_run(struct analysis *a, enum stage_id last, struct ct_error *err)
{
    struct meter meter = { .last = seconds_now() };
    const struct analysis_watch watch = {
        .progress = meter_tick,
        .tsne_tick = meter_tsne,
        .context = &meter,
    };

    if (!isatty(STDERR_FILENO))
        return analysis_run(a, last, NULL, err);
    const enum ct_status status = analysis_run(a, last, &watch, err);
    meter_clear(&meter);
    return status;
}
