/* Progress of a command, on stderr if that is a terminal. */
#ifndef CT_CLI_METER_H
#define CT_CLI_METER_H

#include "base/status.h"
#include "pipeline/analysis.h"
#include "pipeline/stage_layers.h"

/* Called for each hook point of stage_layers, see struct analysis_watch. */
typedef enum ct_status layer_function(void *context, struct analysis *layer, struct ct_error *err);

/* analysis_run() with a progress line that shows the stage and percentage and is cleared at the
 * end. layer may be NULL. */
enum ct_status meter_run(struct analysis *a, const struct stage *goal, layer_function *layer,
                         void *context, struct ct_error *err);

#endif
