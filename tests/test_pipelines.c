/*
 * The settings of tokenizer.json: ids of Hugging Face's tokenizers, see fixtures/gen_pipelines.py,
 * must agree exactly.
 */
#include "config.h"
#include "support.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/tokens/nfc.h"
#include "model/tokens/tokenizer.h"
#include "model/tokens/word_class.h"
#include "model_files.h"

enum { FILE_SIZE = 1 << 18 };

/* The text of a fixture, borrowed until the next call. */
static char *read_fixture(const char *name, char text[FILE_SIZE])
{
    FILE *const in = fopen(fixture_path(name), "rb");

    ck_assert_msg(in != NULL, "%s", name);
    const size_t size = fread(text, 1, FILE_SIZE - 1, in);
    fclose(in);
    text[size] = '\0';
    return text;
}

/* Appends text with its first @NAME@, if there is one, replaced. */
static void put_replaced(FILE *out, const char *text, const char *name, const char *by)
{
    const char *const at = strstr(text, name);

    if (at == NULL)
        fputs(text, out);
    else
        fprintf(out, "%.*s%s%s", (int)(at - text), text, by, at + strlen(name));
}

/* Writes the tokenizer.json of a template. */
static void make_variant(const char *dir, const char *name)
{
    static char template[FILE_SIZE], vocab[FILE_SIZE], merges[FILE_SIZE], path[4096];
    char *whole[2] = { NULL };
    size_t size;

    snprintf(path, sizeof path, "tokenizer_pipelines/%s.template", name);
    read_fixture(path, template);
    char *const tokens = strchr(read_fixture("tokenizer/vocab.json", vocab), '{') + 1;
    *strrchr(tokens, '}') = '\0';
    FILE *out = open_memstream(&whole[0], &size);
    const char *separator = "";
    char *line = strtok(read_fixture("tokenizer/merges.txt", merges), "\n");
    for (; line != NULL; line = strtok(NULL, "\n")) {
        const char *const blank = strchr(line, ' ');
        if (strncmp(line, "#version", 8) == 0)
            continue;
        fprintf(out, "%s[\"", separator);
        for (const char *c = line; *c != '\0'; c++)
            fprintf(out, *c == '"' || *c == '\\' ? "\\%c" : c == blank ? "\",\"" : "%c", *c);
        fputs("\"]", out);
        separator = ",";
    }
    fclose(out);
    out = open_memstream(&whole[1], &size);
    put_replaced(out, template, "@VOCAB@", tokens);
    fclose(out);
    snprintf(path, sizeof path, "%s/tokenizer.json", dir);
    out = fopen(path, "w");
    put_replaced(out, whole[1], "@MERGES@", whole[0]);
    fclose(out);
    free(whole[0]);
    free(whole[1]);
}

static struct tokenizer *open_variant(const char *name)
{
    char *const dir = folder_new();
    struct tokenizer *tokenizer = NULL;
    struct ct_error err = { 0 };

    make_variant(dir, name);
    ck_assert_msg(tokenizer_open(dir, &tokenizer, &err) == CT_OK, "%s: %s", name, err.text);
    ck_assert_ptr_null(tokenizer_note(tokenizer));
    folder_remove(dir);
    return tokenizer;
}

static size_t unhex(char *text)
{
    size_t n = 0;

    for (unsigned byte; sscanf(text + 2 * n, "%2x", &byte) == 1; n++)
        text[n] = (char)byte;
    return n;
}

/* The tokens behind the prefix are contiguous and cover the text, unless the rules drop parts. */
static void check_row(const struct tokenizer *tokenizer, const char *name, char *hex, char *ids)
{
    const bool drops = strncmp(name, "drop", 4) == 0;
    struct token *tokens = NULL;
    struct ct_error err = { 0 };
    size_t n = 0;
    size_t at = 0;
    const size_t size = unhex(hex);

    ck_assert_msg(tokenizer_encode(tokenizer, hex, size, &tokens, &n, &err) == CT_OK, "%s: %s",
                  name, err.text);
    for (size_t i = 0; i < n; i++) {
        char *end;
        const unsigned long want = strtoul(ids, &end, 10);
        ck_assert_msg(end != ids && tokens[i].id == want, "%s, '%.*s': token %zu is %u, not %lu",
                      name, (int)size, hex, i, tokens[i].id, want);
        ids = end;
        ck_assert_msg(drops ? tokens[i].begin >= at : tokens[i].begin == at,
                      "%s, '%.*s': token %zu begins at %zu, not %zu", name, (int)size, hex, i,
                      tokens[i].begin, at);
        ck_assert_uint_ge(tokens[i].end, tokens[i].begin);
        at = tokens[i].end;
    }
    ck_assert_msg(*ids == '\n', "%s, '%.*s': too few tokens: %zu", name, (int)size, hex, n);
    ck_assert(drops ? at <= size : at == size || n == tokenizer_n_prefix(tokenizer));
    free(tokens);
}

