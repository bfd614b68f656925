#include "config.h"
#include "model/tokens/tokenizer.h"

#include <limits.h>
#include <stdlib.h>

#include "base/text.h"
#include "model/tokens/pretokenize.h"
#include "model/tokens/tokenizer_files.h"
#include "model/tokens/tokenizer_parts.h"

struct tokenizer {
    struct tokenizer_parts parts;
    struct pretokenizer *pretokenizer;
};

enum ct_status tokenizer_open(const char *dir, struct tokenizer **out, struct ct_error *err)
{
    struct tokenizer *const tokenizer = calloc(1, sizeof *tokenizer);

    if (tokenizer == NULL)
        return ct_fail_nomem(err, "tokenizer", sizeof *tokenizer);
    enum ct_status st = tokenizer_files_read(dir, &tokenizer->parts, err);
    if (st == CT_OK)
        st = pretokenizer_new(true, &tokenizer->pretokenizer, err);
    if (st != CT_OK) {
        tokenizer_free(tokenizer);
        return st;
    }
    *out = tokenizer;
    return CT_OK;
}

void tokenizer_free(struct tokenizer *tokenizer)
{
    if (tokenizer == NULL)
        return;
    tokenizer_parts_clear(&tokenizer->parts);
    pretokenizer_free(tokenizer->pretokenizer);
    free(tokenizer);
}

struct job { /* the encoding of one text */
    const struct tokenizer *tokenizer;
    const char *text;
    struct piece_iterator pieces;
    struct token_list tokens;
};

/* Encodes text[begin .. end), which contains no added token. It is treated as a separate text:
 * blanks at its end are trailing blanks, even if an added token follows. */
static enum ct_status encode_pieces(struct job *job, size_t begin, size_t end, struct ct_error *err)
{
    const char *const text = job->text + begin;
    const size_t size = end - begin;

    for (size_t at = 0, next = 0; at < size; at = next) {
        enum ct_status st = piece_iterator_next(&job->pieces, text, size, at, &next, err);
        if (st == CT_OK)
            st = bpe_encode(&job->tokenizer->parts.bpe, text + at, next - at, begin + at,
                            &job->tokens, err);
        if (st != CT_OK)
            return st;
    }
    return CT_OK;
}

/* Splits text[begin .. end) at added tokens of one kind, then the parts at those of the next
 * kind. */
static enum ct_status encode_between(struct job *job, bool normalized, size_t begin, size_t end,
                                     struct ct_error *err)
{
    const struct added_tokens *const added = &job->tokenizer->parts.added;

    for (;;) {
        size_t where = end;
        const struct added_token *const token =
            added_tokens_find(added, normalized, job->text, end, begin, &where);
        enum ct_status st = normalized ? encode_pieces(job, begin, where, err)
                                       : encode_between(job, true, begin, where, err);
        if (st != CT_OK || token == NULL)
            return st;
        st = token_list_reserve(&job->tokens, 1, err);
        if (st != CT_OK)
            return st;
        begin = where + token->size;
        job->tokens.items[job->tokens.n++] = (struct token){ token->id, where, begin };
    }
}

static enum ct_status check_text(const char *text, size_t size, struct ct_error *err)
{
    if (size > INT32_MAX)
        return ct_fail(err, CT_EINVAL, "text: %zu bytes are too many; split it", size);
    const size_t bad = utf8_first_invalid(text, size);
    if (bad < size)
        return ct_fail(err, CT_EFORMAT, "text: byte %zu (0x%02x) is not UTF-8; save it as UTF-8",
                       bad, (unsigned char)text[bad]);
    return CT_OK;
}

enum ct_status tokenizer_encode(const struct tokenizer *tokenizer, const char *text, size_t size,
                                struct token **tokens, size_t *n_tokens, struct ct_error *err)
{
    struct job job = { .tokenizer = tokenizer, .text = size > 0 ? text : "" };
    enum ct_status st = check_text(job.text, size, err);

    if (st == CT_OK)
        st = piece_iterator_init(&job.pieces, tokenizer->pretokenizer, err);
    if (st == CT_OK) /* never 0, so that it is allocated; English has about four bytes per token */
        st = token_list_reserve(&job.tokens, 1 + size / 3, err);
    if (st == CT_OK)
        st = encode_between(&job, false, 0, size, err);
    piece_iterator_clear(&job.pieces);
    if (st != CT_OK) {
        free(job.tokens.items);
        return st;
    }
    *tokens = job.tokens.items;
    *n_tokens = job.tokens.n;
    return CT_OK;
}

const char *tokenizer_piece(const struct tokenizer *tokenizer, uint32_t id, size_t *size)
{
    return vocab_piece(&tokenizer->parts.vocab, id, size);
}
