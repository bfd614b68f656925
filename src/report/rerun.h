/* A run that was repeated, held against its manifest. */
#ifndef CT_REPORT_RERUN_H
#define CT_REPORT_RERUN_H

#include <stdbool.h>

#include "base/status.h"
#include "report/manifest.h"

/*
 * Compares what the analysis has read and what it gives with what m says and with the result files
 * that lie in folder, the manifest's. *text: lines that say of each whether it is the same, and
 * which figures differ; owned by the caller: free(). *same: everything is, and the files are as
 * they were. Where figures are to be told, a file is made for a moment in a folder of its own under
 * temporary. CT_EIO, CT_ENOMEM.
 */
enum ct_status rerun_compare(const struct analysis *a, const struct manifest *m, const char *folder,
                             const char *temporary, char **text, bool *same, struct ct_error *err);

#endif
