/*
 * The names of a checkpoint's tensors without what wrappers put in front of or into them:
 * torch.compile (`_orig_mod.`), FSDP and activation checkpointing anywhere in a name,
 * DataParallel, Lightning, PEFT, TRL and others as a prefix (`module.`, `model.`).
 */
#ifndef CT_MODEL_TENSOR_NAMES_H
#define CT_MODEL_TENSOR_NAMES_H

#include <stddef.h>

#include "base/status.h"
#include "model/checkpoint.h"

struct tensor_name {
    char *plain;      /* without the parts that wrappers put anywhere, owned */
    const char *name; /* in the file, borrowed from the checkpoint */
};

struct tensor_names {          /* zero-initialise; owns items until tensor_names_clear() */
    struct tensor_name *items; /* [n], sorted by plain */
    size_t n;
    char *prefix; /* that the names have besides the family's own prefixes, `model.`; or NULL */
};

/*
 * Reads the names, and finds the prefix: embedding is a tensor that every checkpoint of the family
 * has, known [.., NULL] the prefixes with which the family's names appear anyway. CT_EFORMAT: it is
 * not there, or with several prefixes none of which is known; the message lists what is there.
 * CT_ENOTSUP: weights of LoRA that are not merged. CT_ENOMEM.
 */
enum ct_status tensor_names_read(const struct checkpoint *checkpoint, const char *dir,
                                 const char *embedding, const char *const *known,
                                 struct tensor_names *out, struct ct_error *err);
void tensor_names_clear(struct tensor_names *names);

/* The name in the file of prefix + name; NULL if there is none. */
const char *tensor_names_find(const struct tensor_names *names, const char *prefix,
                              const char *name);

#endif
