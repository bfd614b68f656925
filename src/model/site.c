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

size_t site_width_word(const struct model_config *c)
{
    return c->word_size > 0 ? c->word_size : c->hidden_size;
}

size_t site_width_q(const struct model_config *c)
{
    return c->n_heads * c->head_dim;
}

size_t site_width_kv(const struct model_config *c)
{
    return c->n_kv_heads * c->head_dim;
}

size_t site_width_qkv(const struct model_config *c)
{
    return site_width_q(c) + 2 * site_width_kv(c);
}

size_t site_width_q_norm(const struct model_config *c)
{
    return c->has_qk_norms ? site_width_q(c) : 0;
}

size_t site_width_k_norm(const struct model_config *c)
{
    return c->has_qk_norms ? site_width_kv(c) : 0;
}

size_t site_width_intermediate(const struct model_config *c)
{
    return c->intermediate_size;
}

size_t site_width_gate_up(const struct model_config *c)
{
    return 2 * c->intermediate_size;
}

size_t site_width_final_norm(const struct model_config *c)
{
    return c->has_no_final_norm ? 0 : c->hidden_size;
}

size_t site_width_logits(const struct model_config *c)
{
    return c->vocab_size;
}