/* Calls check for each row of the fixture; returns their number. */
static size_t each_row(const char *csv, void (*check)(const char *name, char *hex, char *ids))
{
    const bool has_names = strcmp(csv, "tokenizer_pipelines.csv") == 0;
    FILE *const file = fopen(fixture_path(csv), "r");
    char *line = NULL;
    size_t room = 0;
    size_t n = 0;

    ck_assert(file != NULL && getline(&line, &room, file) > 0);
    for (; getline(&line, &room, file) > 0; n++) {
        char *const hex = has_names ? strchr(line, ',') + 1 : line;
        char *const ids = strchr(hex, ',') + 1;
        if (has_names)
            hex[-1] = '\0';
        ids[-1] = '\0';
        check(has_names ? line : csv, hex, ids);
    }
    free(line);
    fclose(file);
    return n;
}

static struct tokenizer *current; /* of the rows */
static char current_name[64];

static void check_variant(const char *name, char *hex, char *ids)
{
    if (strcmp(name, current_name) != 0) {
        tokenizer_free(current);
        current = open_variant(name);
        snprintf(current_name, sizeof current_name, "%s", name);
    }
    check_row(current, name, hex, ids);
}

START_TEST(settings_match_reference)
{
    ck_assert_uint_ge(each_row("tokenizer_pipelines.csv", check_variant), 2700);
    tokenizer_free(current);
}
END_TEST

static void check_current(const char *name, char *hex, char *ids)
{
    check_row(current, name, hex, ids);
}

START_TEST(the_demo_llama_matches_reference)
{
    char folder[4096];
    char bos[TOKENIZER_BOS_SIZE];

    snprintf(folder, sizeof folder, "%s", fixture_path("demo_llama"));
    ck_assert_int_eq(tokenizer_open(folder, &current, NULL), CT_OK);
    ck_assert_uint_eq(each_row("demo_llama_ids.csv", check_current), 119);
    ck_assert(tokenizer_bos_text(current, bos));
    ck_assert_str_eq(bos, "<|begin_of_text|> (2558), by tokenizer.json");
    tokenizer_free(current);
}
END_TEST

/* A trained Llama's, which is not in the repository. */
START_TEST(a_real_llama_matches_reference)
{
    const char *const given = getenv("CIRCUITTUI_STORY");
    const char *const dir = given != NULL ? given : fixture_path("../../shared/families/story");
    char folder[4096];
    char bos[TOKENIZER_BOS_SIZE];

    snprintf(folder, sizeof folder, "%s", dir);
    if (tokenizer_open(folder, &current, NULL) != CT_OK) {
        SKIP("no tokenizer in %s; set CIRCUITTUI_STORY to its folder", folder);
        return;
    }
    ck_assert_uint_ge(each_row("tokenizer_story.csv", check_current), 250);
    ck_assert(tokenizer_bos_text(current, bos));
    ck_assert_str_eq(bos, "<|start_story|> (1), by tokenizer_config.json");
    tokenizer_free(current);
}
END_TEST

static void check_qwen2(const char *name, char *hex, char *ids)
{
    if (strcmp(name, "qwen_2") == 0)
        check_row(current, name, hex, ids);
}

/* Without tokenizer.json, the class or the model says which rules count. */
START_TEST(families_have_the_rules_of_their_files)
{
    static const struct {
        const char *class, *model;
        bool is_qwen;
    } cases[] = {
        { "{\"tokenizer_class\":\"Qwen2Tokenizer\"}", "{\"model_type\":\"gpt2\"}", true },
        { "{}", "{\"model_type\":\"qwen3\"}", true },
        { "{\"tokenizer_class\":\"GPT2Tokenizer\"}", "{\"model_type\":\"qwen2\"}", false },
        { "{}", "{\"model_type\":\"opt\"}", false },
        { "{}", "{\"model_type\":\"qwen2\"}", true },
        { "{}", "{\"model_type\":\"llama\"}", false },
        { "{}", "{\"model_type\":7}", false },
        { "{}", "<", false },
    };
    static char text[FILE_SIZE];
    char *const dir = folder_new();

    text_put(dir, "vocab.json", read_fixture("tokenizer/vocab.json", text));
    text_put(dir, "merges.txt", read_fixture("tokenizer/merges.txt", text));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct token *tokens = NULL;
        size_t n = 0;
        text_put(dir, "tokenizer_config.json", cases[i].class);
        text_put(dir, "config.json", cases[i].model);
        ck_assert_int_eq(tokenizer_open(dir, &current, NULL), CT_OK);
        ck_assert_int_eq(tokenizer_encode(current, "e\xcc\x81", 3, &tokens, &n, NULL), CT_OK);
        ck_assert_msg((n > 0 && tokens[n - 1].end - tokens[0].begin == 3), "%zu", i);
        ck_assert_msg((tokens[0].end == 1) != cases[i].is_qwen, "%zu: %zu", i, tokens[0].end);
        if (cases[i].is_qwen)
            (void)each_row("tokenizer_pipelines.csv", check_qwen2);
        free(tokens);
        tokenizer_free(current);
    }
    folder_remove(dir);
}
END_TEST

