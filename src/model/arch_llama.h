/* What other families share with Llama's row: the paths of its modules and its hook points. */
#ifndef CT_MODEL_ARCH_LLAMA_H
#define CT_MODEL_ARCH_LLAMA_H

#include "model/arch.h"

enum { N_LLAMA_SITES = 19 };

extern const struct site llama_sites[N_LLAMA_SITES];
extern const char *const llama_prefixes[];
extern const char *const llama_heads[];

/* For struct module_paths. */
#define LLAMA_MODULES                                                                              \
    .token_embedding = "embed_tokens", .attention_norm = ".input_layernorm",                       \
    .q = ".self_attn.q_proj", .k = ".self_attn.k_proj", .v = ".self_attn.v_proj",                  \
    .q_norm = ".self_attn.q_norm", .k_norm = ".self_attn.k_norm",                                  \
    .attention_out = ".self_attn.o_proj", .mlp_in = ".mlp.gate_proj", .mlp_up = ".mlp.up_proj",    \
    .mlp_out = ".mlp.down_proj", .final_norm = "norm"

#endif
