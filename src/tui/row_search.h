/* Searches the rows of a list. */
#ifndef CT_TUI_ROW_SEARCH_H
#define CT_TUI_ROW_SEARCH_H

#include "tui/view.h"

/* Prompts for words to search for: the cursor goes to the first row that contains them while they
 * are typed. */
void row_search_ask(struct app *app, const struct view_state *state);

#endif
