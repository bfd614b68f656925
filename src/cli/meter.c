#include "config.h"
#include "cli/meter.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

struct meter {
    bool shown;
    double last; /* seconds, of the last line */
    enum stage_id goal;
    layer_function *layer;
    void *context; /* of layer */
};

/* How many stages there are on the way to the goal, up to and including last. */
static int count_stages(enum stage_id goal, enum stage_id last)
{
    int n = 0;

    for (enum stage_id stage = 0; stage <= last; stage++)
        n += stage_is_needed(goal, stage);
    return n;
}

static bool meter_tick(void *context, enum stage_id stage, size_t done, size_t total)
{
    struct meter *const meter = context;
    const double now = clock_seconds();

    if (now - meter->last < 0.2)
        return true;
    meter->last = now;
    meter->shown = true;
    fprintf(stderr, "\r%d/%d %-10s %3.0f %%", count_stages(meter->goal, stage),
            count_stages(meter->goal, meter->goal), stage_name(stage),
            total > 0 ? 100.0 * (double)done / (double)total : 0.0);
    return true;
}

static enum tsne_answer meter_tsne(void *context, size_t n_iter, size_t max_iter)
{
    meter_tick(context, STAGE_TSNE, n_iter, max_iter);
    return TSNE_GO_ON;
}

static enum ct_status meter_layer(void *context, struct analysis *layer, struct ct_error *err)
{
    const struct meter *const meter = context;

    return meter->layer != NULL ? meter->layer(meter->context, layer, err) : CT_OK;
}

static void meter_clear(const struct meter *meter)
{
    if (meter->shown)
        fprintf(stderr, "\r%*s\r", 30, "");
}

enum ct_status meter_run(struct analysis *a, enum stage_id last, layer_function *layer,
                         void *context, struct ct_error *err)
{
    struct meter meter = {
        .last = clock_seconds(), .goal = last, .layer = layer, .context = context
    };
    const bool is_seen = isatty(STDERR_FILENO);
    const struct analysis_watch watch = {
        .progress = is_seen ? meter_tick : NULL,
        .tsne_tick = is_seen ? meter_tsne : NULL,
        .layer = meter_layer,
        .context = &meter,
    };
    const enum ct_status status = analysis_run(a, last, &watch, err);

    meter_clear(&meter);
    return status;
}
