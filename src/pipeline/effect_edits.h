/* The interventions of an analysis, from the parameter --edit. */
#ifndef CT_PIPELINE_EFFECT_EDITS_H
#define CT_PIPELINE_EFFECT_EDITS_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/effect_run.h"

#define DEFAULT_EDIT "swap"

enum { EFFECT_MOST_EDITS = 16 /* that of --add included */, EFFECT_EDIT_NAME = 40 };

/* Whether text is `swap`, `mean`, `zero` or `scale=X`, or at most EFFECT_MOST_EDITS - 1 of them
 * separated by commas. */
bool effect_edits_are(const char *text);

/* Returns the number of edits; 0: text is not as above. */
size_t effect_edits_read(const char *text, struct effect_edit edits[EFFECT_MOST_EDITS]);

/* The edit that text [size] names; false: it is none of them. */
bool effect_edit_read(const char *text, size_t size, struct effect_edit *out);

/* As text has it: `scale=0.5`; `add=2`. */
void effect_edit_name(const struct effect_edit *edit, char out[EFFECT_EDIT_NAME]);

/* Those of one set, together: `zero+scale=0.5`; truncated to size. */
void effect_edits_name(const struct effect_edit *edits, size_t n, char *out, size_t size);

#endif
