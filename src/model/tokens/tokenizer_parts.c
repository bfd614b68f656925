#include "config.h"
#include "model/tokens/tokenizer_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fnv.h"
#include "base/kernel.h"

void tokenizer_parts_clear(struct tokenizer_parts *parts)
{
    vocab_clear(&parts->vocab);
    bpe_clear(&parts->bpe);
    added_tokens_clear(&parts->added);
    text_rules_clear(&parts->rules);
}

void fingerprint_name(struct fingerprint *print, const char *name, size_t size, uint32_t id)
{
    print->names += fnv_add(fnv_add(FNV_START, name, size), &id, sizeof id);
}

void fingerprint_merge(struct fingerprint *print, const char *left, size_t left_size,
                       const char *right, size_t right_size)
{
    const uint64_t h = fnv_add(print->merges ^ FNV_START, left, left_size);

    print->merges = fnv_add(fnv_add(h, " ", 1), right, right_size);
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
    CT_UNINITIALIZED char bytes[4 * VOCAB_MAX_PIECE]; /* both, concatenated */

    if (left_size > 2 * VOCAB_MAX_PIECE)
        return fail_missing(left, left_size, err);
    if (right_size > 2 * VOCAB_MAX_PIECE)
        return fail_missing(right, right_size, err);
    const size_t n_left = vocab_bytes_of_name(&parts->vocab, left, left_size, bytes);
    if (n_left == SIZE_MAX)
        return fail_missing(left, left_size, err);
    const size_t n_right = vocab_bytes_of_name(&parts->vocab, right, right_size, bytes + n_left);
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

void tokenizer_parts_note(struct tokenizer_parts *parts, const char *format, ...)
{
    va_list args;

    if (parts->note[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(parts->note, sizeof parts->note, format, args);
    va_end(args);
}

static int shown(const struct added_token *token)
{
    return (int)(token->size < 64 ? token->size : 64);
}

/* Checks a token that is not in the vocabulary. */
static enum ct_status check_number(const struct vocab *vocab, const struct added_token *token,
                                   struct ct_error *err)
{
    if (vocab->n_pieces != vocab->n_ids || token->id == vocab->n_ids)
        return CT_OK; /* with holes in the ids, there is no rule */
    return ct_fail(err, CT_EFORMAT,
                   "added token \"%.*s\" has id %u, but Hugging Face's tokenizers give it %zu, the "
                   "next one; correct the file",
                   shown(token), token->content, token->id, vocab->n_ids);
}

enum ct_status tokenizer_parts_add_token(struct tokenizer_parts *parts,
                                         const struct added_token *token, bool is_numbered,
                                         struct ct_error *err)
{
    struct vocab *const vocab = &parts->vocab;
    const int32_t known = vocab_find_name(vocab, token->content, token->size);
    size_t size = 0;
    const char *const piece = vocab_piece(vocab, token->id, &size);
    const bool same =
        piece != NULL && size == token->size && memcmp(piece, token->content, size) == 0;
    enum ct_status st = CT_OK;

    if (known != VOCAB_NONE && known != (int32_t)token->id)
        return ct_fail(err, CT_EFORMAT,
                       "added token \"%.*s\" has id %u, in the vocabulary it has %d", shown(token),
                       token->content, token->id, known);
    if (piece != NULL && !same && known == VOCAB_NONE)
        return ct_fail(err, CT_EFORMAT, "added token \"%.*s\": another token has id %u already",
                       shown(token), token->content, token->id);
    const struct added_token *const before =
        added_tokens_get(&parts->added, token->content, token->size);
    if (before != NULL && before->id != token->id)
        return ct_fail(err, CT_EFORMAT, "added token \"%.*s\" is there twice, with ids %u and %u",
                       shown(token), token->content, before->id, token->id);
    if (token->size == 0 || before != NULL)
        return CT_OK; /* Hugging Face's tokenizers skip empty ones, too */
    if (piece == NULL && is_numbered)
        st = check_number(vocab, token, err);
    if (st == CT_OK && !same)
        st = vocab_put(vocab, token->id, token->content, token->size, err);
    return st == CT_OK ? added_tokens_add(&parts->added, token, err) : st;
}

static bool has_same_flags(const struct added_token *a, const struct added_token *b)
{
    return a->normalized == b->normalized && a->lstrip == b->lstrip && a->rstrip == b->rstrip &&
           a->single_word == b->single_word;
}

enum ct_status tokenizer_parts_offer_token(struct tokenizer_parts *parts,
                                           const struct added_token *token, const char *file,
                                           struct ct_error *err)
{
    const struct added_token *const added =
        added_tokens_get(&parts->added, token->content, token->size);
    const int32_t known = added != NULL
                              ? (int32_t)added->id
                              : vocab_find_name(&parts->vocab, token->content, token->size);
    struct added_token other = *token;

    if (known != VOCAB_NONE && token->id != TOKEN_WITHOUT_ID && token->id != (uint32_t)known)
        tokenizer_parts_note(parts, "\"%.*s\" is %d in %s and %u in %s; %d was used", shown(token),
                             token->content, known, parts->main_file, token->id, file, known);
    if (added != NULL && token->id != TOKEN_WITHOUT_ID && !has_same_flags(added, token))
        tokenizer_parts_note(parts,
                             "\"%.*s\" has other settings in %s than in %s; those of %s were "
                             "used",
                             shown(token), token->content, parts->main_file, file,
                             parts->main_file);
    if (added != NULL)
        return CT_OK;
    if (known != VOCAB_NONE)
        other.id = (uint32_t)known;
    else if (token->id == TOKEN_WITHOUT_ID)
        other.id = (uint32_t)parts->vocab.n_ids;
    return tokenizer_parts_add_token(parts, &other, true, err);
}

/* All GPT-2 tokenizers use it as begin, end and unknown token. */
static enum ct_status add_end_of_text(struct tokenizer_parts *parts, struct ct_error *err)
{
    static const char name[] = "<|endoftext|>";
    const size_t size = sizeof name - 1;
    const int32_t id = vocab_find(&parts->vocab, name, size);

    if (id == VOCAB_NONE || added_tokens_get(&parts->added, name, size) != NULL)
        return CT_OK;
    const struct added_token token = { .content = name, .size = size, .id = (uint32_t)id };
    return added_tokens_add(&parts->added, &token, err);
}

/* The token of a byte, in plain text written `<0xNN>`. */
static int32_t find_byte(const struct vocab *vocab, unsigned byte)
{
    const char c = (char)(unsigned char)byte;
    char name[8];

    if (!vocab->is_plain)
        return vocab_find(vocab, &c, 1);
    snprintf(name, sizeof name, "<0x%02X>", byte);
    return vocab_find(vocab, name, strlen(name));
}

/* Vocabularies trained without an initial alphabet have only the bytes that they saw. */
static enum ct_status find_bytes(struct tokenizer_parts *parts, struct ct_error *err)
{
    size_t n_missing = 0;

    for (unsigned byte = 0; byte < 256; byte++) {
        const int32_t id = find_byte(&parts->vocab, byte);
        parts->bpe.byte_ids[byte] = (uint32_t)id;
        parts->lacks[byte] = id == VOCAB_NONE;
        n_missing += id == VOCAB_NONE;
    }
    parts->lacks_bytes = n_missing > 0;
    return n_missing < 256 || parts->vocab.is_plain
               ? CT_OK
               : ct_fail(err, CT_EFORMAT,
                         "the vocabulary has no token for any byte; is it GPT-2's?");
}

/* How the added tokens that are `normalized` appear in normalized text. */
static enum ct_status see_added(struct tokenizer_parts *parts, struct ct_error *err)
{
    struct mapped_text texts[2] = { { .bytes = NULL } };
    enum ct_status st = CT_OK;

    for (size_t i = 0; i < parts->added.n && st == CT_OK; i++) {
        const struct added_token *const token = &parts->added.items[i];
        const struct text_view content = { .bytes = token->content, .size = token->size };
        struct text_view seen;
        if (!token->normalized || parts->rules.n_normalizers == 0)
            continue;
        st = normalize(parts->rules.normalizers, parts->rules.n_normalizers, false, &content, texts,
                       &seen, err);
        if (st == CT_OK)
            st = added_tokens_set_seen(&parts->added, i, seen.bytes, seen.size, err);
    }
    mapped_text_clear(&texts[0]);
    mapped_text_clear(&texts[1]);
    return st;
}

enum ct_status tokenizer_parts_finish(struct tokenizer_parts *parts, struct ct_error *err)
{
    enum ct_status st = find_bytes(parts, err);

    if (st == CT_OK)
        st = bpe_expect(&parts->bpe, 0, err); /* a table, even without merges */
    if (st == CT_OK && !parts->vocab.is_plain)
        st = add_end_of_text(parts, err);
    if (st == CT_OK)
        st = see_added(parts, err);
    if (st == CT_OK)
        st = added_tokens_seal(&parts->added, err);
    if (st == CT_OK && !parts->rules.ignore_merges && !parts->vocab.is_plain)
        vocab_seal(&parts->vocab);
    return st;
}
