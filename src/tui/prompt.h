/* A line editor at the bottom of the screen, with completion of paths and groups. */
#ifndef CT_TUI_PROMPT_H
#define CT_TUI_PROMPT_H

#include <stdint.h>

#include "tui/app.h"

/* Enter accepts, escape cancels, tab completes; everything else edits. */
void prompt_key(struct app *app, uint32_t key);

/* The start of the visible text, such that the cursor is visible on a screen of this width. */
const char *prompt_shown(const struct prompt *p, const struct canvas *c);

#endif
