/* All that is known of the selected neuron, as Markdown: for a view, and to be copied. */
#ifndef CT_TUI_CARD_H
#define CT_TUI_CARD_H

#include "tui/app.h"

/* The text, owned by the caller: free(). Controls are escaped. NULL: no neuron is selected, or no
 * t-test, or out of memory. */
char *card_write(const struct app *app);

#endif
