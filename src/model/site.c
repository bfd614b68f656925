#include "config.h"
#include "model/site.h"

bool site_is_in_block(const struct site *site)
{
    return site->path[0] == '.' || site->path[0] == '\0';
}

size_t site_width_hidden(const struct model_config *c)
{
    return c->hidden_size;
}

size_t site_width_qkv(const struct model_config *c)
{
    return (c->n_heads + 2 * c->n_kv_heads) * c->head_dim;
}

size_t site_width_intermediate(const struct model_config *c)
{
    return c->intermediate_size;
}
