#include "config.h"
#include "pipeline/target_missing.h"

#include <string.h>

#include "pipeline/lookalike.h"

/* Whether bytes begin .. end of the text are blanks. */
static bool is_blank(const struct encoded *e, size_t begin, size_t end)
{
    while (begin < end && e->text[begin] == ' ')
        begin++;
    return begin == end;
}

bool target_follows_word(const struct encoded *sentence, size_t at)
{
    const struct token *const before = at > 0 ? &sentence->tokens[at - 1] : NULL;

    return before != NULL && before->end == sentence->tokens[at].begin &&
           before->end - before->begin > 1 && is_blank(sentence, before->end - 1, before->end) &&
           !is_blank(sentence, before->end - 2, before->end);
}

/* The token that bytes begin and begin - 1 of the text share; NULL: none. */
static const struct token *shared_token(const struct encoded *e, size_t begin)
{
    for (size_t i = 0; i < e->n_tokens; i++)
        if (e->tokens[i].begin < begin && begin < e->tokens[i].end)
            return &e->tokens[i];
    return NULL;
}

/* Where the text has the word, or begins with the target: bytes *begin .. *end; false: nowhere. */
static bool find_bytes(const struct encoded *e, const char *target, size_t target_size,
                       const char *word, size_t size, size_t *begin, size_t *end)
{
    const char *const found = size > 0 ? memmem(e->text, e->size, word, size) : NULL;
    const bool starts = e->size >= target_size && memcmp(e->text, target, target_size) == 0;

    *begin = found != NULL ? (size_t)(found - e->text) : 0;
    *end = found != NULL ? *begin + size : target_size;
    return found != NULL || starts;
}

enum ct_status target_missing(const struct tokenizer *tokenizer, const struct encoded *sentence,
                              const char *target, const char *word, size_t size,
                              struct ct_error *err)
{
    const size_t target_size = size - (size_t)(target != word);
    const int shown = target_size < 60 ? (int)target_size : 60;
    size_t begin = 0;
    size_t end = 0;
    const bool is_there = find_bytes(sentence, target, target_size, word, size, &begin, &end);
    const struct token *const before = is_there ? shared_token(sentence, begin) : NULL;
    const struct token *const shared =
        before != NULL || !is_there ? before : shared_token(sentence, end);
    char code_points[80];
    char piece[80];

    lookalike_list(target, target_size, code_points, sizeof code_points);
    if (shared == NULL)
        return ct_fail(err, CT_EINVAL,
                       "the target \"%.*s\"%s%s%s is not among its tokens; write it as it appears "
                       "in the text, including the space before it",
                       shown, target, *code_points != '\0' ? " (with " : "", code_points,
                       *code_points != '\0' ? ")" : "");
    (void)tokenizer_show(tokenizer, shared->id, piece, sizeof piece);
    if (shared == before && is_blank(sentence, before->begin, before->end))
        return ct_fail(
            err, CT_EINVAL,
            "the target \"%.*s\" is not among its tokens: the space before it is part of "
            "the token \"%s\"; leave one space there",
            shown, target, piece);
    return ct_fail(err, CT_EINVAL,
                   "the target \"%.*s\" is not among its tokens: it %s inside the token \"%s\"; "
                   "write whole tokens, as circuittui tokenize shows them",
                   shown, target, shared == before ? "begins" : "ends", piece);
}
