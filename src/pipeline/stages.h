/* The list of stages, the parameters of all of them, and the goals that they are computed for. */
#ifndef CT_PIPELINE_STAGES_H
#define CT_PIPELINE_STAGES_H

#include <stddef.h>

#include "pipeline/stage.h"

/* [n_stages] in the order in which people meet them: each behind its inputs. */
extern const struct stage *const stages[];
extern const size_t n_stages;

/* What is computed in a run and for each hook point of a run with --per-layer: not a stage itself,
 * but every stage of the list except that of the layers. */
extern const struct stage *const goal_analysis;

/* What is computed in a run with --per-layer. */
extern const struct stage *const goal_layers;

/* The place of a stage in the list. */
size_t stage_index(const struct stage *stage);

/* The parameters of all stages in that order; NULL: there are no more. */
const struct setting *setting_at(size_t i);

/* The one of that name, which must be there, and the stage that it belongs to. */
const struct setting *setting_find(const char *name);
const struct stage *setting_stage(const struct setting *setting);

#endif
