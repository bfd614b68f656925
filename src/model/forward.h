/*
 * The forward pass of every architecture, from the kinds in model_config: from tokens to the
 * stream; the block p->layer; what follows the last block. They are made of the operations in
 * pass_ops.h.
 */
#ifndef CT_MODEL_FORWARD_H
#define CT_MODEL_FORWARD_H

#include "model/pass_ops.h"

void forward_embed(struct pass *p);
void forward_block(struct pass *p);
void forward_head(struct pass *p);

#endif
