/* Binds the weights of a model by the module paths of its family. */
#ifndef CT_MODEL_BIND_MODEL_H
#define CT_MODEL_BIND_MODEL_H

#include "model/bind.h"
#include "model/model_config.h"

/* All tensors of *out, which is zero; out->blocks [n_layers] is allocated. The binder keeps any
 * failure. */
void bind_model(struct binder *b, const struct model_config *config, struct weights *out);

/* The output layer, after bind_model(): the embedding if it is tied to it, or its own tensor. The
 * binder keeps any failure, which is no failure of the model: only logits need it. */
void bind_output(struct binder *b, const struct model_config *config, struct weights *out);

#endif
