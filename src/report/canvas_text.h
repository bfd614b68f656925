/* A canvas as a file of plain text: no colours, no blanks at the ends of lines. */
#ifndef CT_REPORT_CANVAS_TEXT_H
#define CT_REPORT_CANVAS_TEXT_H

#include "base/status.h"
#include "plot/canvas.h"

/* Writes it in UTF-8 to path, which appears whole or not at all. CT_EIO. */
enum ct_status canvas_text_write(const struct canvas *c, const char *path, struct ct_error *err);

#endif
