/* config.json of a GPT-2 model, with the defaults of transformers' GPT2Config. */
#ifndef CT_MODEL_GPT2_CONFIG_H
#define CT_MODEL_GPT2_CONFIG_H

#include "base/status.h"
#include "model/gpt2.h"

/*
 * Newer names (hidden_size, num_hidden_layers, num_attention_heads, max_position_embeddings) and
 * n_ctx of old files are understood. CT_EIO, CT_EFORMAT (a value that makes no sense),
 * CT_ENOTSUP (another architecture or activation function), CT_ENOMEM.
 */
enum ct_status gpt2_config_load(const char *path, struct gpt2_config *out, struct ct_error *err);

#endif
