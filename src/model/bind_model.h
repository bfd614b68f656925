/* Binds the weights of a model by the module paths of its family. */
#ifndef CT_MODEL_BIND_MODEL_H
#define CT_MODEL_BIND_MODEL_H

#include "model/bind.h"
#include "model/model_config.h"

/* All tensors of *out, which is zero; out->blocks [n_layers] is allocated. The binder keeps any
 * failure. */
void bind_model(struct binder *b, const struct model_config *config, struct weights *out);

#endif
