/* A canvas as a picture: SVG, as a terminal with true colours and a black background shows it. */
#ifndef CT_REPORT_CANVAS_SVG_H
#define CT_REPORT_CANVAS_SVG_H

#include "base/status.h"
#include "plot/canvas.h"

/* Writes the cells to path, atomically: blocks and braille dots as shapes, everything else as text
 * in any monospaced font, which can be searched and copied. CT_EIO, CT_ENOMEM. */
enum ct_status canvas_svg_write(const struct canvas *c, const char *path, struct ct_error *err);

#endif
