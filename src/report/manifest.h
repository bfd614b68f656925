/* manifest.json: what was run, on what, with what outcome, so that it can be run again. */
#ifndef CT_REPORT_MANIFEST_H
#define CT_REPORT_MANIFEST_H

#include "base/status.h"
#include "pipeline/analysis.h"
#include "report/tables.h"

/* Writes FOLDER/manifest.json. command [n_command]: the program's arguments, borrowed; written: the
 * result files in the folder. Reads the model's files once more, for their SHA-256. CT_EIO,
 * CT_ENOMEM. */
enum ct_status manifest_write(const struct analysis *a, const char *const *command,
                              size_t n_command, const struct tables_written *written,
                              const char *folder, struct ct_error *err);

#endif
