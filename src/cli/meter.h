/* How far a command is, on stderr where that is a terminal. */
#ifndef CT_CLI_METER_H
#define CT_CLI_METER_H

#include "base/status.h"
#include "pipeline/analysis.h"

/* analysis_run() with a line that tells the stage and its per cent, and is gone at the end. */
enum ct_status meter_run(struct analysis *a, enum stage_id last, struct ct_error *err);

#endif
