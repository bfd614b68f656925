/* The list of stages, their parameters, and the goals of a run. */
#ifndef CT_PIPELINE_STAGES_H
#define CT_PIPELINE_STAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/stage.h"

/* [n_stages] in the order users see them: each after its inputs. */
extern const struct stage *const stages[];
extern const size_t n_stages;

/* The goal of a run, and of each hook point of a run with --per-layer: not a stage itself, its
 * inputs are all stages of the list except the answer and the layers. */
extern const struct stage *const goal_analysis;

/* The same, with the answer and its parts if the parameters ask for it. */
const struct stage *goal_of(const struct params *params);

/* What is computed when people ask for a stage: itself, or a goal that has its parts as well. */
const struct stage *stage_with_parts(const struct stage *stage);

/* Whether reports and progress name a stage: it has a title, or is a part of one that has. */
bool stage_is_told(const struct stage *stage);

/* The stage at which a stage of the list is shown: itself, if it has a title. */
const struct stage *stage_shown(const struct stage *stage);

/* The goal of a run with --per-layer; and what it computes once, since it does not depend on hook
 * points, if the parameters ask for it: NULL: nothing. */
extern const struct stage *const goal_layers;
const struct stage *goal_beside_layers(const struct params *params);

/* The index of a stage in the list. */
size_t stage_index(const struct stage *stage);

/* The parameters of all stages in that order; NULL: no more. */
const struct setting *setting_at(size_t i);

/* The parameter of that name, which must exist, and the stage that it belongs to. */
const struct setting *setting_find(const char *name);
const struct stage *setting_stage(const struct setting *setting);

/* The parameter without which a run does not come to this one's stage: `swap`, `answer`; NULL:
 * none. */
const char *setting_missing(const struct setting *setting, const struct params *params);

#endif
