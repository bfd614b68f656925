#include "config.h"
#include "model/tokens/tokenizer_parts.h"

#include <string.h>

#include "base/text.h"

void tokenizer_parts_clear(struct tokenizer_parts *parts)
{
    vocab_clear(&parts->vocab);
    bpe_clear(&parts->bpe);
    added_tokens_clear(&parts->added);
}

static enum ct_status fail_missing(const char *name, size_t size, struct ct_error *err)
{
    const size_t shown = size < 64 ? size : 64;

    return ct_fail(err, CT_EFORMAT,
                   "\"%.*s\" is not in the vocabulary; do the files belong together?", (int)shown,
                   name);
}

enum ct_status tokenizer_parts_add_merge(struct tokenizer_parts *parts, const char *left,
                                         size_t left_size, const char *right, size_t right_size,
                                         struct ct_error *err)
{
    char bytes[4 * VOCAB_MAX_PIECE]; /* both, concatenated */

    if (left_size > 2 * VOCAB_MAX_PIECE)
        return fail_missing(left, left_size, err);
    if (right_size > 2 * VOCAB_MAX_PIECE)
        return fail_missing(right, right_size, err);
    const size_t n_left = vocab_decode_name(left, left_size, bytes);
    if (n_left == SIZE_MAX)
        return fail_missing(left, left_size, err);
    const size_t n_right = vocab_decode_name(right, right_size, bytes + n_left);
    if (n_right == SIZE_MAX)
        return fail_missing(right, right_size, err);

    const int32_t left_id = vocab_find(&parts->vocab, bytes, n_left);
    const int32_t right_id = vocab_find(&parts->vocab, bytes + n_left, n_right);
    const int32_t id = vocab_find(&parts->vocab, bytes, n_left + n_right);
    if (left_id == VOCAB_NONE)
        return fail_missing(left, left_size, err);
    if (right_id == VOCAB_NONE)
        return fail_missing(right, right_size, err);
    if (id == VOCAB_NONE)
        return ct_fail(err, CT_EFORMAT,
                       "\"%.*s\" and \"%.*s\" are, but their merge is not in the vocabulary; "
                       "do the files belong together?",
                       (int)(left_size < 64 ? left_size : 64), left,
                       (int)(right_size < 64 ? right_size : 64), right);
    return bpe_add(&parts->bpe, (uint32_t)left_id, (uint32_t)right_id, (uint32_t)id, err);
}

/* The id of the token with this name in vocab.json, or VOCAB_NONE. */
static int32_t find_named(const struct vocab *vocab, const char *name, size_t size)
{
    char bytes[2 * VOCAB_MAX_PIECE];
    const size_t n = size <= sizeof bytes ? vocab_decode_name(name, size, bytes) : SIZE_MAX;

    return n != SIZE_MAX ? vocab_find(vocab, bytes, n) : VOCAB_NONE;
}

enum ct_status tokenizer_parts_add_token(struct tokenizer_parts *parts,
                                         const struct named_id *token, bool normalized,
                                         struct ct_error *err)
{
    const int32_t known = find_named(&parts->vocab, token->name, token->size);
    size_t size = 0;
    const char *const piece = vocab_piece(&parts->vocab, token->id, &size);
    const bool same = piece != NULL && size == token->size && memcmp(piece, token->name, size) == 0;
    const int shown = (int)(token->size < 64 ? token->size : 64);

    if (known != VOCAB_NONE && known != (int32_t)token->id)
        return ct_fail(err, CT_EFORMAT,
                       "added token \"%.*s\" has id %u, in the vocabulary it has %d", shown,
                       token->name, token->id, known);
    if (piece != NULL && !same && known == VOCAB_NONE)
        return ct_fail(err, CT_EFORMAT, "added token \"%.*s\": another token has id %u already",
                       shown, token->name, token->id);
    if (token->size == 0)
        return CT_OK; /* Hugging Face's tokenizers skip it, too */
    const enum ct_status st =
        same ? CT_OK : vocab_put(&parts->vocab, token->id, token->name, token->size, err);
    return st != CT_OK ? st
                       : added_tokens_add(&parts->added, token->id, token->name, token->size,
                                          normalized, err);
}

/* All GPT-2 tokenizers use it as begin, end and unknown token. */
static enum ct_status add_end_of_text(struct tokenizer_parts *parts, struct ct_error *err)
{
    static const char name[] = "<|endoftext|>";
    const size_t size = sizeof name - 1;
    const int32_t id = vocab_find(&parts->vocab, name, size);

    for (size_t i = 0; i < parts->added.n; i++)
        if (parts->added.items[i].size == size &&
            memcmp(parts->added.items[i].content, name, size) == 0)
            return CT_OK;
    return id == VOCAB_NONE ? CT_OK
                            : added_tokens_add(&parts->added, (uint32_t)id, name, size, false, err);
}

enum ct_status tokenizer_parts_finish(struct tokenizer_parts *parts, struct ct_error *err)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        const char c = (char)(unsigned char)byte;
        const int32_t id = vocab_find(&parts->vocab, &c, 1);
        char sign[5] = "";
        if (id == VOCAB_NONE) {
            sign[utf8_encode(vocab_sign_of_byte((unsigned char)byte), sign)] = '\0';
            return ct_fail(err, CT_EFORMAT,
                           "the vocabulary has no token for byte 0x%02x (\"%s\"); is it GPT-2's?",
                           byte, sign);
        }
        parts->bpe.byte_ids[byte] = (uint32_t)id;
    }
    enum ct_status st = bpe_expect(&parts->bpe, 0, err); /* a table, even without merges */

    if (st == CT_OK)
        st = add_end_of_text(parts, err);
    if (st != CT_OK)
        return st;
    added_tokens_sort(&parts->added);
    vocab_seal(&parts->vocab);
    return CT_OK;
}
