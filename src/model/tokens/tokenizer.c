#include "config.h"
#include "model/tokens/tokenizer.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/tokens/nfc.h"
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
    bool is_part; /* not the beginning of a text */
    struct piece_iterator pieces;
    struct token_list tokens;
};

static const struct text_rules *rules_of(const struct job *job)
{
    return &job->tokenizer->parts.rules;
}

static enum ct_status append(struct job *job, const struct token *token, struct ct_error *err)
{
    const enum ct_status st = token_list_reserve(&job->tokens, 1, err);

    if (st == CT_OK)
        job->tokens.items[job->tokens.n++] = *token;
    return st;
}

/* A byte of bytes [size], which are at `at` in the text, without a token. */
static enum ct_status check_bytes(const struct job *job, const char *bytes, size_t size, size_t at,
                                  struct ct_error *err)
{
    for (size_t i = 0; i < size; i++)
        if (job->tokenizer->parts.lacks[(unsigned char)bytes[i]])
            return ct_fail(err, CT_EFORMAT,
                           "text: byte %zu (0x%02x) has no token in the vocabulary; leave out its "
                           "character",
                           at + i, (unsigned char)bytes[i]);
    return CT_OK;
}

/* bytes [size] are a piece, at `at` in the text. */
static enum ct_status encode_piece(struct job *job, const char *bytes, size_t size, size_t at,
                                   struct ct_error *err)
{
    const struct tokenizer_parts *const parts = &job->tokenizer->parts;
    enum ct_status st = CT_OK;

    if (rules_of(job)->ignore_merges) {
        const int32_t id = vocab_find(&parts->vocab, bytes, size);
        if (id != VOCAB_NONE)
            return append(job, &(struct token){ (uint32_t)id, at, at + size }, err);
    }
    if (parts->lacks_bytes)
        st = check_bytes(job, bytes, size, at, err);
    return st == CT_OK ? bpe_encode(&parts->bpe, bytes, size, at, &job->tokens, err) : st;
}

/* Encodes text [size], which is at `base` in the text and contains no added token. It is treated as
 * a separate text: blanks at its end are trailing blanks, even if an added token follows. */
static enum ct_status encode_pieces(struct job *job, const char *text, size_t size, size_t base,
                                    struct ct_error *err)
{
    const bool uncut = rules_of(job)->uncut;

    for (size_t at = 0, next = size; at < size; at = next, next = size) {
        enum ct_status st =
            uncut ? CT_OK : piece_iterator_next(&job->pieces, text, size, at, &next, err);
        if (st == CT_OK)
            st = encode_piece(job, text + at, next - at, base + at, err);
        if (st != CT_OK)
            return st;
    }
    return CT_OK;
}

/* The same with a blank in front, of which the first token covers no byte. */
static enum ct_status encode_after_blank(struct job *job, const char *text, size_t size,
                                         size_t base, struct ct_error *err)
{
    char *const copy = ct_malloc_array(size + 1, 1);
    const size_t first = job->tokens.n;

    if (copy == NULL)
        return ct_fail_nomem(err, "text", size);
    copy[0] = ' ';
    memcpy(copy + 1, text, size);
    /* One byte more than there is: all offsets are shifted back, the first one only up to base. */
    const enum ct_status st = encode_pieces(job, copy, size + 1, base, err);
    for (size_t i = first; i < job->tokens.n; i++) {
        struct token *const token = &job->tokens.items[i];
        token->begin -= token->begin > base;
        token->end--;
    }
    free(copy);
    return st;
}

/* Encodes text[begin .. end), a stretch between added tokens. */
static enum ct_status encode_stretch(struct job *job, size_t begin, size_t end,
                                     struct ct_error *err)
{
    const char *const text = job->text + begin;
    const size_t size = end - begin;
    const bool has_blank = rules_of(job)->add_prefix_space && (!job->is_part || begin > 0);

