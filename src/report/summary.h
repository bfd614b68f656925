/* The report of a whole analysis, as lines for people to read. */
#ifndef CT_REPORT_SUMMARY_H
#define CT_REPORT_SUMMARY_H

#include <stddef.h>

#include "base/status.h"
#include "pipeline/analysis.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_similarity.h"
#include "report/page.h"
#include "report/results.h"

/*
 * Reports an analysis computed up to goal_analysis, or up to goal_layers: then with one line per
 * hook point. *text: UTF-8, lines of at most about 96 columns, our own words in ASCII, text from
 * files escaped for terminals; owned by the caller: free(). r: the files to list. CT_ENOMEM.
 */
enum ct_status summary_text(const struct analysis *a, const struct results *r, char **text,
                            struct ct_error *err);

/* The lines of one stage, and of those that are shown at it, or of all (NULL), with results for the
 * current parameters, in a page. */
void summary_of_stage(const struct analysis *a, const struct stage *stage, struct page *page);

#endif
