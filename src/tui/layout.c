#include "config.h"
#include "tui/layout.h"

#include "pipeline/stages.h"

enum { PANEL_COLS = 23, NEURON_ROWS = 5, LEAST_PARAMETERS = 8 /* rows of that pane */ };

void layout_make(struct layout *l, size_t rows, size_t cols, bool is_wide)
{
    const size_t body = rows - 2;
    const size_t left = is_wide ? 0 : PANEL_COLS;
    const size_t low = !is_wide && rows >= 22 ? NEURON_ROWS : 0;

    *l = (struct layout){
        .header = { 0, 0, 1, cols },
        .view = { 1, left, body - low, cols - left },
        .neuron = { 1 + body - low, left, low, cols - left },
        .footer = { rows - 1, 0, 1, cols },
    };
    if (!is_wide) {
        const size_t all = panel_count() + 2;
        const size_t room = body > LEAST_PARAMETERS + 10 ? body - LEAST_PARAMETERS : 10;
        const size_t rows_shown = all < room ? all : room;
        l->pipeline = (struct rect){ 1, 0, rows_shown, left };
        l->parameters = (struct rect){ 1 + rows_shown, 0, body - rows_shown, left };
    }
}

void layout_split(struct layout *l)
{
    enum { LEAST_COLS = 96, LEAST_ROWS = 20 }; /* on a screen of 120 columns */

    if (l->view.cols < LEAST_COLS || l->view.rows < LEAST_ROWS)
        return;
    l->beside = l->view;
    l->view.cols -= l->view.cols / 2;
    l->beside.col += l->view.cols;
    l->beside.cols -= l->view.cols;
}

size_t panel_top(const struct app *app, const struct layout *l)
{
    const size_t rows = l->pipeline.rows - 2;
    const size_t at = panel_row(app->stage);

    return at >= rows ? at - rows + 1 : 0;
}

/* The settings of a stage include those of the stages without a title that are shown at it; hook
 * points are chosen in a view. Those that are rarely changed come last. */
const struct setting *stage_setting(const struct stage *stage, size_t i)
{
    for (int is_rare = 0; is_rare <= 1; is_rare++)
        for (size_t s = 0; s < n_stages; s++)
            for (size_t k = 0; stage_shown(stages[s]) == stage && k < stages[s]->n_settings; k++) {
                const struct setting *const setting = &stages[s]->settings[k];
                if (setting->kind != &kind_names && setting->is_rare == (is_rare != 0) && i-- == 0)
                    return setting;
            }
    return NULL;
}
