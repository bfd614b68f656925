#include "config.h"
#include "tui/aside.h"

bool aside_is_of(const struct aside *aside, uint64_t key)
{
    return aside->state != ASIDE_NONE && aside->key == key;
}

bool aside_start(struct app *app, struct aside *aside, uint64_t key, const struct job *job)
{
    *aside = (struct aside){ ASIDE_RUNS, key };
    if (worker_start(app->worker, app->a, job, NULL) == CT_OK) {
        worker_poll(app->worker, &app->news); /* it is not idle: no key may start another */
        return true;
    }
    aside->state = ASIDE_FAILED;
    return false;
}

void aside_end(struct app *app, struct aside *aside, enum ct_status status,
               const struct ct_error *err)
{
    const bool gave_way = status == CT_ECANCELED && (app->goal != NULL || app->is_updating);

    aside->state = status == CT_OK ? ASIDE_DONE : gave_way ? ASIDE_NONE : ASIDE_FAILED;
    if (status != CT_OK && status != CT_ECANCELED)
        app_say(app, INK_BAD, "%s", err->text);
}

static bool tick(void *context, size_t done, size_t total)
{
    const struct analysis_watch *const watch = context;

    return watch->progress == NULL || watch->progress(watch->context, NULL, done, total);
}

struct progress aside_progress(const struct analysis_watch *watch)
{
    return (struct progress){ tick, (void *)(uintptr_t)watch };
}
