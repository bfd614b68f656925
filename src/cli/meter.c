#include "config.h"
#include "cli/meter.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "pipeline/expect.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stages.h"

struct meter {
    bool shown;
    double last; /* seconds, when last drawn */
    const struct stage *goal;
};

/* How many of the first n_first stages the goal needs. */
static int count_stages(const struct stage *goal, size_t n_first)
{
    int n = 0;

    for (size_t i = 0; i < n_first; i++)
        n += stage_is_told(stages[i]) && stage_is_needed(goal, stages[i]);
    return n;
}

static bool meter_tick(void *context, const struct stage *stage, size_t done, size_t total)
{
    struct meter *const meter = context;
    const double now = clock_seconds();

    if (now - meter->last < 0.2)
        return true;
    meter->last = now;
    meter->shown = true;
    fprintf(stderr, "\r%d/%d %-10s %3.0f %%", count_stages(meter->goal, stage_index(stage) + 1),
            count_stages(meter->goal, n_stages), stage->name,
            total > 0 ? 100.0 * (double)done / (double)total : 0.0);
    return true;
}

static void meter_clear(const struct meter *meter)
{
    if (meter->shown)
        fprintf(stderr, "\r%*s\r", 30, "");
}

/* Of what takes long, also where no progress is shown. */
static void meter_begin(void *context, const struct stage *stage, double seconds)
{
    enum { LONG = 20 };

    if (seconds < LONG)
        return;
    meter_clear(context);
    fprintf(stderr, "circuittui: %s: about %s\n", stage->name, duration_of(seconds).text);
}

static void meter_remark(void *context, const struct stage *stage, const char *text)
{
    meter_clear(context);
    fprintf(stderr, "circuittui: %s: %s\n", stage->name, text);
}

static enum tsne_answer meter_tsne(void *context, size_t n_iter, size_t max_iter)
{
    meter_tick(context, &stage_tsne, n_iter, max_iter);
    return TSNE_GO_ON;
}

enum ct_status meter_run(struct analysis *a, const struct stage *goal, layer_function *layer,
                         void *context, struct ct_error *err)
{
    struct meter meter = { .last = clock_seconds(), .goal = goal };
    const bool is_seen = isatty(STDERR_FILENO);
    const struct analysis_watch watch = {
        .begin = meter_begin,
        .remark = meter_remark,
        .progress = is_seen ? meter_tick : NULL,
        .tsne_tick = is_seen ? meter_tsne : NULL,
        .layer = layer,
        .layer_goal = goal_of(&a->params),
        .layer_context = context,
        .context = &meter,
    };
    const enum ct_status status = analysis_run(a, goal, &watch, err);

    meter_clear(&meter);
    return status;
}
