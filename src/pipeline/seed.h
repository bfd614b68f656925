/* The seed of random numbers: a parameter listed with those of t-SNE, on which results of other
 * stages depend as well. */
#ifndef CT_PIPELINE_SEED_H
#define CT_PIPELINE_SEED_H

#include <stddef.h>

#include "pipeline/command.h"
#include "pipeline/params.h"
#include "pipeline/setting.h"

#define SETTING_SEED                                                                               \
    {                                                                                              \
        .name = "seed", .kind = &kind_seed, .field = offsetof(struct params, seed),                \
        .commands = FOR_RUN | FOR_TTEST | FOR_TSNE | FOR_KMEANS, .argument = "N",                  \
        .help = "random seed"                                                                      \
    }

/* For stages whose results depend on it (struct stage, also). */
extern const struct setting setting_seed;

#endif
