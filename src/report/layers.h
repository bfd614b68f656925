/* The hook points of an analysis side by side: a line each, and where their files lie. */
#ifndef CT_REPORT_LAYERS_H
#define CT_REPORT_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/analysis.h"
#include "pipeline/stage_layers.h"

#define LAYERS_FILE "layers.csv"

enum { LAYER_LINE_COLS = 49, LAYER_LINE_SIZE = 240 };

/* What stands above the lines, which begin with a blank; the first LAYER_LINE_COLS columns do
 * without the rest. */
extern const char layers_header[];
extern const char layers_header_more[];

/* The figures of a row in one line; a name that is too long keeps its end. */
void layer_line(const struct layer_row *row, char out[LAYER_LINE_SIZE]);

/* The name of a layer's folder: its hook point's, what is no letter, digit, `_`, `-` or (but for
 * the first) `.` as %XX. Owned by the caller: free(). NULL when memory is out. */
char *layer_name(const char *hook);

/* FOLDER/NAME, with the same owner. */
char *layer_folder(const char *folder, const char *hook);

/* Whether layer_name() may have given it. */
bool layer_is_name(const char *name, size_t size);

#endif
