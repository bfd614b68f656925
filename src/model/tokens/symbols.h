/*
 * The tokens that a piece of text starts as, in a vocabulary of plain text: its characters, or for
 * those without a token their bytes `<0xNN>`, or the unknown token.
 */
#ifndef CT_MODEL_TOKENS_SYMBOLS_H
#define CT_MODEL_TOKENS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/tokens/bpe.h"
#include "model/tokens/vocab.h"

struct symbol_rules {
    bool byte_fallback;
    bool fuse_unk; /* several unknown characters in a row are one token */
    bool has_unk;  /* without it, characters without a token are left out */
    uint32_t unk_id;
};

struct symbol_list {          /* zero-initialise; owns its arrays until symbol_list_clear() */
    struct bpe_symbol *items; /* [n + 1]: see bpe_encode_symbols() */
    uint32_t *sizes;          /* [n] in bytes */
    size_t n;
    size_t room;
};

void symbol_list_clear(struct symbol_list *list);

/* bytes [size] are a piece; lacks[byte] says whether its token byte_ids[byte] is missing.
 * CT_ENOMEM.
 */
enum ct_status symbols_of_piece(const struct vocab *vocab, const struct symbol_rules *rules,
                                const uint32_t byte_ids[256], const unsigned char lacks[256],
                                const char *bytes, size_t size, struct symbol_list *out,
                                struct ct_error *err);

#endif
