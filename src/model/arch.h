/*
 * An architecture: one const row per model family, at the end of an arch_NAME.c and listed in
 * arch.c. Nothing outside these files knows the family's names of modules and config.json keys, and
 * no family has code of its own for the forward pass: config and weights say what it computes.
 */
#ifndef CT_MODEL_ARCH_H
#define CT_MODEL_ARCH_H

#include <stddef.h>

#include "base/status.h"
#include "model/config_reader.h"
#include "model/config_rotary.h"
#include "model/model_config.h"
#include "model/site.h"
#include "model/tokens/fallback.h"

struct refusal {      /* a name that people try, and why there is no such hook point */
    const char *name; /* N stands for a block number, here and in `why` */
    const char *why;  /* `is the first third of h.N.attn.c_attn; use that` */
};

/* The modules that have weights; NULL: the family does not have it. Those of blocks begin with '.'
 * and are below the block. */
struct module_paths {
    const char *token_embedding;
    const char *position_embedding;
    const char *word_projection;   /* from token embeddings of another width to hidden_size */
    const char *output_projection; /* back to that width */
    const char *attention_norm;
    const char *qkv; /* one of all three, or q, k, v */
    const char *q;
    const char *k;
    const char *v;
    const char *q_norm;
    const char *k_norm;
    const char *attention_out;
    const char *attention_post_norm;
    const char *mlp_norm;
    const char *gate_up; /* one of both, or mlp_in (the gate, if there are gates) and mlp_up */
    const char *mlp_in;
    const char *mlp_up;
    const char *mlp_out;
    const char *mlp_post_norm;
    const char *final_norm;
};

struct arch {
    const char *title;              /* common name: `GPT-2` */
    const char *const *model_types; /* values of model_type in config.json; NULL-terminated */

    const struct model_config *defaults; /* of transformers, and the kinds of the family */
    const struct config_key *keys;       /* [n_keys] */
    size_t n_keys;
    struct rotary_keys rotary; /* base[0] NULL: the embedding is not configurable, or absent */
    const char *nested;        /* the key of the object that has all these keys; NULL: none */

    /* Reads what keys do not express, after them; NULL: nothing. CT_EFORMAT, CT_ENOTSUP. */
    enum ct_status (*read_more)(const struct config_reader *r, struct model_config *out);

    enum tokenizer_fallback fallback; /* of a tokenizer without tokenizer.json */

    const char *const *prefixes; /* optional prefixes of module names; NULL-terminated */
    const char *const *heads; /* names of the output layer's weight, `MODULE.weight`, which may be
                                 in place of the embedding if they are tied; NULL-terminated */
    const char *block_path;   /* `h`: block 5 is `h.5` */
    struct module_paths modules;

    const struct site *sites; /* [n_sites], in listing order; those in blocks are adjacent */
    size_t n_sites;
    enum site_place default_place;  /* the default hook point, in the middle block */
    const struct refusal *refusals; /* [n_refusals] */
    size_t n_refusals;
};

/* The rows, defined in arch_NAME.c. */
extern const struct arch arch_gpt2;
extern const struct arch arch_llama;
extern const struct arch arch_mistral;
extern const struct arch arch_qwen2;
extern const struct arch arch_qwen3;
extern const struct arch arch_gemma;
extern const struct arch arch_gemma2;
extern const struct arch arch_gemma3;
extern const struct arch arch_gemma3_text;
extern const struct arch arch_gpt_neox;
extern const struct arch arch_opt;
extern const struct arch arch_gpt_neo;
extern const struct arch arch_gptj;
extern const struct arch arch_phi;
extern const struct arch arch_phi3;

/* NULL: unknown. */
const struct arch *arch_by_model_type(const char *model_type);

/* For a config.json without model_type. */
const struct arch *arch_default(void);

/* All known model_types, separated by commas; truncated to size. */
void arch_list_model_types(char *out, size_t size);

#endif
