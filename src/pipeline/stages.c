#include "config.h"
#include "pipeline/stages.h"

#include <string.h>

#include "pipeline/analysis.h"
#include "pipeline/stage_answer.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_direct.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_halves.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_lens.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_map.h"
#include "pipeline/stage_picture.h"
#include "pipeline/stage_shuffled.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"

/* Of the analysis of a hook point, in the order in which people meet them. */
#define OF_ANALYSIS                                                                                \
    &stage_load, &stage_hook, &stage_extract, &stage_contrast, &stage_ttest, &stage_space,         \
        &stage_tsne, &stage_cluster, &stage_similarity

/* The answer, and its parts: those that are shown at it. */
#define OF_ANSWER &stage_answer, &stage_shuffled, &stage_halves, &stage_picture

/* The effect and its parts. */
#define OF_EFFECT &stage_effect, &stage_map, &stage_lens, &stage_direct

const struct stage *const stages[] = { OF_ANALYSIS, OF_ANSWER, &stage_layers, OF_EFFECT };
const size_t n_stages = sizeof stages / sizeof *stages;

/* Inputs are computed in order: the contrast comes first, so that what is wrong with the groups is
 * reported before the activations are extracted. */
static const struct stage analysis = {
    .name = "analysis",
    .inputs = (const struct stage *const[]){ &stage_contrast, OF_ANALYSIS, NULL },
};

static const struct stage answer = {
    .name = "answer",
    .inputs = (const struct stage *const[]){ OF_ANSWER, NULL },
};

static const struct stage analysis_and_answer = {
    .name = "analysis",
    .inputs = (const struct stage *const[]){ &analysis, &answer, NULL },
};

static const struct stage effect = {
    .name = "effect",
    .inputs = (const struct stage *const[]){ OF_EFFECT, NULL },
};

static const struct stage of_model = {
    .name = "effect",
    .inputs = (const struct stage *const[]){ &stage_map, &stage_lens, NULL },
};

static const struct stage analysis_and_effect = {
    .name = "analysis",
    .inputs = (const struct stage *const[]){ &analysis, &effect, NULL },
};

static const struct stage everything = {
    .name = "analysis",
    .inputs = (const struct stage *const[]){ &analysis, &answer, &effect, NULL },
};

const struct stage *const goal_analysis = &analysis;
const struct stage *const goal_layers = &stage_layers;

const struct stage *goal_of(const struct params *params)
{
    if (params->swap)
        return params->answer ? &everything : &analysis_and_effect;
    return params->answer ? &analysis_and_answer : &analysis;
}

const struct stage *goal_beside_layers(const struct params *params)
{
    return params->swap && (params->map || params->lens) ? &of_model : NULL;
}

const struct stage *stage_with_parts(const struct stage *stage)
{
    return stage == &stage_answer ? &answer : stage == &stage_effect ? &effect : stage;
}

bool stage_is_told(const struct stage *stage)
{
    return stage->title != NULL || stage->shown_at != NULL;
}

const struct stage *stage_shown(const struct stage *stage)
{
    if (stage->title == NULL && stage->shown_at != NULL)
        return stage->shown_at;
    for (size_t i = stage_index(stage); stage->title == NULL; i++)
        stage = stages[i];
    return stage;
}

const char *setting_missing(const struct setting *setting, const struct params *params)
{
    const struct stage *const stage = setting_stage(setting);
    struct params more = *params; /* borrows */

    if (stage_is_needed(goal_of(params), stage))
        return NULL;
    more.swap = true;
    if (stage_is_needed(goal_of(&more), stage))
        return "swap";
    more.swap = params->swap;
    more.answer = true;
    return stage_is_needed(goal_of(&more), stage) ? "answer" : NULL;
}

size_t stage_index(const struct stage *stage)
{
    size_t i = 0;

    while (stages[i] != stage)
        i++;
    return i;
}

const struct setting *setting_at(size_t i)
{
    for (size_t s = 0; s < n_stages; s++) {
        if (i < stages[s]->n_settings)
            return &stages[s]->settings[i];
        i -= stages[s]->n_settings;
    }
    return NULL;
}

const struct setting *setting_find(const char *name)
{
    size_t i = 0;

    while (strcmp(setting_at(i)->name, name) != 0)
        i++;
    return setting_at(i);
}

const struct stage *setting_stage(const struct setting *setting)
{
    for (size_t s = 0; s < n_stages; s++)
        for (size_t i = 0; i < stages[s]->n_settings; i++)
            if (&stages[s]->settings[i] == setting)
                return stages[s];
    return NULL;
}
