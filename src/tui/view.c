#include "config.h"
#include "tui/view.h"

#include <string.h>

struct view views[MAX_VIEWS];
size_t n_views;

const struct view *view_current(struct app *app, struct view_state **state)
{
    size_t k = 0;

    for (size_t i = 0; i < n_views; i++)
        if (views[i].stage == app->stage && k++ == app->view[panel_row(app->stage)]) {
            *state = &app->views[i];
            return &views[i];
        }
    *state = &app->views[0]; /* a stage without a view shows the first */
    return &views[0];
}

bool view_runs(const struct app *app, const struct view *view)
{
    return app->news.state == WORKER_RUNNING && app->news.job.stage == view->needs;
}

void app_go_to_view(struct app *app, const struct stage *stage, const char *name)
{
    size_t k = 0;

    for (size_t i = 0; i < n_views; i++) {
        if (views[i].stage != stage)
            continue;
        if (strcmp(views[i].name, name) == 0) {
            app->view[panel_row(stage)] = k;
            app->stage = stage;
        }
        k++;
    }
}

size_t view_count(const struct stage *stage)
{
    size_t n = 0;

    for (size_t i = 0; i < n_views; i++)
        n += views[i].stage == stage;
    return n;
}

void view_step(struct app *app, int step)
{
    const size_t n = view_count(app->stage);

    size_t *const at = &app->view[panel_row(app->stage)];

    if (n > 0)
        *at = (*at + (step > 0 ? 1 : n - 1)) % n;
}