/* A part of a text is encoded as inside one: no prefix, no blank in front. */
START_TEST(parts_have_no_beginning)
{
    static const char *const names[] = { "begin", "prefix_space" };
    struct tokenizer *const plain = open_variant("plain");

    for (size_t i = 0; i < 2; i++) {
        struct tokenizer *const tokenizer = open_variant(names[i]);
        struct token *tokens = NULL;
        struct token *part = NULL;
        struct token *want = NULL;
        size_t n = 0;
        size_t n_part = 0;
        size_t n_want = 0;
        ck_assert_int_eq(tokenizer_encode(tokenizer, "garden", 6, &tokens, &n, NULL), CT_OK);
        ck_assert_int_eq(tokenizer_encode_part(tokenizer, "garden", 6, &part, &n_part, NULL),
                         CT_OK);
        ck_assert_int_eq(tokenizer_encode(plain, "garden", 6, &want, &n_want, NULL), CT_OK);
        ck_assert_uint_eq(n_part, n_want);
        for (size_t t = 0; t < n_part; t++)
            ck_assert_uint_eq(part[t].id, want[t].id);
        ck_assert_uint_eq(tokenizer_n_prefix(tokenizer), i == 0 ? 2 : 0);
        if (i == 0) {
            ck_assert_uint_eq(n, n_want + 2);
            ck_assert_uint_eq(tokenizer_prefix(tokenizer)[0], 656);
            ck_assert_uint_eq(tokenizer_prefix(tokenizer)[1], 657);
        }
        free(tokens);
        free(part);
        free(want);
        tokenizer_free(tokenizer);
    }
    tokenizer_free(plain);
}
END_TEST

static void assert_bos(const struct tokenizer *tokenizer, const char *want)
{
    char bos[TOKENIZER_BOS_SIZE] = "";

    ck_assert_int_eq(tokenizer_bos_text(tokenizer, bos), want != NULL);
    ck_assert_str_eq(bos, want != NULL ? want : "");
}

/* Patterns are those of files, and some never end. */
START_TEST(patterns_have_a_limit)
{
    static const struct {
        const char *pattern;
        bool ends;
    } cases[] = {
        { "(a+)+$", false },
        { "(a|aa)+$", false },
        { "(?!a)|a*?(?=b)", true },
        { "[ab]+?b|a", true },
    };
    enum { SIZE = 1 << 17 };
    char *const text = malloc(SIZE);
    char *const dir = folder_new();
    char json[512];

    ck_assert_ptr_nonnull(text);
    memset(text, 'a', SIZE);
    text[SIZE - 1] = 'b';
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tokenizer *tokenizer = NULL;
        snprintf(json, sizeof json,
                 "{\"pre_tokenizer\":{\"type\":\"Split\",\"behavior\":\"Isolated\",\"pattern\":{"
                 "\"Regex\":\"%s\"}},\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1},"
                 "\"merges\":[]}}",
                 cases[i].pattern);
        text_put(dir, "tokenizer.json", json);
        ck_assert_int_eq(tokenizer_open(dir, &tokenizer, NULL), CT_OK);
        for (size_t size = 150; size <= SIZE; size = size < SIZE ? SIZE : SIZE + 1) {
            struct token *tokens = NULL;
            struct ct_error err = { 0 };
            size_t n = 0;
            const enum ct_status st =
                tokenizer_encode(tokenizer, text + SIZE - size, size, &tokens, &n, &err);
            ck_assert_msg(st == (cases[i].ends ? CT_OK : CT_ENOTSUP), "%s: %s", cases[i].pattern,
                          err.text);
            ck_assert(!cases[i].ends || n == size);
            ck_assert(cases[i].ends || strstr(err.text, "takes too many steps") != NULL);
            free(tokens);
        }
        tokenizer_free(tokenizer);
    }
    folder_remove(dir);
    free(text);
}
END_TEST