    if (size == 0)
        return CT_OK;
    return has_blank && text[0] != ' ' ? encode_after_blank(job, text, size, begin, err)
                                       : encode_pieces(job, text, size, begin, err);
}

static enum ct_status check_form(const struct job *job, size_t begin, size_t end,
                                 struct ct_error *err)
{
    const size_t at = begin + nfc_first_change(job->text + begin, end - begin);
    uint32_t c = 0;

    if (at == end)
        return CT_OK;
    (void)utf8_decode(job->text + at, end - at, &c);
    return ct_fail(err, CT_ENOTSUP,
                   "text: byte %zu (U+%04X) may not be in Unicode's normalization form C, which "
                   "this tokenizer needs; normalize the text to NFC, or leave the character out",
                   at, (unsigned)c);
}

/* Splits text[begin .. end) at added tokens of one kind, then the parts at those of the next
 * kind. */
/* NOLINTNEXTLINE(misc-no-recursion): one level */
static enum ct_status encode_between(struct job *job, bool normalized, size_t begin, size_t end,
                                     struct ct_error *err)
{
    const struct added_tokens *const added = &job->tokenizer->parts.added;
    struct added_iterator it = { 0 };
    enum ct_status st = CT_OK;

    if (normalized && rules_of(job)->nfc)
        st = check_form(job, begin, end, err);
    for (size_t at = begin; st == CT_OK;) {
        struct added_match match = { 0 };
        const bool found =
            added_tokens_next(added, normalized, job->text + begin, end - begin, &it, &match);
        const size_t where = found ? begin + match.begin : end;
        if (where > at)
            st = normalized ? encode_stretch(job, at, where, err)
                            : encode_between(job, true, at, where, err);
        if (!found || st != CT_OK)
            break;
        at = begin + match.end;
        st = append(job, &(struct token){ match.token->id, where, at }, err);
    }
    return st;
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

static enum ct_status encode(const struct tokenizer *tokenizer, const char *text, size_t size,
                             bool is_part, struct token **tokens, size_t *n_tokens,
                             struct ct_error *err)
{
    const struct text_rules *const rules = &tokenizer->parts.rules;
    const size_t n_prefix = is_part ? 0 : rules->n_prefix;
    struct job job = { .tokenizer = tokenizer, .text = size > 0 ? text : "", .is_part = is_part };
    enum ct_status st = check_text(job.text, size, err);

    if (st == CT_OK)
        st = piece_iterator_init(&job.pieces, tokenizer->pretokenizer, err);
    if (st == CT_OK) /* never 0, so that it is allocated; English has about four bytes per token */
        st = token_list_reserve(&job.tokens, 1 + n_prefix + size / 3, err);
    for (size_t i = 0; i < n_prefix && st == CT_OK; i++)
        st = append(&job, &(struct token){ .id = rules->prefix[i] }, err);
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

enum ct_status tokenizer_encode(const struct tokenizer *tokenizer, const char *text, size_t size,
                                struct token **tokens, size_t *n_tokens, struct ct_error *err)
{
    return encode(tokenizer, text, size, false, tokens, n_tokens, err);
}

enum ct_status tokenizer_encode_part(const struct tokenizer *tokenizer, const char *text,
                                     size_t size, struct token **tokens, size_t *n_tokens,
                                     struct ct_error *err)
{
    return encode(tokenizer, text, size, true, tokens, n_tokens, err);
}

size_t tokenizer_n_prefix(const struct tokenizer *tokenizer)
{
    return tokenizer->parts.rules.n_prefix;
}

const uint32_t *tokenizer_prefix(const struct tokenizer *tokenizer)
{
    return tokenizer->parts.rules.prefix;
}

const char *tokenizer_note(const struct tokenizer *tokenizer)
{
    return tokenizer->parts.note[0] != '\0' ? tokenizer->parts.note : NULL;
}

const char *tokenizer_piece(const struct tokenizer *tokenizer, uint32_t id, size_t *size)
{
    return vocab_piece(&tokenizer->parts.vocab, id, size);
}
