/* Rows of the tables of keys in arch_NAME.c. */
#ifndef CT_MODEL_CONFIG_KEYS_H
#define CT_MODEL_CONFIG_KEYS_H

#include "model/config_reader.h"

/* A key of a kind for a field, and its alternative names. */
#define KEY(kind, field, ...) KEY_ROW(kind, field, 0, false, __VA_ARGS__)

/* A size, 1 .. max. */
#define KEY_SIZE(field, max, ...) KEY_ROW(CONFIG_SIZE, field, max, false, __VA_ARGS__)

/* A size whose null means 0, and not its default. */
#define KEY_SIZE_OR_NULL(field, max, ...) KEY_ROW(CONFIG_SIZE, field, max, true, __VA_ARGS__)

#define KEY_ROW(kind, field, max, null_is_zero, ...)                                               \
    {                                                                                              \
        kind, { __VA_ARGS__ }, offsetof(struct model_config, field), max, null_is_zero             \
    }

/* What Llama and the families that are like it call their sizes. */
#define LLAMA_KEYS                                                                                 \
    KEY_SIZE(vocab_size, CONFIG_MAX_VOCAB, "vocab_size"),                                          \
        KEY_SIZE(n_positions, CONFIG_MAX_POSITIONS, "max_position_embeddings"),                    \
        KEY_SIZE(hidden_size, CONFIG_MAX_HIDDEN, "hidden_size"),                                   \
        KEY_SIZE(n_layers, CONFIG_MAX_LAYERS, "num_hidden_layers"),                                \
        KEY_SIZE(n_heads, CONFIG_MAX_HIDDEN, "num_attention_heads"),                               \
        KEY_SIZE_OR_NULL(n_kv_heads, CONFIG_MAX_HIDDEN, "num_key_value_heads"),                    \
        KEY_SIZE(head_dim, CONFIG_MAX_HIDDEN, "head_dim"),                                         \
        KEY_SIZE(intermediate_size, CONFIG_MAX_INTERMEDIATE, "intermediate_size"),                 \
        KEY(CONFIG_FRACTION, norm_epsilon, "rms_norm_eps"),                                        \
        KEY(CONFIG_BOOL, is_tied, "tie_word_embeddings")

#define SLIDING_WINDOW KEY_SIZE_OR_NULL(window, CONFIG_MAX_POSITIONS, "sliding_window")

/* One key for all four layers of attention. */
#define ATTENTION_BIAS                                                                             \
    KEY(CONFIG_BOOL, has_qkv_bias, "attention_bias"),                                              \
        KEY(CONFIG_BOOL, has_attention_bias, "attention_bias")

#endif
