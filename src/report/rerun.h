/* A run that was repeated, held against its manifest. */
#ifndef CT_REPORT_RERUN_H
#define CT_REPORT_RERUN_H

#include <stdbool.h>

#include "base/status.h"
#include "pipeline/stage_layers.h"
#include "report/manifest.h"

struct rerun;

/*
 * m, folder (where m's result files lie) and temporary are borrowed until rerun_free(), which
 * accepts NULL. Where figures are to be told, a file is made for a moment in a folder of its own
 * under temporary. CT_ENOMEM.
 */
enum ct_status rerun_new(const struct manifest *m, const char *folder, const char *temporary,
                         struct rerun **out, struct ct_error *err);
void rerun_free(struct rerun *r);

/* Whether the manifest has files of single hook points: then rerun_layer() is to see each of them
 * while &stage_layers runs. CT_EIO, CT_ENOMEM, and what computing its similarities may give. */
bool rerun_has_layers(const struct rerun *r);
enum ct_status rerun_layer(struct rerun *r, struct analysis *layer, struct ct_error *err);

/*
 * Compares what the analysis has read and what it gives with what the manifest says and with the
 * files that are there. *text: lines that say of each whether it is the same, and which figures
 * differ; owned by the caller: free(). *same: everything is, and the files are as they were.
 * CT_EIO, CT_ENOMEM.
 */
enum ct_status rerun_end(struct rerun *r, const struct analysis *a, char **text, bool *same,
                         struct ct_error *err);

#endif
