/*
 * An architecture: one const row for each family of models, at the end of its arch_NAME.c and
 * listed in arch.c. Nothing outside that file knows the names that the family gives to its modules
 * and to the keys of its config.json.
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
    const char *name; /* N stands for the number of a block, here and in `why` */
    const char *why;  /* `is the first third of h.N.attn.c_attn; ask for that` */
};

struct arch {
    const char *title;              /* what people call it: `GPT-2` */
    const char *const *model_types; /* in config.json's model_type; NULL after the last */

    /* Fills in *out, which is zero except for arch. CT_EFORMAT, CT_ENOTSUP. */
    enum ct_status (*read_config)(const struct config_reader *r, struct model_config *out);

    /* Binds all tensors of *out, which is zero; out->blocks [n_layers] is allocated. A failure is
     * kept by the binder. */
    void (*bind)(struct binder *b, const struct model_config *config, struct weights *out);

    /* The forward pass, of the operations in pass_ops.h: tokens to the stream; the block p->layer;
     * what comes after the last block. */
    void (*embed)(struct pass *p);
    void (*block)(struct pass *p);
    void (*head)(struct pass *p);

    const char *const *prefixes; /* that names of modules may have; NULL after the last */
    const char *block_path;      /* `h`: block 5 is called `h.5` */
    const struct site *sites;    /* [n_sites], as listed; inside blocks are neighbours */
    size_t n_sites;
    enum site_place default_place;  /* in the middle block: the hook point when none is asked for */
    const struct refusal *refusals; /* [n_refusals] */
    size_t n_refusals;
};

/* The rows, by arch_NAME.c. */
extern const struct arch arch_gpt2;

/* NULL: it is not known. */
const struct arch *arch_by_model_type(const char *model_type);

/* Of a config.json without model_type. */
const struct arch *arch_default(void);

/* Every model_type that is known, with commas between; cut to size. */
void arch_list_model_types(char *out, size_t size);

#endif
