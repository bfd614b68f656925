/* Compares a repeated run with its manifest. */
#ifndef CT_REPORT_RERUN_H
#define CT_REPORT_RERUN_H

#include <stdbool.h>

#include "base/status.h"
#include "pipeline/stage_layers.h"
#include "report/manifest.h"

struct rerun;

/*
 * m, folder (of m's result files) and temporary are borrowed until rerun_free(), which accepts
 * NULL. To report differing values, a file is written briefly to a new folder under temporary.
 * CT_ENOMEM.
 */
enum ct_status rerun_new(const struct manifest *m, const char *folder, const char *temporary,
                         struct rerun **out, struct ct_error *err);
void rerun_free(struct rerun *r);

/* Whether the manifest lists files of single hook points: then rerun_layer() must be called for
 * each while stage_layers runs. CT_EIO, CT_ENOMEM, and errors of computing its similarities. */
bool rerun_has_layers(const struct rerun *r);
enum ct_status rerun_layer(struct rerun *r, struct analysis *layer, struct ct_error *err);

/*
 * Compares the inputs and results of the analysis with the manifest and with the files on disk.
 * *text: lines that report whether each is the same, and which values differ; owned by the caller:
 * free(). *same: everything is the same, and the files are unchanged. CT_EIO, CT_ENOMEM.
 */
enum ct_status rerun_end(struct rerun *r, const struct analysis *a, char **text, bool *same,
                         struct ct_error *err);

#endif
