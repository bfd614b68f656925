/* The report of a whole analysis in lines that a person reads. */
#ifndef CT_REPORT_SUMMARY_H
#define CT_REPORT_SUMMARY_H

#include <stddef.h>

#include "base/status.h"
#include "pipeline/analysis.h"
#include "report/tables.h"

/*
 * Of an analysis up to STAGE_SIMILARITY, or else up to STAGE_LAYERS: then with a line a hook point.
 * *text: UTF-8, lines of at most about 96 columns, of our own only ASCII, nothing from a file that
 * a terminal would obey. folder: where the files that written
 * tells were written, or NULL. Owned by the caller: free().
 * CT_ENOMEM.
 */
enum ct_status summary_text(const struct analysis *a, const char *folder,
                            const struct tables_written *written, char **text,
                            struct ct_error *err);

#endif
