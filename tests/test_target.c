#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model_files.h"
#include "pipeline/lookalike.h"
#include "pipeline/target.h"

static enum ct_status find_in(const struct tokenizer *tokenizer, const char *text,
                              const char *target, enum occurrence occurrence, struct token *first,
                              struct token *last, struct ct_error *err)
{
    struct token *tokens = NULL;
    size_t n = 0;
    size_t at[2] = { 0, 0 };

    ck_assert_int_eq(tokenizer_encode(tokenizer, text, strlen(text), &tokens, &n, NULL), CT_OK);
    const enum ct_status status =
        target_find(tokenizer, &(struct encoded){ text, strlen(text), tokens, n }, target,
                    strlen(target), occurrence, &at[0], &at[1], err);
    if (status == CT_OK) {
        *first = tokens[at[0]];
        *last = tokens[at[1]];
    }
    free(tokens);
    return status;
}

static enum ct_status find(const char *text, const char *target, enum occurrence occurrence,
                           struct token *first, struct token *last, struct ct_error *err)
{
    struct tokenizer *tokenizer = NULL;

    ck_assert_int_eq(tokenizer_open(fixture_path("demo"), &tokenizer, NULL), CT_OK);
    const enum ct_status status = find_in(tokenizer, text, target, occurrence, first, last, err);
    tokenizer_free(tokenizer);
    return status;
}

static void assert_found(const char *text, const char *target, enum occurrence occurrence,
                         size_t begin, size_t end)
{
    struct token first;
    struct token last;

    ck_assert_msg(find(text, target, occurrence, &first, &last, NULL) == CT_OK,
                  "'%s' is not found in '%s'", target, text);
    ck_assert_uint_eq(first.begin, begin);
    ck_assert_uint_eq(last.end, end);
}

START_TEST(a_leading_blank_is_taken_literally)
{
    assert_found("They saw him there.", " him", OCCURRENCE_ONLY, 8, 12);
    ck_assert_int_eq(find("him they saw.", " him", OCCURRENCE_ONLY, NULL, NULL, NULL), CT_EINVAL);
}
END_TEST

START_TEST(without_a_blank_the_whole_word_is_tried_first)
{
    assert_found("They saw him there.", "him", OCCURRENCE_ONLY, 8, 12);
    assert_found("him they saw.", "him", OCCURRENCE_ONLY, 0, 3);
    assert_found("him and him", "him", OCCURRENCE_ONLY, 7, 11); /* the one after a blank */
}
END_TEST

START_TEST(several_tokens_match_as_a_sequence)
{
    assert_found("They saw her in the garden yesterday.", " in the garden", OCCURRENCE_ONLY, 12,
                 26);
}
END_TEST

START_TEST(two_occurrences_require_a_choice)
{
    struct ct_error err;

    ck_assert_int_eq(find("We saw him and him.", " him", OCCURRENCE_ONLY, NULL, NULL, &err),
                     CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "--occurrence first"));
    assert_found("We saw him and him.", " him", OCCURRENCE_FIRST, 6, 10);
    assert_found("We saw him and him.", " him", OCCURRENCE_LAST, 14, 18);
}
END_TEST

START_TEST(a_part_of_a_word_is_not_a_target)
{
    ck_assert_int_eq(find("He hurt himself.", " hims", OCCURRENCE_ONLY, NULL, NULL, NULL),
                     CT_EINVAL);
    ck_assert_int_eq(find("", " him", OCCURRENCE_ONLY, NULL, NULL, NULL), CT_EINVAL);
}
END_TEST

/* A tokenizer.json: a fixture of gen_pipelines.py, or its text. */
static struct tokenizer *open_json(const char *name)
{
    char *const dir = folder_new();
    struct tokenizer *tokenizer = NULL;
    struct ct_error err = { 0 };
    char from[4096];
    char to[4096];

    if (name[0] == '{') {
        text_put(dir, "tokenizer.json", name);
    } else {
        snprintf(from, sizeof from, "%s/%s.template", fixture_path("tokenizer_pipelines"), name);
        snprintf(to, sizeof to, "%s/tokenizer.json", dir);
        ck_assert_int_eq(symlink(from, to), 0);
    }
    ck_assert_msg(tokenizer_open(dir, &tokenizer, &err) == CT_OK, "%s", err.text);
    folder_remove(dir);
    return tokenizer;
}

/* Words whose tokens end with the blank behind them. */
#define TRAILING                                                                                   \
    "{\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"_\"},"     \
    "\"model\":{\"type\":\"BPE\",\"vocab\":{\"_\":0,\"s\":1,\"a\":2,\"w\":3,\"h\":4,\"i\":5,"      \
    "\"m\":6,"                                                                                     \
    "\"w_\":7},\"merges\":[[\"w\",\"_\"]]}}"

