/* The parts of a tokenizer, assembled from whichever files contain them. */
#ifndef CT_MODEL_TOKENS_TOKENIZER_PARTS_H
#define CT_MODEL_TOKENS_TOKENIZER_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/tokens/added_tokens.h"
#include "model/tokens/bos.h"
#include "model/tokens/bpe.h"
#include "model/tokens/text_rules.h"
#include "model/tokens/vocab.h"

/* Of the names in a vocabulary, in any order, and of merges, in theirs: equal for equal files, so
 * that two can be compared in one pass each. */
struct fingerprint {
    uint64_t names;
    uint64_t merges;
};

void fingerprint_name(struct fingerprint *print, const char *name, size_t size, uint32_t id);
void fingerprint_merge(struct fingerprint *print, const char *left, size_t left_size,
                       const char *right, size_t right_size);

enum { TOKENIZER_NOTE_SIZE = 320 };

struct tokenizer_parts { /* zero-initialise; owns its parts until tokenizer_parts_clear() */
    struct vocab vocab;
    struct bpe bpe;
    struct added_tokens added;
    struct text_rules rules;
    struct bos bos;
    struct fingerprint print;       /* of the vocabulary and merges of a tokenizer.json */
    unsigned char lacks[256];       /* whether a byte has no token */
    bool lacks_bytes;               /* whether there is one */
    const char *main_file;          /* where the vocabulary is: `tokenizer.json` or `vocab.json` */
    char note[TOKENIZER_NOTE_SIZE]; /* how the files contradict each other; empty: they do not */
};

void tokenizer_parts_clear(struct tokenizer_parts *parts);

/* Call after the vocabulary is complete, in order of rank: tokens named left and right become the
 * one whose name is both names joined. A repeated pair has the later rank, as in Hugging Face's
 * tokenizers. CT_EFORMAT naming the missing token, CT_ENOMEM. */
enum ct_status tokenizer_parts_add_merge(struct tokenizer_parts *parts, const char *left,
                                         size_t left_size, const char *right, size_t right_size,
                                         struct ct_error *err);

/*
 * Call after the merges, in the order of the file. CT_EFORMAT (the id belongs to another token, or
 * the token has another id), CT_ENOMEM. A token that is there already stays as it is. is_numbered:
 * Hugging Face's tokenizers ignore the id of a token that is not in the vocabulary, and count on;
 * CT_EFORMAT if that gives another id.
 */
enum ct_status tokenizer_parts_add_token(struct tokenizer_parts *parts,
                                         const struct added_token *token, bool is_numbered,
                                         struct ct_error *err);

enum { TOKEN_WITHOUT_ID = UINT32_MAX };

/* The same for a token in another file, whose id does not count if the token is known by now: then
 * a contradiction is noted. token->id may be TOKEN_WITHOUT_ID. */
enum ct_status tokenizer_parts_offer_token(struct tokenizer_parts *parts,
                                           const struct added_token *token, const char *file,
                                           struct ct_error *err);

/* Notes a contradiction between files; only the first one is kept. */
void tokenizer_parts_note(struct tokenizer_parts *parts, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Call last: finds the tokens of the bytes, and makes `<|endoftext|>`, if it is in the vocabulary,
 * an added token. CT_EFORMAT (no byte has a token), CT_ENOMEM, CT_ENOTSUP. */
enum ct_status tokenizer_parts_finish(struct tokenizer_parts *parts, struct ct_error *err);

#endif
