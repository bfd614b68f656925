#include "config.h"
#include "model/tokens/added_tokens.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static char *content_of(const struct added_token *token)
{
    return (char *)(uintptr_t)token->content;
}

void added_tokens_clear(struct added_tokens *added)
{
    for (size_t i = 0; i < added->n; i++)
        free(content_of(&added->items[i]));
    free(added->items);
    free(added->lengths[0]);
    free(added->lengths[1]);
    word_class_free(added->words);
    *added = (struct added_tokens){ 0 };
}

enum ct_status added_tokens_add(struct added_tokens *added, const struct added_token *token,
                                struct ct_error *err)
{
    if (added->n == ADDED_TOKENS_MAX)
        return ct_fail(err, CT_EFORMAT, "more than %d added tokens", ADDED_TOKENS_MAX);
    if (added->n == added->room) {
        const size_t room = added->room > 0 ? 2 * added->room : 4;
        struct added_token *const items = ct_realloc_array(added->items, room, sizeof *items);
        if (items == NULL)
            return ct_fail_nomem(err, "added tokens", room * sizeof *items);
        added->items = items;
        added->room = room;
    }
    const char *const copy = ct_strndup(token->content, token->size);

    if (copy == NULL)
        return ct_fail_nomem(err, "added tokens", token->size);
    added->items[added->n] = *token;
    added->items[added->n++].content = copy;
    added->begins[token->normalized][(unsigned char)copy[0]] = true;
    return CT_OK;
}

const struct added_token *added_tokens_get(const struct added_tokens *added, const char *content,
                                           size_t size)
{
    for (size_t i = 0; i < added->n; i++)
        if (added->items[i].size == size && memcmp(added->items[i].content, content, size) == 0)
            return &added->items[i];
    return NULL;
}

/* By kind, then the longest first, then by content. */
static int by_length(const void *a, const void *b)
{
    const struct added_token *const x = a;
    const struct added_token *const y = b;

    if (x->normalized != y->normalized)
        return x->normalized ? 1 : -1;
    return x->size != y->size ? (x->size < y->size ? 1 : -1)
                              : memcmp(x->content, y->content, x->size);
}

static bool is_alike(const struct added_token *a, const struct added_token *b)
{
    return a->normalized == b->normalized && a->size == b->size;
}

enum ct_status added_tokens_seal(struct added_tokens *added, struct ct_error *err)
{
    bool has_words = false;

    if (added->n == 0)
        return CT_OK;
    qsort(added->items, added->n, sizeof *added->items, by_length);
    for (int kind = 0; kind < 2; kind++) {
        added->lengths[kind] = ct_malloc_array(added->n, sizeof *added->lengths[kind]);
        if (added->lengths[kind] == NULL)
            return ct_fail_nomem(err, "added tokens", added->n * sizeof *added->lengths[kind]);
    }
    for (size_t i = 0, next; i < added->n; i = next) {
        const bool kind = added->items[i].normalized;
        for (next = i; next < added->n && is_alike(&added->items[next], &added->items[i]); next++)
            has_words = has_words || added->items[next].single_word;
        added->lengths[kind][added->n_lengths[kind]++] = (struct added_length){ i, next };
    }
    return has_words ? word_class_new(&added->words, err) : CT_OK;
}

static int by_content(const void *a, const void *b)
{
    const struct added_token *const x = a;
    const struct added_token *const y = b;

    return memcmp(x->content, y->content, x->size);
}

/* The longest token that text [size] begins with, or NULL. */
static const struct added_token *longest(const struct added_tokens *added, bool normalized,
                                         const char *text, size_t size)
{
    for (size_t i = 0; i < added->n_lengths[normalized]; i++) {
        const struct added_length length = added->lengths[normalized][i];
        const struct added_token key = { .content = text, .size = added->items[length.first].size };
        const struct added_token *const found =
            key.size <= size ? bsearch(&key, added->items + length.first,
                                       length.last - length.first, sizeof key, by_content)
                             : NULL;
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* Whether the word class allows the match. */
static bool is_allowed(const struct added_tokens *added, const struct added_match *match,
                       const char *text, size_t size)
{
    return !match->token->single_word ||
           (!word_class_ends(added->words, text, match->begin) &&
            !word_class_begins(added->words, text + match->end, size - match->end));
}

/* Adds the white space that the token takes, but for what the one before has taken. */
static void widen(struct added_match *match, const char *text, size_t size, size_t taken)
{
    if (match->token->lstrip) {
        const size_t begin = match->begin - white_space_ends(text, match->begin);
        match->begin = begin > taken ? begin : taken;
    }
    if (match->token->rstrip)
        match->end += white_space_begins(text + match->end, size - match->end);
}

bool added_tokens_next(const struct added_tokens *added, bool normalized, const char *text,
                       size_t size, struct added_iterator *it, struct added_match *match)
{
    while (it->at < size) {
        const size_t at = it->at++;
        if (!added->begins[normalized][(unsigned char)text[at]])
            continue;
        const struct added_token *const token = longest(added, normalized, text + at, size - at);
        if (token == NULL)
            continue;
        it->at = at + token->size;
        *match = (struct added_match){ token, at, it->at };
        if (!is_allowed(added, match, text, size))
            continue;
        widen(match, text, size, it->taken);
        it->taken = match->end;
        return true;
    }
    return false;
}
