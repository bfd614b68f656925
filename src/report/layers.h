/* A table of the hook points of an analysis, one per line, and the folders of their files. */
#ifndef CT_REPORT_LAYERS_H
#define CT_REPORT_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/analysis.h"
#include "pipeline/stage_layers.h"

#define LAYERS_FILE "layers.csv"

enum { LAYER_LINE_COLS = 49, LAYER_LINE_SIZE = 240 };

/* The header of the lines, which begin with a blank; the first LAYER_LINE_COLS columns are readable
 * without the rest. */
extern const char layers_header[];
extern const char layers_header_more[];

/* The numbers of a row in one line; a long name is shortened to its end. */
void layer_line(const struct layer_row *row, char out[LAYER_LINE_SIZE]);

/* The header and lines of the share significant and, if has_answer, of the clumping. */
extern const char layer_answer_header[];
extern const char layer_answer_header_more[];
void layer_answer_line(const struct layer_row *row, bool has_answer, char out[LAYER_LINE_SIZE]);

/* The name of a layer's folder: the hook point's, with all characters other than letters, digits,
 * `_`, `-` and (except at the start) `.` as %XX. Owned by the caller: free(). NULL when memory is
 * out. */
char *layer_name(const char *hook);

/* FOLDER/NAME, also owned by the caller. */
char *layer_folder(const char *folder, const char *hook);

/* Whether the subfolder of that name is one of results of a layer: not a link, and without a
 * manifest, which a run of its own has. */
bool layer_is_plain(const char *folder, const char *name);

/* Whether it is a possible result of layer_name(). */
bool layer_is_name(const char *name, size_t size);

#endif