START_TEST(marks_for_blanks_cover_blanks)
{
    static const struct {
        const char *tokenizer, *text, *target;
        size_t begin, end; /* 0: the message */
        const char *says;
    } cases[] = {
        /* ` him` and `him` at the beginning are the same token, but not the same bytes. */
        { "prepend", "him and him.", "him", 7, 11, NULL },
        { "prepend", "him and him.", " him", 7, 11, NULL },
        { "prepend", "him.", "him", 0, 3, NULL },
        { "prepend", "him.", " him", 0, 0, "write it as it appears in the text" },
        { "prepend", "a saw him", " saw him", 1, 9, NULL },
        { "first", "him and him.", "him", 7, 11, NULL },
        { "first", "him.", "him", 0, 3, NULL },
        { "first", "him.", " him", 0, 3, NULL }, /* as a text of its own, it is the same */
        { "replace", "him and him.", "him", 7, 11, NULL },
        { "replace", "him.", "him", 0, 3, NULL },
        { "replace", "him.", " him", 0, 0, "write it as it appears" },
        { "old_prefix", "him.", " him", 0, 3, NULL },
        /* Tokens of several words. */
        { "prepend", "the cat saw him there", "him", 0, 0,
          "it begins inside the token \" the cat saw him there\"; write whole tokens" },
        { "prepend", "the cat saw him there", "the cat", 0, 0, "it ends inside the token" },
        { "prepend", "the cat saw him there", "the cat saw him there", 0, 21, NULL },
        /* Bytes count where the target alone has other tokens. */
        { TRAILING, "saw him", "him", 4, 7, NULL },
        { TRAILING, "saw him", " him", 0, 0, "it begins inside the token \"w \"" },
        { TRAILING, "saw  him", "him", 4, 8, NULL },
        { TRAILING, "sawhim", "him", 0, 0, "write it as it appears" },
        { TRAILING, "mihim", "him", 0, 0, "write it as it appears" },
        { TRAILING, "saw saw ", "saw ", 0, 4, NULL },
        /* Two blanks become one character. */
        { "drop_regex", "saw  him", "him", 0, 0,
          "the space before it is part of the token \"\xe2\x96\x82\"; leave one space there" },
        /* Form C: the same text, other bytes. */
        { "drop_regex", "a caf\xc3\xa9", "cafe\xcc\x81", 1, 7, NULL },
        { "drop_regex", "a cafe\xcc\x81", "caf\xc3\xa9", 1, 8, NULL },
        /* One unknown character is not another. */
        { "always", "a \xe2\x98\x85 b", " \xe2\x98\x85", 1, 5, NULL },
        { "always", "a \xe2\x98\x85 b", " \xe2\x98\x83", 0, 0, "is not among its tokens" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tokenizer *const tokenizer = open_json(cases[i].tokenizer);
        struct token first = { 0 };
        struct token last = { 0 };
        struct ct_error err = { 0 };
        const enum ct_status status = find_in(tokenizer, cases[i].text, cases[i].target,
                                              OCCURRENCE_ONLY, &first, &last, &err);
        ck_assert_msg(status == (cases[i].says != NULL ? CT_EINVAL : CT_OK), "'%s' in '%s': %s",
                      cases[i].target, cases[i].text, err.text);
        ck_assert_msg(cases[i].says == NULL || strstr(err.text, cases[i].says) != NULL, "%s",
                      err.text);
        ck_assert_msg(first.begin == cases[i].begin && last.end == cases[i].end,
                      "'%s' in '%s': %zu to %zu", cases[i].target, cases[i].text, first.begin,
                      last.end);
        tokenizer_free(tokenizer);
    }
}
END_TEST

/* A difference that cannot be seen is shown by code points. */
START_TEST(differences_that_look_alike_are_named)
{
    static const struct {
        const char *text, *target, *says; /* NULL: nothing */
    } cases[] = {
        { "They saw him.", " him", NULL },
        { "They saw him.", " her", NULL },
        { "They saw\xc2\xa0him.", " him", "U+0020 in the target is U+00A0 in the text" },
        { "They saw him.", "\xc2\xa0him", "U+00A0 in the target is U+0020 in the text" },
        { "They saw him.", "\xe3\x80\x80him", "U+3000 in the target is U+0020 in the text" },
        { "They saw h\xe2\x80\x8bim.", " him", "the text has U+200B, which the target does not" },
        { "They saw him.", " hi\xe2\x80\x8bm", "the target has U+200B, which the text does not" },
        { "They saw him.", " him\xef\xbb\xbf", "the target has U+FEFF, which the text does not" },
        { "It\xe2\x80\x99s his.", "It's", "U+0027 in the target is U+2019 in the text" },
        { "\xe2\x80\x9chim\xe2\x80\x9d", "\"him\"", "U+0022 in the target is U+201C in the text" },
        { "a\xe2\x80\x90"
          "b",
          "a-b", "U+002D in the target is U+2010 in the text" },
        { "a b", "\xe2\x80\x8b", NULL }, /* nothing that is visible */
        { "", " him", NULL },
        { "caf\xc3\xa9", "cafe", NULL },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ct_error err = { 0 };
        const enum ct_status status =
            lookalike_check(cases[i].text, strlen(cases[i].text), cases[i].target,
                            strlen(cases[i].target), &err);
        ck_assert_msg(status == (cases[i].says != NULL ? CT_EINVAL : CT_OK), "%s: %s",
                      cases[i].text, err.text);
        ck_assert_msg(cases[i].says == NULL || strstr(err.text, cases[i].says) != NULL, "%s: %s",
                      cases[i].text, err.text);
    }
    struct ct_error err = { 0 };
    ck_assert_int_eq(find("a cafe\xcc\x81", " caf\xc3\xa9", OCCURRENCE_ONLY, NULL, NULL, &err),
                     CT_EINVAL);
    ck_assert_msg(strstr(err.text, "(with U+00E9) is not among its tokens") != NULL, "%s",
                  err.text);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_leading_blank_is_taken_literally,    without_a_blank_the_whole_word_is_tried_first,
        several_tokens_match_as_a_sequence,    two_occurrences_require_a_choice,
        a_part_of_a_word_is_not_a_target,      marks_for_blanks_cover_blanks,
        differences_that_look_alike_are_named,
    };
    return RUN_TESTS("target", tests);
}
