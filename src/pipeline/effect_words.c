#include "config.h"
#include "pipeline/effect_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/stage_load.h"

struct span {
    const char *at;
    size_t size;
};

/* The next pair from *text on, which becomes what follows it; false: it is none. */
static bool next_pair(const char **text, struct span words[2])
{
    const char *const at = *text;
    const size_t size = strcspn(at, ",");
    const char *const colon = memchr(at, ':', size);

    *text = at[size] == ',' ? at + size + 1 : at + size;
    if (colon == NULL || (at[size] == ',' && **text == '\0') ||
        memchr(colon + 1, ':', size - (size_t)(colon + 1 - at)) != NULL)
        return false;
    words[0] = (struct span){ at, (size_t)(colon - at) };
    words[1] = (struct span){ colon + 1, size - words[0].size - 1 };
    return words[0].size > 0 && words[1].size > 0;
}

bool word_pairs_are(const char *text)
{
    struct span words[2];

    do {
        if (!next_pair(&text, words))
            return false;
    } while (*text != '\0');
    return true;
}

/* CT_OK with *is_token false: it is several tokens, or text that the tokenizer refuses. */
static enum ct_status find_token(const struct tokenizer *tokenizer, const struct span *word,
                                 uint32_t *id, bool *is_token, struct ct_error *err)
{
    struct token *tokens = NULL;
    size_t n = 0;
    struct ct_error why;
    const enum ct_status st =
        tokenizer_encode_part(tokenizer, word->at, word->size, &tokens, &n, &why);

    if (st == CT_ENOMEM)
        return ct_fail_nomem(err, "words", 0);
    *is_token = st == CT_OK && n == 1;
    if (*is_token)
        *id = tokens[0].id;
    free(tokens);
    return CT_OK;
}

static enum ct_status add_pair(const struct tokenizer *tokenizer, const struct span words[2],
                               struct word_pairs *out, struct ct_error *err)
{
    bool is_token[2] = { false, false };
    enum ct_status st = CT_OK;

    for (size_t k = 0; st == CT_OK && k < 2; k++)
        st = find_token(tokenizer, &words[k], &out->ids[2 * out->n + k], &is_token[k], err);
    if (st != CT_OK)
        return st;
    if (is_token[0] && is_token[1] && out->ids[2 * out->n] != out->ids[2 * out->n + 1])
        out->n++;
    else if (out->n_dropped++ == 0)
        snprintf(out->dropped, sizeof out->dropped, "%.*s:%.*s",
                 (int)(words[0].size < 50 ? words[0].size : 50), words[0].at,
                 (int)(words[1].size < 50 ? words[1].size : 50), words[1].at);
    return CT_OK;
}

enum ct_status word_pairs_find(const struct tokenizer *tokenizer, const char *text,
                               struct word_pairs *out, struct ct_error *err)
{
    const char *const whole = text;
    const size_t most = strlen(text); /* pairs */
    struct span words[2];
    enum ct_status st = CT_OK;

    *out = (struct word_pairs){ .ids = ct_malloc_array(most + 1, 2 * sizeof *out->ids) };
    if (out->ids == NULL)
        return ct_fail_nomem(err, "words", most * sizeof *out->ids);
    while (st == CT_OK && *text != '\0' && next_pair(&text, words))
        st = add_pair(tokenizer, words, out, err);
    if (st == CT_OK && out->n == 0)
        st = ct_fail(err, CT_EINVAL,
                     "--words: '%.60s': none of the pairs are two different single tokens of this "
                     "model; try words with a leading blank, such as ' he: she'",
                     whole);
    if (st != CT_OK)
        word_pairs_clear(out);
    return st;
}

enum ct_status effect_words_find(const struct analysis *a, struct word_pairs *out,
                                 struct ct_error *err)
{
    return word_pairs_find(load_of(a)->tokenizer,
                           a->params.words != NULL ? a->params.words : DEFAULT_WORDS, out, err);
}

void word_pairs_clear(struct word_pairs *w)
{
    free(w->ids);
    *w = (struct word_pairs){ 0 };
}

double word_pairs_difference(const struct word_pairs *w, const float *logits)
{
    double sum = 0.0;

    for (size_t i = 0; i < w->n; i++)
        sum += (double)logits[2 * i] - (double)logits[2 * i + 1];
    return sum / (double)w->n;
}
