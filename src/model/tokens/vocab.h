/*
 * The tokens of a vocabulary: id -> bytes, and bytes -> id. In the files of a byte-level
 * vocabulary, every byte of a token is written as one printable character (Radford et al. 2019, the
 * code released with it): the 188 bytes that are printable in Latin-1 as themselves, the other 68,
 * in order, as U+0100 to U+0143. In others, tokens are plain text.
 */
#ifndef CT_MODEL_TOKENS_VOCAB_H
#define CT_MODEL_TOKENS_VOCAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    VOCAB_NONE = -1,
    VOCAB_MAX_ID = (1 << 21) - 1, /* forty times GPT-2's largest */
    VOCAB_MAX_PIECE = 4096,       /* bytes of one token */
};

struct vocab_span { /* of vocab.bytes */
    uint32_t begin; /* UINT32_MAX if there is no token */
    uint32_t size;
};

struct vocab {     /* zero-initialise; owns its arrays until vocab_clear() */
    bool is_plain; /* names are the tokens themselves; set before vocab_add() */
    char *bytes;   /* [n_bytes] of bytes_room */
    size_t n_bytes;
    size_t bytes_room;
    struct vocab_span *spans; /* [n_ids] of spans_room */
    size_t n_ids;             /* largest id + 1 */
    size_t n_pieces;          /* ids that have a token */
    size_t spans_room;
    uint32_t *slots; /* [n_slots], a power of two, open addressing; NULL after vocab_seal() */
    size_t n_slots;
    size_t n_names;
    uint32_t *odd; /* [n_odd_slots]: the same for tokens with a character outside the alphabet, by
                      name: id + 1, or 0 */
    size_t n_odd;
    size_t n_odd_slots;
};

void vocab_clear(struct vocab *vocab);

/* Reserves room for the expected number of tokens. CT_ENOMEM. */
enum ct_status vocab_expect(struct vocab *vocab, size_t n_tokens, struct ct_error *err);

/*
 * Adds a token by its name in the files. A name with a character outside the alphabet is taken as
 * its own UTF-8, and only vocab_find_name() finds it. CT_EFORMAT: id or name taken, name too long;
 * CT_ENOMEM.
 */
enum ct_status vocab_add(struct vocab *vocab, uint32_t id, const char *name, size_t size,
                         struct ct_error *err);

/* Sets the bytes shown for id (at most VOCAB_MAX_ID), new or not. CT_EFORMAT: too many;
 * CT_ENOMEM. */
enum ct_status vocab_put(struct vocab *vocab, uint32_t id, const char *bytes, size_t size,
                         struct ct_error *err);

/* The id of the token with this name in the files, or VOCAB_NONE. Not after vocab_seal(). */
int32_t vocab_find_name(const struct vocab *vocab, const char *name, size_t size);

/* The id of the token with these bytes, or VOCAB_NONE. Not after vocab_seal(). */
int32_t vocab_find(const struct vocab *vocab, const char *bytes, size_t size);

/* A name that vocab_find() will be asked for. */
struct vocab_name {
    const char *bytes; /* [size] */
    size_t size;
    uint32_t probable_id; /* set by vocab_load_ahead(); any number if the name is unknown */
};

/* Has the processor load what it needs to find names [n], at most VOCAB_AHEAD, all at once. */
enum { VOCAB_AHEAD = 128 };
void vocab_load_ahead(const struct vocab *vocab, struct vocab_name *names, size_t n);

/* The bytes of id, borrowed from vocab; NULL if there is no such id. */
const char *vocab_piece(const struct vocab *vocab, uint32_t id, size_t *size);

/* Call after reading: frees what only vocab_find() and vocab_add() need. */
void vocab_seal(struct vocab *vocab);

/* The bytes that a name [size] in the files stands for -> bytes, with room for size; returns their
 * number, or SIZE_MAX if it is outside the alphabet. */
size_t vocab_bytes_of_name(const struct vocab *vocab, const char *name, size_t size, char *bytes);

/* Decodes name [size] in the alphabet to bytes, with room for size; returns their number, or
 * SIZE_MAX if a character is not in the alphabet. */
size_t vocab_decode_name(const char *name, size_t size, char *bytes);

/* The character that stands for a byte. */
uint32_t vocab_sign_of_byte(unsigned char byte);

#endif
