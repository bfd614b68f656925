#include "config.h"
#include "tui/views.h"

#include <assert.h>

#include "pipeline/stage_answer.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "report/plots.h"
#include "tui/edits.h"
#include "tui/lists.h"
#include "tui/view.h"

/* Lists; the views of plots are created automatically, between these two tables. */
static const struct view before_plots[] = {
    { "sentences", &stage_load, &stage_load, &list_view, &sentence_list },
    { "model and sentences", &stage_load, &stage_load, &overview_view, NULL },
    { "choose a model", &stage_load, NULL, &choice_view, &choice_list },
    { "hook points", &stage_hook, &stage_load, &list_view, &hook_list },
    { "units", &stage_extract, NULL, &units_view, NULL },
    { "the answer", &stage_answer, &stage_answer, &report_view, NULL },
    { "the effect", &stage_effect, &stage_effect, &report_view, NULL },
    { EDITS_VIEW, &stage_effect, &stage_extract, &changes_view, &edit_list },
    { "before and after", &stage_effect, &stage_effect, &changes_view, &change_list },
    { "table of hook points", &stage_layers, &stage_layers, &choice_view, &layer_list },
};
static const struct view after_plots[] = {
    { "its sentences", &stage_extract, &stage_extract, &list_view, &driver_list },
    { "sentence by token", &stage_extract, &stage_extract, &tokens_view, NULL },
    { "table of neurons", &stage_ttest, &stage_ttest, &list_view, &neuron_list },
    { CARD_VIEW, &stage_ttest, &stage_ttest, &card_view, NULL },
    { "table of clusters", &stage_cluster, &stage_cluster, &list_view, &cluster_list },
    { "report", &stage_load, &stage_load, &report_view, NULL },
    { "report", &stage_extract, &stage_extract, &report_view, NULL },
    { "report", &stage_ttest, &stage_ttest, &report_view, NULL },
    { "report", &stage_tsne, &stage_tsne, &report_view, NULL },
    { "report", &stage_cluster, &stage_cluster, &report_view, NULL },
    { "neighbours", &stage_similarity, &stage_similarity, &list_view, &neighbour_list },
    { "the whole report", &stage_similarity, &stage_similarity, &report_view, whole_report },
    { "report", &stage_layers, &stage_layers, &report_view, NULL },
};

static void add(const struct view *view)
{
    assert(n_views < MAX_VIEWS);
    views[n_views++] = *view;
}

static void add_those_of(const struct stage *stage, const struct view *of, size_t n, bool has_units)
{
    for (size_t i = 0; i < n; i++)
        if (of[i].stage == stage && (has_units || of[i].ops != &units_view))
            add(&of[i]);
}

static void add_plot(const struct stage *stage, const struct plot *plot)
{
    add(&(struct view){ plot->title, stage_shown(stage), plot->stage,
                        plot->is_live ? &live_view : &plot_view, plot });
}

void views_init(bool has_units)
{
    const struct plot *plot;

    n_views = 0;
    for (size_t s = 0; s < n_stages; s++) {
        add_those_of(stages[s], before_plots, sizeof before_plots / sizeof *before_plots,
                     has_units);
        for (size_t i = 0; (plot = plot_at(i)) != NULL; i++)
            if (plot->stage == stages[s] && plot->shown_at == NULL)
                add_plot(stages[s], plot);
        for (size_t i = 0; (plot = plot_at(i)) != NULL; i++)
            if (plot->shown_at == stages[s])
                add_plot(stages[s], plot);
        add_those_of(stages[s], after_plots, sizeof after_plots / sizeof *after_plots, has_units);
    }
}
