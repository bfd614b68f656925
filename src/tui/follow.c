#include "config.h"
#include "tui/follow.h"

#include "tui/eps_curve.h"
#include "tui/neuron_words.h"
#include "tui/run.h"
#include "tui/token_values.h"
#include "tui/view.h"
#include "tui/view_beside.h"

static bool shows_eps(const struct view *view)
{
    return view != NULL && view->ops == &plot_view && plot_shows_eps(view->what);
}

/* Starts what the views in front want; false: nothing, or the worker is busy. */
static bool start_one(struct app *app)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);

    if (neuron_words_follow(app))
        return true;
    if (view->ops == &tokens_view && token_values_follow(app))
        return true;
    return (shows_eps(view) || shows_eps(view_beside(app, &state))) && eps_curve_follow(app);
}

void views_follow(struct app *app)
{
    while (start_one(app))
        app_take_news(app); /* it may have ended already, and its bell been heard */
}
