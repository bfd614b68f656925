#include "config.h"
#include "model/tokens/tokenizer.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
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

bool tokenizer_means_same(const struct tokenizer *tokenizer, const char *a, size_t n_a,
                          const char *b, size_t n_b)
{
    const struct text_rules *const rules = &tokenizer->parts.rules;
    const struct text_view in[2] = { { .bytes = a, .size = n_a }, { .bytes = b, .size = n_b } };
    struct mapped_text texts[4] = { { .bytes = NULL } };
    struct text_view out[2];

    if (n_a == n_b && memcmp(a, b, n_a) == 0)
        return true;
    bool is_same = rules->n_normalizers > 0;
    for (size_t i = 0; i < 2 && is_same; i++)
        is_same = normalize(rules->normalizers, rules->n_normalizers, true, &in[i], texts + 2 * i,
                            &out[i], NULL) == CT_OK;
    is_same = is_same && out[0].size == out[1].size &&
              memcmp(out[0].bytes, out[1].bytes, out[0].size) == 0;
    for (size_t i = 0; i < 4; i++)
        mapped_text_clear(&texts[i]);
    return is_same;
}

/* ---- what begins a text ---- */

enum ct_status tokenizer_set_bos(struct tokenizer *tokenizer, enum bos_choice choice,
                                 struct ct_error *err)
{
    struct tokenizer_parts *const parts = &tokenizer->parts;
    const bool has_prefix = parts->rules.n_prefix > 0;

    if (choice == BOS_AUTO || has_prefix == (choice == BOS_YES))
        return CT_OK;
    if (choice == BOS_YES && !parts->bos.has_token)
        return ct_fail(err, CT_ENOTSUP,
                       "--bos yes: the tokenizer names no token for the beginning of a text; name "
                       "it as bos_token in tokenizer_config.json");
    parts->rules.n_prefix = choice == BOS_YES;
    parts->rules.prefix[0] = parts->bos.token;
    parts->bos.by = "--bos";
    return CT_OK;
}

bool tokenizer_bos_text(const struct tokenizer *tokenizer, char out[TOKENIZER_BOS_SIZE])
{
    const struct tokenizer_parts *const parts = &tokenizer->parts;
    char shown[48];
    size_t used = 0;

    if (parts->bos.by == NULL)
        return false;
    for (size_t i = 0; i < parts->rules.n_prefix; i++) {
        (void)tokenizer_show(tokenizer, parts->rules.prefix[i], shown, sizeof shown);
        used += (size_t)snprintf(out + used, TOKENIZER_BOS_SIZE - used, "%s%s (%u)",
                                 i > 0 ? " " : "", shown, parts->rules.prefix[i]);
    }
    snprintf(out + used, TOKENIZER_BOS_SIZE - used, "%s, by %s", used > 0 ? "" : "none",
             parts->bos.by);
    return true;
}

bool tokenizer_lacks_bos(const struct tokenizer *tokenizer)
{
    return tokenizer->parts.bos.is_expected && tokenizer->parts.rules.n_prefix == 0;
}

bool tokenizer_has_suffix(const struct tokenizer *tokenizer)
{
    return tokenizer->parts.rules.has_suffix;
}

/* ---- tokens ---- */

const char *tokenizer_note(const struct tokenizer *tokenizer)
{
    return tokenizer->parts.note[0] != '\0' ? tokenizer->parts.note : NULL;
}

const char *tokenizer_piece(const struct tokenizer *tokenizer, uint32_t id, size_t *size)
{
    return vocab_piece(&tokenizer->parts.vocab, id, size);
}

/* The byte that `<0x0A>` stands for, or -1. */
static int byte_of_name(const char *piece, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";

    if (size != 6 || memcmp(piece, "<0x", 3) != 0 || piece[5] != '>')
        return -1;
    const char *const high = memchr(digits, piece[3], 16);
    const char *const low = memchr(digits, piece[4], 16);
    return high != NULL && low != NULL ? (int)((high - digits) * 16 + (low - digits)) : -1;
}

size_t tokenizer_show(const struct tokenizer *tokenizer, uint32_t id, char *out, size_t out_size)
{
    const struct tokenizer_parts *const parts = &tokenizer->parts;
    const char *const blank = text_rules_blank(&parts->rules);
    const size_t blank_size = blank != NULL ? strlen(blank) : 0;
    char bytes[VOCAB_MAX_PIECE];
    size_t size = 0;
    size_t n = 0;
    const char *const piece = vocab_piece(&parts->vocab, id, &size);
    if (piece == NULL)
        return text_visible(out, out_size, "", 0);
    const int byte = parts->rules.symbols.byte_fallback && parts->vocab.is_plain
                         ? byte_of_name(piece, size)
                         : -1;

    if (byte >= 0)
        bytes[n++] = (char)(unsigned char)byte;
    for (size_t at = 0; byte < 0 && at < size && n < sizeof bytes;) {
        const bool is_blank =
            blank_size > 0 && size - at >= blank_size && memcmp(piece + at, blank, blank_size) == 0;
        bytes[n++] = is_blank ? ' ' : piece[at];
        at += is_blank ? blank_size : 1;
    }
    return text_visible(out, out_size, bytes, n);
}
