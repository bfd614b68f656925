#ifndef CT_MODEL_TOKENS_TOKEN_H
#define CT_MODEL_TOKENS_TOKEN_H

#include <stddef.h>
#include <stdint.h>

struct token {
    uint32_t id;
    size_t begin; /* [begin, end): bytes of the text that it covers; may split a code point */
    size_t end;
};

#endif
