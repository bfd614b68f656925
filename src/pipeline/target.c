#include "config.h"
#include "pipeline/target.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/lookalike.h"

static bool is_at(const struct token *tokens, const struct token *pattern, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (tokens[i].id != pattern[i].id)
            return false;
    return true;
}

struct matches {
    size_t n, n_pattern; /* number of matches, and tokens per match */
    size_t first, last;  /* where the first and the last match start */
};

static enum ct_status find_all(const struct tokenizer *tokenizer, const struct token *tokens,
                               size_t n_tokens, const char *target, size_t size,
                               struct matches *matches, struct ct_error *err)
{
    struct token *pattern = NULL;
    const enum ct_status status =
        tokenizer_encode_part(tokenizer, target, size, &pattern, &matches->n_pattern, err);

    if (status != CT_OK)
        return status;
    matches->n = 0;
    for (size_t at = tokenizer_n_prefix(tokenizer);
         matches->n_pattern > 0 && at + matches->n_pattern <= n_tokens; at++)
        if (is_at(tokens + at, pattern, matches->n_pattern)) {
            if (matches->n++ == 0)
                matches->first = at;
            matches->last = at;
        }
    free(pattern);
    return CT_OK;
}

static enum ct_status find_word(const struct tokenizer *tokenizer, const struct token *tokens,
                                size_t n_tokens, const char *target, size_t size,
                                struct matches *matches, struct ct_error *err)
{
    char *const word = ct_malloc_array(size + 1, 1);

    if (word == NULL)
        return ct_fail_nomem(err, "target", size);
    word[0] = ' ';
    memcpy(word + 1, target, size);
    enum ct_status status = find_all(tokenizer, tokens, n_tokens, word, size + 1, matches, err);
    free(word);
    if (status != CT_OK || matches->n > 0)
        return status;
    status = find_all(tokenizer, tokens, n_tokens, target, size, matches, err);
    if (status != CT_OK)
        return status;
    /* without a blank: only at the start */
    matches->n = matches->n > 0 && matches->first == tokenizer_n_prefix(tokenizer);
    matches->last = matches->first;
    return CT_OK;
}

enum ct_status target_find(const struct tokenizer *tokenizer, const struct token *tokens,
                           size_t n_tokens, const char *target, size_t size,
                           enum occurrence occurrence, size_t *first, size_t *last,
                           struct ct_error *err)
{
    struct matches matches = { 0 };
    const enum ct_status status =
        (size > 0 && target[0] == ' ' ? find_all : find_word)(tokenizer, tokens, n_tokens, target,
                                                              size, &matches, err);
    const int shown = size < 60 ? (int)size : 60;

    if (status != CT_OK)
        return status;
    if (matches.n == 0) {
        char code_points[80];
        lookalike_list(target, size, code_points, sizeof code_points);
        return ct_fail(
            err, CT_EINVAL,
            "the target \"%.*s\"%s%s%s is not among its tokens; write it as it appears in "
            "the text, including the space before it",
            shown, target, *code_points != '\0' ? " (with " : "", code_points,
            *code_points != '\0' ? ")" : "");
    }
    if (matches.n > 1 && occurrence == OCCURRENCE_ONLY)
        return ct_fail(err, CT_EINVAL,
                       "the target \"%.*s\" occurs %zu times; choose with --occurrence first or "
                       "--occurrence last",
                       shown, target, matches.n);
    *first = occurrence == OCCURRENCE_LAST ? matches.last : matches.first;
    *last = *first + matches.n_pattern - 1;
    return CT_OK;
}
