/*
 * Reads how a model's rotary embedding is scaled: rope_parameters of transformers 5, rope_scaling
 * and single keys of transformers 4.
 */
#ifndef CT_MODEL_CONFIG_ROTARY_H
#define CT_MODEL_CONFIG_ROTARY_H

#include "model/config_reader.h"

struct rotary_keys {          /* in the file itself; NULL: none */
    const char *base[3];      /* alternative names; NULL-terminated */
    const char *part[3];      /* of rotary_part */
    const char *sliding_base; /* blocks that slide have an embedding of their own */
};

/* out->rotary has the defaults of the family; n_positions is known. CT_EFORMAT, CT_ENOTSUP (another
 * kind of scaling). */
enum ct_status config_read_rotary(const struct config_reader *r, const struct rotary_keys *keys,
                                  struct model_config *out);

#endif
