#include "config.h"
#include "model/tokens/tokenizer.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
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
    struct text_view text;
    bool is_part;                     /* not the beginning of a text */
    struct mapped_text normalized[2]; /* of one stretch after another */
    struct cutter cutter;
    struct symbol_list symbols;
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

/* A byte of the piece without a token. */
static enum ct_status check_bytes(const struct job *job, const struct text_view *piece,
                                  struct ct_error *err)
{
    for (size_t i = 0; i < piece->size; i++)
        if (job->tokenizer->parts.lacks[(unsigned char)piece->bytes[i]])
            return ct_fail(err, CT_EFORMAT,
                           "text: byte %zu (0x%02x) has no token in the vocabulary; leave out its "
                           "character",
                           text_view_origin(piece, i), (unsigned char)piece->bytes[i]);
    return CT_OK;
}

/* Appends the tokens of a piece; their offsets are those in the piece, plus base. */
static enum ct_status merge_piece(struct job *job, const struct text_view *piece, size_t base,
                                  struct ct_error *err)
{
    const struct tokenizer_parts *const parts = &job->tokenizer->parts;
    enum ct_status st = CT_OK;

    if (parts->rules.ignore_merges) {
        const int32_t id = vocab_find(&parts->vocab, piece->bytes, piece->size);
        if (id != VOCAB_NONE)
            return append(job, &(struct token){ (uint32_t)id, base, base + piece->size }, err);
    }
    if (parts->vocab.is_plain) {
        st = symbols_of_piece(&parts->vocab, &parts->rules.symbols, parts->bpe.byte_ids,
                              parts->lacks, piece->bytes, piece->size, &job->symbols, err);
        return st == CT_OK && job->symbols.n > 0
                   ? bpe_encode_symbols(&parts->bpe, job->symbols.items, job->symbols.n, base,
                                        &job->tokens, err)
                   : st;
    }
    if (parts->lacks_bytes)
        st = check_bytes(job, piece, err);
    return st == CT_OK ? bpe_encode(&parts->bpe, piece->bytes, piece->size, base, &job->tokens, err)
                       : st;
}

/* The same, with offsets in the original text. */
static enum ct_status encode_piece(struct job *job, const struct text_view *piece,
                                   struct ct_error *err)
{
    const size_t first = job->tokens.n;
    const bool is_mapped = piece->origin != NULL;
    const enum ct_status st = merge_piece(job, piece, is_mapped ? 0 : piece->base, err);

    for (size_t i = first; is_mapped && i < job->tokens.n; i++) {
        job->tokens.items[i].begin = piece->origin[job->tokens.items[i].begin];
        job->tokens.items[i].end = piece->origin[job->tokens.items[i].end];
    }
    return st;
}

/* Encodes a stretch of normalized text without added tokens. It is treated as a separate text:
 * blanks at its end are trailing blanks, even if an added token follows. */
static enum ct_status encode_pieces(struct job *job, const struct text_view *stretch,
                                    struct ct_error *err)
{
    const struct text_rules *const rules = rules_of(job);
    const bool inside = job->is_part && text_view_origin(stretch, 0) == 0;
    const struct piece_list *pieces = NULL;
    struct text_view text;
    enum ct_status st =
        cutter_cut(&job->cutter, rules->cuts, rules->n_cuts, inside, stretch, &text, &pieces, err);

    for (size_t i = 0; st == CT_OK && i < pieces->n; i++) {
        const struct text_view piece =
            text_view_part(&text, pieces->items[i].begin, pieces->items[i].end);
        st = encode_piece(job, &piece, err);
    }
    return st;
}

static enum ct_status encode_between(struct job *job, bool normalized, const struct text_view *text,
                                     struct ct_error *err);

/* Encodes a stretch of the text without those added tokens that are not `normalized`. */
/* NOLINTNEXTLINE(misc-no-recursion): one level */
static enum ct_status encode_stretch(struct job *job, const struct text_view *stretch,
                                     struct ct_error *err)
{
    const struct text_rules *const rules = rules_of(job);
    const bool inside = job->is_part && stretch->base == 0;
    struct text_view text;
    enum ct_status st = normalize(rules->normalizers, rules->n_normalizers, inside, stretch,
                                  job->normalized, &text, err);

    return st == CT_OK ? encode_between(job, true, &text, err) : st;
}

/* Splits a text at added tokens of one kind. */
/* NOLINTNEXTLINE(misc-no-recursion): one level */
static enum ct_status encode_between(struct job *job, bool normalized, const struct text_view *text,
                                     struct ct_error *err)
{
    const struct added_tokens *const added = &job->tokenizer->parts.added;
    struct added_iterator it = { 0 };
    enum ct_status st = CT_OK;

    for (size_t at = 0; st == CT_OK;) {
        struct added_match match = { 0 };
        const bool found =
            added_tokens_next(added, normalized, text->bytes, text->size, &it, &match);
        const struct text_view stretch = text_view_part(text, at, found ? match.begin : text->size);
        if (stretch.size > 0)
            st = (normalized ? encode_pieces : encode_stretch)(job, &stretch, err);
        if (!found || st != CT_OK)
            break;
        at = match.end;
        st = append(job,
                    &(struct token){ match.token->id, text_view_origin(text, match.begin),
                                     text_view_origin(text, match.end) },
                    err);
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
    struct job job = { .tokenizer = tokenizer,
                       .text = { .bytes = size > 0 ? text : "", .size = size },
                       .is_part = is_part };
    enum ct_status st = check_text(job.text.bytes, size, err);

    if (st == CT_OK)
        st = cutter_init(&job.cutter, tokenizer->pretokenizer, err);
    if (st == CT_OK) /* never 0, so that it is allocated; English has about four bytes per token */
        st = token_list_reserve(&job.tokens, 1 + n_prefix + size / 3, err);
    for (size_t i = 0; i < n_prefix && st == CT_OK; i++)
        st = append(&job, &(struct token){ .id = rules->prefix[i] }, err);
    if (st == CT_OK)
        st = encode_between(&job, false, &job.text, err);
    cutter_clear(&job.cutter);
    mapped_text_clear(&job.normalized[0]);
    mapped_text_clear(&job.normalized[1]);
    symbol_list_clear(&job.symbols);
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
