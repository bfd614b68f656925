/* A sequence of token ids, from the beginning of a text. */
#ifndef CT_MODEL_TOKEN_SEQ_H
#define CT_MODEL_TOKEN_SEQ_H

#include <stddef.h>
#include <stdint.h>

struct token_seq {       /* borrowed */
    const uint32_t *ids; /* [n] */
    size_t n;
};

#endif
