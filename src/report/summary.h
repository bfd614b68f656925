/* The report of a whole analysis, as lines for people to read. */
#ifndef CT_REPORT_SUMMARY_H
#define CT_REPORT_SUMMARY_H

#include <stddef.h>

#include "base/status.h"
#include "pipeline/analysis.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_similarity.h"
#include "report/results.h"

/*
 * Of an analysis up to &stage_similarity, or else up to &stage_layers: then with a line a hook
 * point. *text: UTF-8, lines of at most about 96 columns, of our own only ASCII, nothing from a
 * file that a terminal would obey; owned by the caller: free(). r: the files that are told.
 * CT_ENOMEM.
 */
enum ct_status summary_text(const struct analysis *a, const struct results *r, char **text,
                            struct ct_error *err);

#endif
