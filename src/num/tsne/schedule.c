#include "config.h"
#include "num/tsne/schedule.h"

#include <float.h>

enum {
    EXAGGERATED_ITER = 250,
    CHECK_EVERY = 50,
    PATIENCE = 300, /* n_iter_without_progress; never reached in phase 1 */
};

static const double min_grad_norm = 1e-7;

static void phase_begin(struct tsne_schedule *s)
{
    s->best_error = DBL_MAX;
    s->best_iter = s->iter;
    s->ended = s->iter >= s->max_iter;
}

void tsne_schedule_init(struct tsne_schedule *schedule, size_t max_iter)
{
    *schedule = (struct tsne_schedule){ .max_iter = max_iter, .exaggerating = true };
    phase_begin(schedule);
}

bool tsne_schedule_checks(const struct tsne_schedule *schedule)
{
    return (schedule->iter + 1) % CHECK_EVERY == 0;
}

bool tsne_schedule_advance(struct tsne_schedule *schedule, double error, double grad_norm)
{
    struct tsne_schedule *const s = schedule;
    bool stop = false;

    if (tsne_schedule_checks(s)) {
        if (error < s->best_error) {
            s->best_error = error;
            s->best_iter = s->iter;
        } else {
            stop = s->iter - s->best_iter > PATIENCE;
        }
        stop = stop || grad_norm <= min_grad_norm;
    }
    s->iter++;
    if (s->exaggerating && (stop || s->iter >= EXAGGERATED_ITER)) {
        s->exaggerating = false;
        phase_begin(s);
        return true;
    }
    s->ended = stop || s->iter >= s->max_iter;
    return false;
}
