/* A canvas as a plain text file: no colours, no trailing blanks. */
#ifndef CT_REPORT_CANVAS_TEXT_H
#define CT_REPORT_CANVAS_TEXT_H

#include "base/status.h"
#include "plot/canvas.h"

/* Writes UTF-8 to path, atomically. CT_EIO. */
enum ct_status canvas_text_write(const struct canvas *c, const char *path, struct ct_error *err);

#endif
