#include "config.h"
#include "pipeline/seed.h"

const struct setting setting_seed = SETTING_SEED;