START_TEST(the_beginning_is_as_wanted)
{
    struct tokenizer *tokenizer = open_variant("prepend"); /* its files name no bos_token */

    assert_bos(tokenizer, "<s> (1), by tokenizer.json");
    ck_assert_int_eq(tokenizer_set_bos(tokenizer, BOS_YES, NULL), CT_OK);
    assert_bos(tokenizer, "<s> (1), by tokenizer.json");
    ck_assert_int_eq(tokenizer_set_bos(tokenizer, BOS_NO, NULL), CT_OK);
    assert_bos(tokenizer, "none, by --bos");
    ck_assert_uint_eq(tokenizer_n_prefix(tokenizer), 0);
    ck_assert_int_eq(tokenizer_set_bos(tokenizer, BOS_YES, NULL), CT_ENOTSUP);
    tokenizer_free(tokenizer);
    tokenizer = open_variant("nfc");
    assert_bos(tokenizer, NULL);
    ck_assert_int_eq(tokenizer_set_bos(tokenizer, BOS_NO, NULL), CT_OK);
    assert_bos(tokenizer, NULL);
    ck_assert_int_eq(tokenizer_set_bos(tokenizer, BOS_YES, NULL), CT_OK);
    assert_bos(tokenizer, "<|endoftext|> (656), by --bos");
    ck_assert(!tokenizer_lacks_bos(tokenizer) && !tokenizer_has_suffix(tokenizer));
    tokenizer_free(tokenizer);
}
END_TEST

/* What transformers does for each class, see tokenizer_bos.c. */
START_TEST(the_class_decides_about_the_beginning)
{
    static const struct {
        const char *variant, *config;
        const char *bos; /* NULL: nothing is said */
        bool lacks;
    } cases[] = {
        { "prepend", "{\"tokenizer_class\": \"LlamaTokenizer\", \"add_bos_token\": true}",
          "<s> (1), by tokenizer_config.json", false },
        { "prepend", "{\"tokenizer_class\": \"LlamaTokenizerFast\", \"add_bos_token\": false}",
          "none, by tokenizer_config.json", true },
        { "prepend", "{\"tokenizer_class\": \"LlamaTokenizer\"}", "<s> (1), by tokenizer.json",
          false },
        { "prepend",
          "{\"tokenizer_class\": \"GemmaTokenizer\", \"add_bos_token\": true, "
          "\"bos_token\": {\"content\": \"</s>\"}}",
          "</s> (2), by tokenizer_config.json", false },
        { "prepend",
          "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"add_bos_token\": true, "
          "\"bos_token\": \"</s>\"}",
          "<s> (1), by tokenizer.json", false },
        { "replace", "{\"tokenizer_class\": \"GPTNeoXTokenizer\", \"add_bos_token\": false}",
          "none, by tokenizer_config.json", false },
        { "never", "{\"tokenizer_class\": \"GemmaTokenizer\"}", NULL, true },
    };
    char *const dir = folder_new();

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tokenizer *tokenizer = NULL;
        struct ct_error err = { 0 };
        make_variant(dir, cases[i].variant);
        text_put(dir, "tokenizer_config.json", cases[i].config);
        ck_assert_msg(tokenizer_open(dir, &tokenizer, &err) == CT_OK, "%zu: %s", i, err.text);
        assert_bos(tokenizer, cases[i].bos);
        ck_assert_int_eq(tokenizer_lacks_bos(tokenizer), cases[i].lacks);
        tokenizer_free(tokenizer);
    }
    folder_remove(dir);
}
END_TEST

