#include "config.h"
#include "pipeline/inner_run.h"

#include "pipeline/stage_tsne.h"

size_t inner_effort(const struct stage *const *stages, const struct stage *stage)
{
    size_t sum = 0;

    for (size_t i = 0; stages[i] != NULL && stages[i] != stage; i++)
        sum += stages[i]->effort;
    return sum;
}

static bool tick(void *context, const struct stage *stage, size_t done, size_t total)
{
    struct inner_run *const r = context;

    r->part = (struct progress_part){ .whole = r->whole,
                                      .first = r->first + inner_effort(r->stages, stage),
                                      .n = stage->effort,
                                      .n_steps = r->n_steps };
    const struct progress progress = progress_of_part(&r->part);
    return progress_tick(&progress, done, total);
}

static enum tsne_answer tsne_tick(void *context, size_t n_iter, size_t max_iter)
{
    return tick(context, &stage_tsne, n_iter, max_iter) ? TSNE_GO_ON : TSNE_STOP;
}

struct analysis_watch inner_watch(struct inner_run *run)
{
    return (struct analysis_watch){ .progress = tick, .tsne_tick = tsne_tick, .context = run };
}
