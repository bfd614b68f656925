#include "config.h"
#include "model/model_config.h"

bool config_slides(const struct model_config *c, size_t layer)
{
    return ((unsigned)c->slides[layer / 8] >> layer % 8 & 1U) != 0;
}

void config_set_slides(struct model_config *c, size_t layer)
{
    c->slides[layer / 8] = (unsigned char)(c->slides[layer / 8] | 1U << layer % 8);
}