START_TEST(tokens_are_shown_as_text)
{
    static const struct {
        const char *variant;
        uint32_t id;
        const char *shown;
    } cases[] = {
        { "replace", 1, "<s>" },
        { "replace", 3 + 0x0A, "\\n" },
        { "replace", 259, " " },
        { "replace", 99999, "" },
        { "never", 3, " " },
        { "nfc", 656, "<|endoftext|>" },
        { "replace", 3 + 0xFF, "\\xff" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tokenizer *const tokenizer = open_variant(cases[i].variant);
        char shown[32];
        ck_assert_uint_eq(tokenizer_show(tokenizer, cases[i].id, shown, sizeof shown),
                          strlen(cases[i].shown));
        ck_assert_str_eq(shown, cases[i].shown);
        tokenizer_free(tokenizer);
    }
}
END_TEST

/* Expected values are of Python's unicodedata. */
START_TEST(form_c_keeps_its_place)
{
    static const struct {
        const char *text, *form_c;
        size_t at[2]; /* a byte of form C, and the one of the text that it comes from */
    } cases[] = {
        { "plain", "plain", { 4, 4 } },
        { "caf\xc3\xa9!", "caf\xc3\xa9!", { 5, 5 } },
        { "cafe\xcc\x81!", "caf\xc3\xa9!", { 5, 6 } },              /* e, acute */
        { "\xe2\x84\xab!", "\xc3\x85!", { 2, 3 } },                 /* the Angstrom sign */
        { "\xe1\x84\x80\xe1\x85\xa1!", "\xea\xb0\x80!", { 3, 6 } }, /* Hangul from its parts */
        { "\xe0\xb8\x81\xe0\xb9\x88\xe0\xb8\xb9!",                  /* Thai, marks not in order */
          "\xe0\xb8\x81\xe0\xb8\xb9\xe0\xb9\x88!",
          { 9, 9 } },
        { "\xef\xac\x9d!", "\xd7\x99\xd6\xb4!", { 4, 3 } },    /* excluded from composition */
        { "\xcd\xb8!", "\xcd\xb8!", { 2, 2 } },                /* unassigned */
        { "a\xcc\x96\xcc\x80", "\xc3\xa0\xcc\x96", { 4, 5 } }, /* a, below, above */
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct text_view in = { .bytes = cases[i].text, .size = strlen(cases[i].text) };
        struct mapped_text out = { .bytes = NULL };
        struct text_view view;
        ck_assert_int_eq(nfc_append(&in, &out, NULL), CT_OK);
        ck_assert_int_eq(mapped_text_view(&out, in.size, &view, NULL), CT_OK);
        ck_assert_uint_eq(view.size, strlen(cases[i].form_c));
        ck_assert_mem_eq(view.bytes, cases[i].form_c, view.size);
        ck_assert_uint_eq(text_view_origin(&view, cases[i].at[0]), cases[i].at[1]);
        ck_assert_uint_eq(text_view_origin(&view, view.size), in.size);
        mapped_text_clear(&out);
    }
}
END_TEST

START_TEST(words_and_white_space_are_those_of_rust)
{
    static const char *const words[] = { "a",
                                         "_",
                                         "7",
                                         "\xc3\xa9",
                                         "\xcc\x81",
                                         "\xe2\x92\xb6",
                                         "\xe2\x80\x8d",
                                         "\xe2\x85\xa7",
                                         "\xe6\x97\xa5" };
    static const char *const others[] = {
        "-", " ", "\xc2\xb2", "\xe2\x82\xac", "'", "\xe2\x91\xa0"
    };
    static const char *const white[] = { " ",        "\t",           "\xc2\xa0",
                                         "\xc2\x85", "\xe3\x80\x80", "\xe2\x80\xa8" };
    struct word_class *class = NULL;
    char text[16];

    ck_assert_int_eq(word_class_new(&class, NULL), CT_OK);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        snprintf(text, sizeof text, "-%s", words[i]);
        ck_assert_msg(word_class_begins(class, words[i], strlen(words[i])), "%s", words[i]);
        ck_assert(word_class_ends(class, text, strlen(text)));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        snprintf(text, sizeof text, "a%s", others[i]);
        ck_assert_msg(!word_class_begins(class, others[i], strlen(others[i])), "%s", others[i]);
        ck_assert(!word_class_ends(class, text, strlen(text)));
    }
    ck_assert(!word_class_begins(class, "", 0) && !word_class_ends(class, "", 0));
    for (size_t i = 0; i < sizeof white / sizeof *white; i++) {
        const size_t size = strlen(white[i]);
        snprintf(text, sizeof text, "%sa%s", white[i], white[i]);
        ck_assert_uint_eq(white_space_begins(text, strlen(text)), size);
        ck_assert_uint_eq(white_space_ends(text, strlen(text)), size);
        ck_assert_uint_eq(white_space_ends(text, size), size);
    }
    ck_assert_uint_eq(white_space_begins("\xe2\x80\x8b", 3), 0); /* zero width space */
    word_class_free(class);
    word_class_free(NULL);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        settings_match_reference,
        the_demo_llama_matches_reference,
        a_real_llama_matches_reference,
        families_have_the_rules_of_their_files,
        parts_have_no_beginning,
        patterns_have_a_limit,
        the_beginning_is_as_wanted,
        the_class_decides_about_the_beginning,
        tokens_are_shown_as_text,
        form_c_keeps_its_place,
        words_and_white_space_are_those_of_rust,
    };
    return RUN_TESTS("pipelines", tests);
}
