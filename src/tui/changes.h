/* What the model says of each sentence before and after an edit: of the edits that people make, and
 * of the sets of the stage Effect. */
#ifndef CT_TUI_CHANGES_H
#define CT_TUI_CHANGES_H

#include "pipeline/stage_effect.h"
#include "tui/view.h"

struct changes {                             /* borrowed until the analysis or the edits change */
    const struct effect_sentence *sentences; /* [n] */
    const struct effect_reading *clean, *edited;
    size_t n;
    const bool *is_edited;        /* [n]; NULL: as the row says */
    const struct effect_row *row; /* NULL: the edits that people make */
    const struct effect_result *of;
};

/* Those of a view; n 0: there are none. */
struct changes changes_of(const struct app *app, const struct view *view);

/* The index of the selected sentence; n: it is in no group. */
size_t changes_selected(const struct app *app, const struct changes *ch);

/* The row of the stage Effect under the cursor, which is that of its plot; NULL: none. */
const struct effect_row *changes_row(const struct app *app);
void changes_step_row(struct app *app, int step);

#endif
