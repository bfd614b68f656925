#include "config.h"
#include "pipeline/target.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/target_missing.h"

struct match {
    size_t first, last; /* tokens */
};

struct matches {
    size_t n;
    struct match first, last; /* the first and the last one */
};

struct search {
    const struct tokenizer *tokenizer;
    const struct encoded *sentence;
    struct ct_error *err;
};

static void add(struct matches *matches, struct match match)
{
    if (matches->n++ == 0)
        matches->first = match;
    matches->last = match;
}

/* ---- by tokens ---- */

struct pattern {          /* the tokens of a target */
    struct token *tokens; /* [n], owned */
    size_t n;
};

/* Whether the sentence has the pattern's tokens at `at`, and they cover the text. */
static bool is_at(const struct search *s, const struct pattern *pattern, size_t at,
                  const char *text, size_t size)
{
    const struct encoded *const e = s->sentence;

    if (pattern->n == 0 || at + pattern->n > e->n_tokens)
        return false;
    for (size_t i = 0; i < pattern->n; i++)
        if (e->tokens[at + i].id != pattern->tokens[i].id)
            return false;
    const size_t begin = e->tokens[at].begin;
    return tokenizer_means_same(s->tokenizer, e->text + begin,
                                e->tokens[at + pattern->n - 1].end - begin, text, size);
}

/* Everywhere, with the tokens that the text has inside another one. */
static enum ct_status find_inside(const struct search *s, const char *text, size_t size,
                                  struct matches *matches)
{
    struct pattern pattern = { .tokens = NULL };
    const enum ct_status st =
        tokenizer_encode_part(s->tokenizer, text, size, &pattern.tokens, &pattern.n, s->err);

    for (size_t at = tokenizer_n_prefix(s->tokenizer); st == CT_OK && at < s->sentence->n_tokens;
         at++)
        if (is_at(s, &pattern, at, text, size))
            add(matches, (struct match){ at, at + pattern.n - 1 });
    free(pattern.tokens);
    return st;
}

/* At the very start, with the tokens that the text has as a text of its own; a blank that the
 * tokenizer puts there may stand for its own. */
static enum ct_status find_at_start(const struct search *s, const char *text, size_t size,
                                    struct matches *matches)
{
    const size_t n_prefix = tokenizer_n_prefix(s->tokenizer);
    struct token *tokens = NULL;
    size_t n = 0;
    const enum ct_status st = tokenizer_encode(s->tokenizer, text, size, &tokens, &n, s->err);

    if (st != CT_OK)
        return st;
    const struct pattern pattern = { tokens + n_prefix, n - n_prefix };
    const bool has_blank = size > 0 && text[0] == ' ';
    if (is_at(s, &pattern, n_prefix, text, size) ||
        (has_blank && is_at(s, &pattern, n_prefix, text + 1, size - 1)))
        add(matches, (struct match){ n_prefix, n_prefix + pattern.n - 1 });
    free(tokens);
    return CT_OK;
}

/* ---- by bytes ---- */

/* The last token of those from `first` on that cover `size` bytes; SIZE_MAX: none does. */
static size_t last_token(const struct encoded *e, size_t first, size_t size)
{
    const size_t end = e->tokens[first].begin + size;
    size_t last = first;

    while (last < e->n_tokens && e->tokens[last].end < end)
        last++;
    return last < e->n_tokens && e->tokens[last].end == end ? last : SIZE_MAX;
}

/* Where tokens that cover exactly the text begin. needs_word: only behind a token that ends with
 * the one blank between it and the text. */
static void find_bytes(const struct search *s, const char *text, size_t size, bool needs_word,
                       struct matches *matches)
{
    const struct encoded *const e = s->sentence;

    for (size_t at = tokenizer_n_prefix(s->tokenizer); size > 0 && at < e->n_tokens; at++) {
        const size_t begin = e->tokens[at].begin;
        if (e->tokens[at].end == begin || e->size - begin < size ||
            memcmp(e->text + begin, text, size) != 0 || (needs_word && !target_follows_word(e, at)))
            continue;
        const size_t last = last_token(e, at, size);
        if (last != SIZE_MAX)
            add(matches, (struct match){ at, last });
    }
}

/* ---- both ---- */

/* word [size + 1] is the target behind a blank. */
static enum ct_status find_word(const struct search *s, const char *word, size_t size,
                                struct matches *matches)
{
    enum ct_status st = find_inside(s, word, size + 1, matches);

    if (st == CT_OK && matches->n == 0)
        st = find_at_start(s, word + 1, size, matches);
    if (st == CT_OK && matches->n == 0)
        find_bytes(s, word, size + 1, false, matches);
    if (st == CT_OK && matches->n == 0)
        find_bytes(s, word + 1, size, true, matches);
    return st;
}

static enum ct_status find_as_it_is(const struct search *s, const char *target, size_t size,
                                    struct matches *matches)
{
    enum ct_status st = find_inside(s, target, size, matches);

    if (st == CT_OK && matches->n == 0)
        st = find_at_start(s, target, size, matches);
    if (st == CT_OK && matches->n == 0)
        find_bytes(s, target, size, false, matches);
    return st;
}

enum ct_status target_find(const struct tokenizer *tokenizer, const struct encoded *sentence,
                           const char *target, size_t size, enum occurrence occurrence,
                           size_t *first, size_t *last, struct ct_error *err)
{
    const struct search search = { tokenizer, sentence, err };
    struct matches matches = { .n = 0 };
    char *const word = ct_malloc_array(size + 1, 1);

    if (word == NULL)
        return ct_fail_nomem(err, "target", size);
    word[0] = ' ';
    memcpy(word + 1, target, size);
    const bool has_blank = size > 0 && target[0] == ' ';
    enum ct_status st = has_blank ? find_as_it_is(&search, target, size, &matches)
                                  : find_word(&search, word, size, &matches);
    if (st == CT_OK && matches.n == 0)
        st = has_blank ? target_missing(tokenizer, sentence, target, target, size, err)
                       : target_missing(tokenizer, sentence, target, word, size + 1, err);
    free(word);
    if (st != CT_OK)
        return st;
    if (matches.n > 1 && occurrence == OCCURRENCE_ONLY)
        return ct_fail(err, CT_EINVAL,
                       "the target \"%.*s\" occurs %zu times; choose with --occurrence first or "
                       "--occurrence last",
                       size < 60 ? (int)size : 60, target, matches.n);
    const struct match found = occurrence == OCCURRENCE_LAST ? matches.last : matches.first;
    *first = found.first;
    *last = found.last;
    return CT_OK;
}
