/*
 * An architecture: one const row per model family, at the end of its arch_NAME.c and listed in
 * arch.c. Nothing outside that file knows the family's names of modules and config.json keys.
 */
#ifndef CT_MODEL_ARCH_H
#define CT_MODEL_ARCH_H

#include <stddef.h>

#include "base/status.h"
#include "model/model_config.h"
#include "model/site.h"

struct binder;
struct config_reader;
struct pass;
struct weights;

struct refusal {      /* a name that people try, and why there is no such hook point */
    const char *name; /* N stands for a block number, here and in `why` */
    const char *why;  /* `is the first third of h.N.attn.c_attn; use that` */
};

struct arch {
    const char *title;              /* common name: `GPT-2` */
    const char *const *model_types; /* values of model_type in config.json; NULL-terminated */

    /* Fills in *out, which is zero except for arch. CT_EFORMAT, CT_ENOTSUP. */
    enum ct_status (*read_config)(const struct config_reader *r, struct model_config *out);

    /* Binds all tensors of *out, which is zero; out->blocks [n_layers] is allocated. The binder
     * keeps any failure. */
    void (*bind)(struct binder *b, const struct model_config *config, struct weights *out);

    /* The forward pass, made of the operations in pass_ops.h: from tokens to the stream; the block
     * p->layer; what follows the last block. */
    void (*embed)(struct pass *p);
    void (*block)(struct pass *p);
    void (*head)(struct pass *p);

    const char *const *prefixes; /* optional prefixes of module names; NULL-terminated */
    const char *embedding;       /* a tensor that every checkpoint has: `wte.weight` */
    const char *block_path;      /* `h`: block 5 is `h.5` */
    const struct site *sites;    /* [n_sites], in listing order; those in blocks are adjacent */
    size_t n_sites;
    enum site_place default_place;  /* the default hook point, in the middle block */
    const struct refusal *refusals; /* [n_refusals] */
    size_t n_refusals;
};

/* The rows, defined in arch_NAME.c. */
extern const struct arch arch_gpt2;

/* NULL: unknown. */
const struct arch *arch_by_model_type(const char *model_type);

/* For a config.json without model_type. */
const struct arch *arch_default(void);

/* All known model_types, separated by commas; truncated to size. */
void arch_list_model_types(char *out, size_t size);

#endif
