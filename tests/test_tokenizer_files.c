/* Tokenizer files that are broken, unusual or have unsupported settings, each derived from a valid
 * one. */
#include "config.h"
#include "support.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/tokens/tokenizer.h"
#include "model/tokens/tokenizer_files.h"
#include "model_files.h"

struct file { /* a valid file; text is owned */
    char *text;
    size_t size;
};

static struct file slurp(const char *name)
{
    FILE *const in = fopen(fixture_path(name), "rb");
    struct file file = { calloc(1, 1 << 20), 0 };

    ck_assert_ptr_nonnull(in);
    ck_assert_ptr_nonnull(file.text);
    file.size = fread(file.text, 1, (1 << 20) - 1, in);
    fclose(in);
    return file;
}

/* Writes the file with its first `from` replaced by to[size]. */
static void put_changed(const char *dir, const char *name, const struct file *good,
                        const char *from, const char *to, size_t size)
{
    const char *const at = strstr(good->text, from);
    char *const text = malloc(good->size + size);

    ck_assert_msg(at != NULL, "%s has no %s", name, from);
    ck_assert_ptr_nonnull(text);
    const size_t head = (size_t)(at - good->text);
    const size_t tail = good->size - head - strlen(from);
    memcpy(text, good->text, head);
    memcpy(text + head, to, size);
    memcpy(text + head + size, at + strlen(from), tail);
    file_put(dir, name, text, head + size + tail);
    free(text);
}

static void put_text(const char *dir, const char *name, const struct file *good, const char *from,
                     const char *to)
{
    put_changed(dir, name, good, from, to, strlen(to));
}

static void assert_opens(const char *dir)
{
    struct tokenizer *tokenizer = NULL;
    struct ct_error err = { 0 };
    struct token *tokens = NULL;
    size_t n = 0;

    ck_assert_msg(tokenizer_open(dir, &tokenizer, &err) == CT_OK, "%s", err.text);
    ck_assert_int_eq(tokenizer_encode(tokenizer, " the", 4, &tokens, &n, &err), CT_OK);
    ck_assert_uint_eq(n, 1);
    free(tokens);
    tokenizer_free(tokenizer);
}

static void assert_refused(const char *dir, enum ct_status code, const char *text)
{
    struct tokenizer *tokenizer = NULL;
    struct ct_error err = { 0 };
    const enum ct_status st = tokenizer_open(dir, &tokenizer, &err);

    ck_assert_msg(st == code && strstr(err.text, text) != NULL,
                  "code %d, want %d; \"%s\", want \"%s\" in it", (int)st, (int)code, err.text,
                  text);
    ck_assert_ptr_null(tokenizer);
    ck_assert_int_eq(tokenizer_open(dir, &tokenizer, NULL), code);
}

struct change {
    const char *from, *to;
    enum ct_status code;
    const char *text; /* must be in the error; NULL: the file is valid */
};
#define N_CHANGES(changes) (sizeof(changes) / sizeof *(changes))

static void try_changes(const char *dir, const char *name, const struct file *good,
                        const struct change *changes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        put_changed(dir, name, good, changes[i].from, changes[i].to, strlen(changes[i].to));
        if (changes[i].text == NULL)
            assert_opens(dir);
        else
            assert_refused(dir, changes[i].code, changes[i].text);
    }
}

static char *pair_folder(struct file *vocab, struct file *merges)
{
    char *const dir = folder_new();

    *vocab = slurp("tokenizer/vocab.json");
    *merges = slurp("tokenizer/merges.txt");
    file_put(dir, "vocab.json", vocab->text, vocab->size);
    file_put(dir, "merges.txt", merges->text, merges->size);
    return dir;
}

static void pair_folder_remove(char *dir, struct file *vocab, struct file *merges)
{
    folder_remove(dir);
    free(vocab->text);
    free(merges->text);
}

START_TEST(rejects_broken_vocabularies)
{
    static const struct change changes[] = {
        { "\"!\": 0", "\"!\": \"0\"", CT_EFORMAT, "id of \"!\" is not an integer" },
        { "\"!\": 0", "\"!\": -1", CT_EFORMAT, "not an integer" },
        { "\"!\": 0", "\"!\": 0.0", CT_EFORMAT, "not an integer" },
        { "\"!\": 0", "\"!\": 1e3", CT_EFORMAT, "not an integer" },
        { "\"!\": 0", "\"!\": 00", CT_EFORMAT, "not an integer" },
        { "\"!\": 0", "\"!\": 0x10", CT_EFORMAT, "comma or a closing brace" },
        { "\"!\": 0", "\"!\": null", CT_EFORMAT, "not an integer" },
        { "\"!\": 0", "\"!\": {\"a\": 0}", CT_EFORMAT, "not an integer" },
        { "\"!\": 0", "\"!\": 2097152", CT_EFORMAT, "from 0 to 2097151" },
        { "\"!\": 0", "\"!\": 99999999999999999999999999", CT_EFORMAT, "from 0 to 2097151" },
        { "\"!\": 0", "\"!\" 0", CT_EFORMAT, "byte 5: a colon expected" },
        { "\"!\": 0", "!: 0", CT_EFORMAT, "byte 1: a token in quotes expected" },
        { "\"!\": 0,", "\"!\": 0,,", CT_EFORMAT, "a token in quotes expected" },
        { "\"!\": 0,", "\"!\": 0", CT_EFORMAT, "comma or a closing brace expected" },
        { "{", "[", CT_EFORMAT, "byte 0: {\"token\": id, ...} expected" },
        { "{", "\xef\xbb\xbf{", CT_EFORMAT, "byte 0" },
        { ": 656}", ": 656", CT_EFORMAT, "the file ends; is it truncated?" },
        { ": 656}", ": 656,}", CT_EFORMAT, "a token in quotes expected" },
        { ": 656}", ": 656} x", CT_EFORMAT, "the end of the file expected" },
        { "\"!\": 0", "\"!\": 1", CT_EFORMAT, "\"\"\": another token has id 1 already" },
        { "\"!\": 0", "\"!\": 0, \"!\": 900", CT_EFORMAT, "\"!\" appears twice" },
        { "\"!\": 0", "\"!\": 0, \"\\u0021\": 900", CT_EFORMAT, "\"!\" appears twice" },
        { "\"\\u0120\": ", "\"!!!!!\": ", CT_EFORMAT, "\" is not in the vocabulary" },
        { "\"!\": 0", "\"!\": 0, \"\\u0000\": 900", CT_EFORMAT, "an invalid escape" },
        { "\"!\": 0", "\"!\": 0, \"\\ud800\": 900", CT_EFORMAT, "an invalid escape" },
        { "\"!\": 0", "\"!\": 0, \"\\ud800\\u0041\": 900", CT_EFORMAT, "an invalid escape" },
        { "\"!\": 0", "\"!\": 0, \"\\udc00\\ud800\": 900", CT_EFORMAT, "an invalid escape" },
        { "\"!\": 0", "\"!\": 0, \"\\u12g4\": 900", CT_EFORMAT, "byte 10: an invalid escape" },
        { "\"!\": 0", "\"!\": 0, \"\\x\": 900", CT_EFORMAT, "an invalid escape" },
        { "\"!\": 0", "\"!\": 0, \"\n\": 900", CT_EFORMAT, "the closing quote" },
        { "\"!\": 0", "\"!\": 0, \"\xff\": 900", CT_EFORMAT, "not UTF-8" },
        { "\"!\": 0", "\"!\": 0, \"\xed\xa0\x80\": 900", CT_EFORMAT, "not UTF-8" },
        /* Valid: other blanks, gaps in the ids, tokens that no text can contain. */
        { "\"!\": 0", "\"!\"\n:\t 0\r\n ", CT_OK, NULL },
        { "\"!\": 0", "\"!\":2097151", CT_OK, NULL },
        { "\"!\": 0", "\"!\": 0, \"a b\": 900", CT_OK, NULL },
        { "\"!\": 0", "\"\\u0021\": 0, \"\\ud83d\\ude00\\n\\/\": 900", CT_OK, NULL },
        { "\"!\": 0", "\"!\": 0, \"\": 900", CT_OK, NULL },
        { "\"!\": 0", "\"!!!!!\": 0", CT_OK, NULL }, /* only texts with ! are affected */
    };
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);

    try_changes(dir, "vocab.json", &vocab, changes, N_CHANGES(changes));
    put_changed(dir, "vocab.json", &vocab, "\"!\": 0", "\"!\0\": 0", 7);
    assert_refused(dir, CT_EFORMAT, "vocab.json: byte 3: the closing quote");
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

START_TEST(rejects_truncated_vocabularies)
{
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);

    while (vocab.text[vocab.size - 1] != '}')
        vocab.size--;
    for (size_t size = 0; size < vocab.size; size += size < 64 ? 1 : 251) {
        file_put(dir, "vocab.json", vocab.text, size);
        assert_refused(dir, CT_EFORMAT, "vocab.json: ");
    }
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

START_TEST(rejects_tokens_that_are_too_long)
{
    enum { LARGEST = 4096 };
    char entry[32 + 2 * LARGEST + 8] = "\"!\": 0, \"";
    const size_t head = strlen(entry);
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);

    for (size_t size = LARGEST; size <= 2 * LARGEST + 3; size += size <= LARGEST + 1 ? 1 : 512) {
        memset(entry + head, 'x', size);
        const int tail = snprintf(entry + head + size, sizeof entry - head - size, "\": 900");
        put_changed(dir, "vocab.json", &vocab, "\"!\": 0", entry, head + size + (size_t)tail);
        if (size == LARGEST)
            assert_opens(dir);
        else
            assert_refused(dir, CT_EFORMAT, "4096");
    }
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

START_TEST(rejects_broken_merges)
{
    static const struct change changes[] = {
        { "h e\n", "he\n", CT_EFORMAT, "merges.txt: line 4: expected two tokens" },
        { "h e\n", "h  e\n", CT_EFORMAT, "line 4: expected two tokens" },
        { "h e\n", "h e \n", CT_EFORMAT, "line 4: expected two tokens" },
        { "h e\n", " he\n", CT_EFORMAT, "line 4: expected two tokens" },
        { "h e\n", "he \n", CT_EFORMAT, "line 4: expected two tokens" },
        { "h e\n", " \n", CT_EFORMAT, "line 4: expected two tokens" },
        { "h e\n", "h\te\n", CT_EFORMAT, "line 4: expected two tokens" },
        { "h e\n", "h e\nqq e\n", CT_EFORMAT, "line 5: \"qq\" is not in the vocabulary" },
        { "h e\n", "h e\nh qq\n", CT_EFORMAT, "line 5: \"qq\" is not in the vocabulary" },
        { "h e\n", "h e\nq q\n", CT_EFORMAT, "line 5: \"q\" and \"q\" are, but their merge" },
        { "h e\n", "h \xff\n", CT_EFORMAT, "line 4: \"\\xff\" is not in the vocabulary" },
        { "#version: 0.2\n", "#version: 0.2\n#version: 0.2\n", CT_EFORMAT, "line 2: " },
        { "#version: 0.2\n", "# version\n", CT_EFORMAT, "line 1: " },
        /* These are good. */
        { "#version: 0.2\n", "", CT_OK, NULL },
        { "#version: 0.2\n", "#version: 0.2\r\n", CT_OK, NULL },
        { "h e\n", "h e\r\n", CT_OK, NULL },
        { "h e\n", "\n\r\nh e\n\n", CT_OK, NULL },
        { "h e\n", "h e\nh e\n", CT_OK, NULL },
    };
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);

    try_changes(dir, "merges.txt", &merges, changes, N_CHANGES(changes));
    put_changed(dir, "merges.txt", &merges, "h e\n", "h\0 e\n", 5);
    assert_refused(dir, CT_EFORMAT, "merges.txt: line 4: \"h");
    put_changed(dir, "merges.txt", &merges, "h e\n", "\0h e\n", 5);
    assert_refused(dir, CT_EFORMAT, "merges.txt: line 4: \"");
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

/* Without merges every byte is a token; the last line may have no line end. */
START_TEST(accepts_files_without_merges)
{
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);
    struct tokenizer *tokenizer = NULL;
    struct token *tokens;
    size_t n;

    for (size_t n_merges = 0; n_merges < 2; n_merges++) {
        text_put(dir, "merges.txt", n_merges == 0 ? "" : "h e");
        ck_assert_int_eq(tokenizer_open(dir, &tokenizer, NULL), CT_OK);
        ck_assert_int_eq(tokenizer_encode(tokenizer, " the", 4, &tokens, &n, NULL), CT_OK);
        ck_assert_uint_eq(n, 4 - n_merges);
        free(tokens);
        tokenizer_free(tokenizer);
    }
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

static void path_in(char path[4096], const char *dir, const char *name)
{
    snprintf(path, 4096, "%s/%s", dir, name);
}

START_TEST(names_missing_files)
{
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);
    char path[4096];

    path_in(path, dir, "merges.txt");
    ck_assert_int_eq(unlink(path), 0);
    assert_refused(dir, CT_EIO, "merges.txt: missing");
    path_in(path, dir, "vocab.json");
    ck_assert_int_eq(unlink(path), 0);
    assert_refused(dir, CT_EIO, "no tokenizer; put vocab.json");
    text_put(dir, "tokenizer.model", "");
    assert_refused(dir, CT_ENOTSUP,
                   "tokenizer.model: this format is not supported; convert it once");
    path_in(path, dir, "tokenizer.model");
    ck_assert_int_eq(unlink(path), 0);
    text_put(dir, "tekken.json", "");
    assert_refused(dir, CT_ENOTSUP, "tekken.json: this format is not supported");
    text_put(dir, "merges.txt", "");
    assert_refused(dir, CT_EIO, "vocab.json: missing");
    path_in(path, dir, "vocab.json");
    ck_assert_int_eq(mkdir(path, 0700), 0);
    assert_refused(dir, CT_EFORMAT, "vocab.json: not a regular file");
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    assert_refused(dir, CT_EFORMAT, "vocab.json: not a regular file");
    path_in(path, dir, "no/such/folder");
    assert_refused(path, CT_EIO, "no tokenizer");
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_refused(path, CT_EIO, "too long");
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

START_TEST(rejects_files_that_are_too_large)
{
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);
    char path[4096];

    path_in(path, dir, "merges.txt");
    ck_assert_int_eq(truncate(path, (64 << 20) + 1), 0); /* sparse: takes no disk space */
    assert_refused(dir, CT_EFORMAT, "merges.txt: 67108865 bytes");
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

START_TEST(reads_added_tokens_from_their_file)
{
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);
    struct tokenizer *tokenizer = NULL;
    struct token *tokens;
    size_t n;

    text_put(dir, "added_tokens.json", "{\"<pad it>\": 657, \"\xe2\x98\x83\": 658}");
    ck_assert_int_eq(tokenizer_open(dir, &tokenizer, NULL), CT_OK);
    ck_assert_mem_eq(tokenizer_piece(tokenizer, 658, &n), "\xe2\x98\x83", 3);
    ck_assert_ptr_null(tokenizer_piece(tokenizer, 659, &n));
    ck_assert_int_eq(tokenizer_encode(tokenizer, " <pad it>\xe2\x98\x83<|endoftext|>", 25, &tokens,
                                      &n, NULL),
                     CT_OK);
    ck_assert_uint_eq(n, 4);
    ck_assert_uint_eq(tokens[1].id, 657);
    ck_assert_uint_eq(tokens[1].begin, 1);
    ck_assert_uint_eq(tokens[1].end, 9);
    ck_assert_uint_eq(tokens[2].id, 658);
    ck_assert_uint_eq(tokens[3].id, 656);
    free(tokens);
    tokenizer_free(tokenizer);
    text_put(dir, "added_tokens.json", "{\"<pad>\": 656}");
    assert_refused(dir, CT_EFORMAT, "added_tokens.json: added token \"<pad>\": another token has");
    text_put(dir, "added_tokens.json", "{\"<|endoftext|>\": 700}");
    assert_refused(dir, CT_EFORMAT, "\"<|endoftext|>\" has id 700, in the vocabulary it has 656");
    text_put(dir, "added_tokens.json", "{\"<|endoftext|>\": 656}");
    assert_opens(dir);
    text_put(dir, "added_tokens.json", "{\"<pad>\": [1]}");
    assert_refused(dir, CT_EFORMAT, "added_tokens.json: byte ");
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

/* The ids of a text, in a buffer that lasts until the next call. */
static const char *ids_of(const char *dir, const char *text)
{
    static char out[512];
    struct tokenizer *tokenizer = NULL;
    struct ct_error err = { 0 };
    struct token *tokens = NULL;
    size_t n = 0;
    size_t used = 0;

    ck_assert_msg(tokenizer_open(dir, &tokenizer, &err) == CT_OK, "%s", err.text);
    ck_assert_msg(tokenizer_encode(tokenizer, text, strlen(text), &tokens, &n, &err) == CT_OK, "%s",
                  err.text);
    out[0] = '\0';
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(out + used, sizeof out - used, i > 0 ? " %u" : "%u", tokens[i].id);
    free(tokens);
    tokenizer_free(tokenizer);
    return out;
}

static void assert_notes(const char *dir, const char *text)
{
    struct tokenizer *tokenizer = NULL;
    struct ct_error err = { 0 };

    ck_assert_msg(tokenizer_open(dir, &tokenizer, &err) == CT_OK, "%s", err.text);
    const char *const note = tokenizer_note(tokenizer);
    ck_assert_msg(text == NULL ? note == NULL : note != NULL && strstr(note, text) != NULL,
                  "note: %s", note != NULL ? note : "none");
    tokenizer_free(tokenizer);
}

/* the is 255 +, " the" one token: see fixtures/gen_tokenizer.py */
START_TEST(follows_the_settings_of_tokenizer_config)
{
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);
    char blank[64];
    char whole[80];

    snprintf(blank, sizeof blank, "%s", ids_of(dir, " the"));
    text_put(dir, "tokenizer_config.json",
             "{\"model_max_length\": 1000000000000000019884624838656, \"add_prefix_space\": false, "
             "\"add_bos_token\": false, \"x\": NaN}");
    assert_opens(dir);
    text_put(dir, "tokenizer_config.json", "{\"add_prefix_space\": true}");
    ck_assert_str_eq(ids_of(dir, "the"), blank);
    ck_assert_str_eq(ids_of(dir, " the"), blank);
    ck_assert_str_eq(ids_of(dir, ""), "");
    text_put(dir, "tokenizer_config.json", "{\"add_bos_token\": true}");
    snprintf(whole, sizeof whole, "656 %s", blank);
    ck_assert_str_eq(ids_of(dir, " the"), whole);
    ck_assert_str_eq(ids_of(dir, ""), "656");
    text_put(dir, "tokenizer_config.json",
             "{\"add_bos_token\": true, \"bos_token\": {\"content\": \"<s>\"}}");
    snprintf(whole, sizeof whole, "657 %s", blank);
    ck_assert_str_eq(ids_of(dir, " the"), whole);
    text_put(dir, "tokenizer_config.json", "{\"add_bos_token\": true}");
    text_put(dir, "special_tokens_map.json", "{\"bos_token\": \"<s>\"}");
    ck_assert_str_eq(ids_of(dir, " the"), whole);
    text_put(dir, "tokenizer_config.json", "{\"add_prefix_space\": 1}");
    assert_refused(dir, CT_EFORMAT, "tokenizer_config.json: add_prefix_space is neither");
    text_put(dir, "tokenizer_config.json", "{\"add_bos_token\": \"yes\"}");
    assert_refused(dir, CT_EFORMAT, "tokenizer_config.json: add_bos_token is neither");
    text_put(dir, "tokenizer_config.json", "{\"split_special_tokens\": true}");
    assert_refused(dir, CT_ENOTSUP, "tokenizer_config.json: split_special_tokens");
    text_put(dir, "tokenizer_config.json", "{\"add_bos_token\": ");
    assert_refused(dir, CT_EFORMAT, "tokenizer_config.json: line 1");
    text_put(dir, "tokenizer_config.json", "[]");
    assert_refused(dir, CT_EFORMAT, "tokenizer_config.json: not a JSON object");
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

#define TEXT "<s> <|user|>x<|bot|>"

/* Tokens that only one of the files knows, whichever it is. */
START_TEST(finds_tokens_wherever_they_are)
{
    static const struct {
        const char *name, *content, *ids;
    } cases[] = {
        { "added_tokens.json", "{\"<|bot|>\":659,\"<s>\":657,\"<|user|>\":658}",
          "657 220 658 87 659" },
        { "tokenizer_config.json",
          "{\"added_tokens_decoder\":{\"659\":{\"content\":\"<|bot|>\"},\"657\":{\"content\":\"<s>"
          "\","
          "\"special\":true},\"658\":{\"content\":\"<|user|>\",\"lstrip\":true}}}",
          "657 658 87 659" },
        { "tokenizer_config.json",
          "{\"pad_token\":\"<|bot|>\",\"bos_token\":{\"content\":\"<s>\"},\"eos_token\":\"<|user|>"
          "\"}",
          "657 220 658 87 659" },
        { "special_tokens_map.json",
          "{\"additional_special_tokens\":[\"<s>\",{\"content\":\"<|user|>\",\"lstrip\":true},"
          "\"<|bot|>\"],\"unk_token\":\"<|endoftext|>\",\"pad_token\":null}",
          "657 658 87 659" },
        { "tokenizer_config.json",
          "{\"extra_special_tokens\":{\"a\":\"<s>\",\"b\":\"<|user|>\",\"c\":\"<|bot|>\"}}",
          "657 220 658 87 659" },
    };
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);
    char path[4096];
    struct file json = slurp("tokenizer_json_old/tokenizer.json");

    for (size_t has_json = 0; has_json < 2; has_json++) {
        if (has_json)
            file_put(dir, "tokenizer.json", json.text, json.size);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            text_put(dir, cases[i].name, cases[i].content);
            ck_assert_str_eq(ids_of(dir, TEXT), cases[i].ids);
            assert_notes(dir, NULL);
            path_in(path, dir, cases[i].name);
            ck_assert_int_eq(unlink(path), 0);
        }
    }
    put_text(
        dir, "tokenizer.json", &json, "\"added_tokens\":[",
        "\"added_tokens\":[{\"id\":657,\"content\":\"<s>\"},{\"id\":658,\"content\":\"<|bot|>\"},");
    ck_assert_str_eq(ids_of(dir, "<s><|bot|>"), "657 658");
    assert_notes(dir, NULL);
    free(json.text);
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

/* A token of the vocabulary becomes an added one if it is a special token. */
START_TEST(special_tokens_may_be_in_the_vocabulary)
{
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);

    put_text(dir, "vocab.json", &vocab, "\"!\": 0", "\"!\": 0, \"<s>\": 657, \"a b\": 658");
    text_put(dir, "tokenizer_config.json", "{\"bos_token\":\"<s>\",\"eos_token\":\"a b\"}");
    ck_assert_str_eq(ids_of(dir, "<s>a b"), "657 658");
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

START_TEST(says_which_file_counted)
{
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);
    struct file json = slurp("tokenizer_json_old/tokenizer.json");
    const char *names[TOKENIZER_FILES_MAX];

    file_put(dir, "tokenizer.json", json.text, json.size);
    assert_notes(dir, NULL);
    ck_assert_uint_eq(tokenizer_files_list(dir, names), 3);
    put_text(dir, "vocab.json", &vocab, "\"!\": 0, \"\\\"\": 1", "\"!\": 1, \"\\\"\": 0");
    assert_notes(dir, "tokenizer.json and vocab.json differ: \"!\" is 0 and 1; tokenizer.json was");
    put_text(dir, "vocab.json", &vocab, "\"!\": 0", "\"!\": 0, \"qqq\": 700");
    assert_notes(dir, "\"qqq\" is only in vocab.json; tokenizer.json was used");
    text_put(dir, "vocab.json", "{\"!\": 0}");
    assert_notes(dir, "tokens are missing there");
    file_put(dir, "vocab.json", vocab.text, vocab.size);
    put_changed(dir, "merges.txt", &merges, "h e\n", "", 0);
    assert_notes(dir, "tokenizer.json and merges.txt differ in merge 3; tokenizer.json was used");
    file_put(dir, "merges.txt", merges.text, merges.size);
    text_put(dir, "added_tokens.json", "{\"<|endoftext|>\": 700}");
    assert_notes(dir,
                 "\"<|endoftext|>\" is 656 in tokenizer.json and 700 in added_tokens.json; 656");
    text_put(dir, "added_tokens.json", "{}");
    text_put(dir, "tokenizer_config.json",
             "{\"added_tokens_decoder\":{\"5\":{\"content\":\"<|endoftext|>\"}}}");
    assert_notes(dir, "656 in tokenizer.json and 5 in tokenizer_config.json; 656 was used");
    text_put(dir, "tokenizer_config.json",
             "{\"added_tokens_decoder\":{\"656\":{\"content\":\"<|endoftext|>\",\"lstrip\":true,"
             "\"special\":true}}}");
    assert_notes(dir, "has other settings in tokenizer.json than in tokenizer_config.json");
    text_put(dir, "tokenizer_config.json", "{\"add_prefix_space\":true}");
    assert_notes(dir,
                 "add_prefix_space is false in tokenizer.json and true in tokenizer_config.json");
    text_put(dir, "tokenizer_config.json", "{\"add_bos_token\":true}");
    assert_notes(dir, "add_bos_token is true in tokenizer_config.json, but tokenizer.json says");
    ck_assert_uint_eq(tokenizer_files_list(dir, names), 5);
    text_put(dir, "tokenizer_config.json",
             "{\"add_bos_token\":true,\"tokenizer_class\":\"GPTNeoXTokenizerFast\"}");
    assert_notes(dir, NULL); /* this class lets it decide */
    ck_assert_str_eq(ids_of(dir, ""), "656");
    text_put(dir, "tokenizer_config.json",
             "{\"added_tokens_decoder\":{\"5\":{\"content\":\"<s>\"}}}");
    assert_refused(dir, CT_EFORMAT, "\"<s>\": another token has id 5 already");
    text_put(dir, "tokenizer_config.json",
             "{\"added_tokens_decoder\":{\"700\":{\"content\":\"<s>\"}}}");
    assert_refused(dir, CT_EFORMAT,
                   "\"<s>\" has id 700, but Hugging Face's tokenizers give it 657");
    text_put(dir, "tokenizer_config.json",
             "{\"added_tokens_decoder\":{\"x\":{\"content\":\"<s>\"}}}");
    assert_refused(dir, CT_EFORMAT, "added_tokens_decoder: \"x\": not an id");
    text_put(dir, "tokenizer_config.json", "{\"added_tokens_decoder\":{\"657\":{}}}");
    assert_refused(dir, CT_EFORMAT, "added_tokens_decoder: \"657\": no \"content\"");
    free(json.text);
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

/* Only a text that needs a missing byte is an error. */
START_TEST(lacks_some_bytes)
{
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);
    struct tokenizer *tokenizer = NULL;
    struct ct_error err = { 0 };
    struct token *tokens = NULL;
    size_t n = 0;

    put_text(dir, "vocab.json", &vocab, "\"!\": 0", "\"!!!!!\": 0");
    ck_assert_int_eq(tokenizer_open(dir, &tokenizer, NULL), CT_OK);
    ck_assert_int_eq(tokenizer_encode(tokenizer, " the?", 5, &tokens, &n, NULL), CT_OK);
    free(tokens);
    tokens = NULL;
    ck_assert_int_eq(tokenizer_encode(tokenizer, " the!", 5, &tokens, &n, &err), CT_EFORMAT);
    ck_assert_ptr_null(tokens);
    ck_assert_msg(strstr(err.text, "byte 4 (0x21) has no token") != NULL, "%s", err.text);
    tokenizer_free(tokenizer);
    text_put(dir, "vocab.json", "{\"hello\": 0}");
    text_put(dir, "merges.txt", "");
    assert_refused(dir, CT_EFORMAT, "no token for any byte; is it GPT-2's?");
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

START_TEST(says_what_a_file_really_is)
{
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);
    char path[4096];

    text_put(dir, "merges.txt", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
    assert_refused(dir, CT_EFORMAT, "merges.txt: is a Git LFS pointer");
    file_put(dir, "merges.txt", merges.text, merges.size);
    text_put(dir, "tokenizer.json", "<!doctype html><html>");
    assert_refused(dir, CT_EFORMAT, "tokenizer.json: is a web page");
    path_in(path, dir, "vocab.json");
    assert_refused(path, CT_EIO, "vocab.json: a file, not a folder; give the folder");
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

/* Settings of normalizers, pre-tokenizers and the model, of which the file has none: null. */
START_TEST(rejects_settings_of_steps)
{
#define NORMALIZER(step)    "\"normalizer\":null", "\"normalizer\":" step
#define PRE_TOKENIZER(step) "\"pre_tokenizer\":{", "\"pre_tokenizer\":" step ",\"x\":{"
#define SPLIT(pattern)                                                                             \
    PRE_TOKENIZER("{\"type\":\"Split\",\"behavior\":\"Isolated\",\"pattern\":" pattern "}")
#define REGEX(pattern) SPLIT("{\"Regex\":\"" pattern "\"}")
    static const struct change changes[] = {
        { NORMALIZER("{\"type\":\"Prepend\"}"), CT_EFORMAT, "normalizer: prepend is missing" },
        { NORMALIZER("{\"type\":\"Replace\",\"content\":\"\"}"), CT_EFORMAT,
          "normalizer: pattern is neither a String nor a Regex" },
        { NORMALIZER("{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"}}"), CT_EFORMAT,
          "content is missing" },
        { NORMALIZER("{\"type\":\"Replace\",\"content\":\"\",\"pattern\":{\"String\":\"\"}}"),
          CT_ENOTSUP, "an empty pattern" },
        { PRE_TOKENIZER("{\"type\":\"Split\",\"behavior\":\"Isolate\"}"), CT_ENOTSUP,
          "pre_tokenizer: behavior is missing, or not supported" },
        { PRE_TOKENIZER("{\"type\":\"Digits\"}"), CT_EFORMAT, "individual_digits is missing" },
        { PRE_TOKENIZER("{\"type\":\"Metaspace\"}"), CT_EFORMAT, "replacement is missing" },
        { PRE_TOKENIZER("{\"type\":\"Metaspace\",\"replacement\":\"__\"}"), CT_EFORMAT,
          "replacement is not one character" },
        { PRE_TOKENIZER(
              "{\"type\":\"Metaspace\",\"replacement\":\"_\",\"prepend_scheme\":\"last\"}"),
          CT_ENOTSUP, "prepend_scheme is not always, first or never" },
        { SPLIT("{}"), CT_EFORMAT, "pattern is neither a String nor a Regex" },
        { SPLIT("{\"Regex\":\"a\",\"String\":\"a\"}"), CT_EFORMAT, "pattern is neither" },
        { REGEX(""), CT_ENOTSUP, "a pattern of 0 bytes" },
        { REGEX("("), CT_ENOTSUP, "PCRE2: " },
        { REGEX("[a"), CT_EFORMAT, "a [ without its ]" },
        { REGEX("\\\\h"), CT_ENOTSUP, "byte 0 of the pattern: \\h is not supported" },
        { REGEX("a\\\\H"), CT_ENOTSUP, "byte 1 of the pattern: \\H" },
        { REGEX("\\\\R"), CT_ENOTSUP, "\\R is not supported" },
        { REGEX("\\\\X"), CT_ENOTSUP, "\\X is not supported" },
        { REGEX("\\\\K"), CT_ENOTSUP, "\\K is not supported" },
        { REGEX("\\\\G"), CT_ENOTSUP, "\\G is not supported" },
        { REGEX("\\\\b"), CT_ENOTSUP, "\\b is not supported" },
        { REGEX("(a)\\\\1"), CT_ENOTSUP, "\\1 is not supported" },
        { REGEX("a\\\\"), CT_ENOTSUP, "byte 1 of the pattern: \\ is not" },
        { REGEX("(?<=a)b"), CT_ENOTSUP, "(?<= is not supported" },
        { REGEX("(?<n>a)"), CT_ENOTSUP, "(?<n is not supported" },
        { REGEX("(?m:.)"), CT_ENOTSUP, "(?m: is not supported" },
        { REGEX("(*UCP)a"), CT_ENOTSUP, "(* is not supported" },
        { REGEX("[a&&b]"), CT_ENOTSUP, "&& is not supported" },
        { REGEX("[[:alpha:]]"), CT_ENOTSUP, "[: is not supported" },
        { REGEX("[]a]"), CT_ENOTSUP, "[] is not supported" },
        { REGEX("a{1,2}+"), CT_ENOTSUP, "{1,2}+ is not supported" },
        { REGEX("a{2}?"), CT_ENOTSUP, "{2}? is not supported" },
        { REGEX("a{,2}"), CT_ENOTSUP, "{,2 is not supported" },
        { REGEX("a{2}{3}"), CT_ENOTSUP, "{3} is not supported" },
        { REGEX("a*{3}"), CT_ENOTSUP, "{3} is not supported" },
        { REGEX("a**"), CT_ENOTSUP, "* is not supported" },
        { REGEX("\\\\p{Alphabetic}"), CT_ENOTSUP, "PCRE2: " },
        { REGEX("\\\\p{L"), CT_ENOTSUP, "byte 0 of the pattern: \\p{L is not" },
        { REGEX("\\\\pL"), CT_ENOTSUP, "\\pL is not supported" },
        { REGEX("\\\\x{110000}"), CT_ENOTSUP, "PCRE2: " },
        { REGEX("\\\\x1"), CT_ENOTSUP, "\\x1 is not supported" },
        { "\"fuse_unk\":false", "\"byte_fallback\":1.5", CT_EFORMAT,
          "model.byte_fallback is neit" },
        { PRE_TOKENIZER("null,\"y\":0"), CT_OK, NULL },
        { REGEX("\\\\u2581|\\\\x41|\\\\x{42}|[\\\\w\\\\s\\\\S]?|a{1,2}?|b{2,}|\\\\p{^Han}|\\\\P{Lu}"
                "|^.$"),
          CT_OK, NULL },
        { "\"pre_tokenizer\":{\"type\":\"ByteLevel\"",
          "\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Metaspace\","
          "\"replacement\":\" \"},{\"type\":\"ByteLevel\",\"add_prefix_space\":false}]",
          CT_OK, NULL },
    };
    struct file good = slurp("tokenizer_json/tokenizer.json");
    char *const dir = folder_new();

    for (size_t i = 0; i < N_CHANGES(changes); i++) {
        struct tokenizer *tokenizer = NULL;
        put_changed(dir, "tokenizer.json", &good, changes[i].from, changes[i].to,
                    strlen(changes[i].to));
        if (changes[i].text != NULL) {
            assert_refused(dir, changes[i].code, changes[i].text);
            continue;
        }
        ck_assert_int_eq(tokenizer_open(dir, &tokenizer, NULL), CT_OK);
        tokenizer_free(tokenizer);
    }
    free(good.text);
    folder_remove(dir);
}
END_TEST

/* Merges are read ahead, and errors name the first wrong one all the same. */
START_TEST(the_first_wrong_merge_is_named)
{
    enum { N_GOOD = 150 };
    static const struct {
        const char *then, *says;
    } cases[] = {
        { "[\"h\",\"qq\"],", "model.merges: [150]: \"qq\" is not in the vocabulary" },
        { "[\"h\",7],", "model.merges: [150]: byte " },
        { "[\"qq\",\"h\"],[\"h\",7],", "model.merges: [150]: \"qq\" is not in" },
        { "[\"h\",\"e\"],[\"h\" \"e\"],", "model.merges: [151]: byte " },
    };
    struct file good = slurp("tokenizer_json/tokenizer.json");
    char *const dir = folder_new();
    char list[N_GOOD * 16 + 64];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t used = (size_t)snprintf(list, sizeof list, "\"merges\":[");
        for (size_t k = 0; k < N_GOOD; k++)
            used += (size_t)snprintf(list + used, sizeof list - used, "[\"h\",\"e\"],");
        snprintf(list + used, sizeof list - used, "%s", cases[i].then);
        put_text(dir, "tokenizer.json", &good, "\"merges\":[", list);
        assert_refused(dir, CT_EFORMAT, cases[i].says);
    }
    free(good.text);
    folder_remove(dir);
}
END_TEST

START_TEST(rejects_broken_tokenizer_json)
{
    static const struct change changes[] = {
        { "\"normalizer\":null", "\"normalizer\":{\"type\":\"Lowercase\"}", CT_ENOTSUP,
          "normalizer: Lowercase is not supported, only NFC" },
        { "\"normalizer\":null", "\"normalizer\":{}", CT_EFORMAT, "normalizer: no \"type\"" },
        { "\"normalizer\":null", "\"normalizer\":{\"type\":\"Sequence\"}", CT_EFORMAT,
          "normalizer: normalizers is not an array" },
        { "\"normalizer\":null",
          "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},{\"type\":"
          "\"Strip\"}]}",
          CT_ENOTSUP, "normalizer: [1]: Strip is not supported" },
        { "\"pre_tokenizer\":{\"type\":\"ByteLevel\"", "\"pre_tokenizer\":{\"type\":\"Whitespace\"",
          CT_ENOTSUP, "pre_tokenizer: Whitespace is not supported, only ByteLevel" },
        { "\"pre_tokenizer\":{\"type\":\"ByteLevel\"",
          "\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"ByteLevel\","
          "\"add_"
          "prefix_space\":false},{\"type\":\"Digits\",\"individual_digits\":true}]",
          CT_ENOTSUP, "pre_tokenizer: [1]: a step behind ByteLevel is not supported" },
        { "\"add_prefix_space\":false", "\"add_prefix_space\":0", CT_EFORMAT,
          "pre_tokenizer: add_prefix_space is missing, or neither" },
        { "\"add_prefix_space\":false,", "", CT_EFORMAT,
          "pre_tokenizer: add_prefix_space is missing" },
        { "\"use_regex\":true", "\"use_regex\":1", CT_EFORMAT, "pre_tokenizer: use_regex" },
        { "\"post_processor\":{\"type\":\"ByteLevel\"",
          "\"post_processor\":{\"type\":\"TemplateProcessing\"", CT_EFORMAT,
          "post_processor: single is not an array" },
        { "\"post_processor\":{\"type\":\"ByteLevel\"",
          "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[]", CT_ENOTSUP,
          "post_processor: single: the text is there 0 times" },
        { "\"post_processor\":{\"type\":\"ByteLevel\"",
          "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{"
          "\"id\":\"a\"}}]",
          CT_EFORMAT, "post_processor: a special token has no ids" },
        { "\"post_processor\":{\"type\":\"ByteLevel\"",
          "\"post_processor\":{\"type\":\"BertProcessing\",\"cls\":[\"a\",1]", CT_EFORMAT,
          "post_processor: cls and sep are not [name, id]" },
        { "\"post_processor\":{\"type\":\"ByteLevel\"",
          "\"post_processor\":{\"type\":\"RobertaProcessing\",\"sep\":[\"a\",1],\"cls\":[1,1]",
          CT_EFORMAT, "post_processor: cls and sep are not [name, id]" },
        { "\"post_processor\":{\"type\":\"ByteLevel\"",
          "\"post_processor\":{\"type\":\"RobertaProcessing\",\"sep\":[\"a\",1],\"cls\":[\"b\",-1]",
          CT_EFORMAT, "post_processor: a special token has no id from 0" },
        { "\"post_processor\":{\"type\":\"ByteLevel\"",
          "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{"
          "\"id\":\"a\"}}],\"special_tokens\":{\"a\":{\"ids\":[-1]}}",
          CT_EFORMAT, "post_processor: a special token has no id from 0" },
        { "\"type\":\"BPE\"", "\"type\":\"Unigram\"", CT_ENOTSUP, "model.type is not BPE" },
        { "\"type\":\"BPE\"", "\"type\":7", CT_ENOTSUP, "model.type is not BPE" },
        { "\"dropout\":null", "\"dropout\":0.1", CT_ENOTSUP, "model.dropout" },
        { "\"end_of_word_suffix\":\"\"", "\"end_of_word_suffix\":\"</w>\"", CT_ENOTSUP,
          "model.end_of_word_suffix" },
        { "\"fuse_unk\":false", "\"ignore_merges\":\"yes\"", CT_EFORMAT, "model.ignore_merges" },
        { "\"lstrip\":false", "\"lstrip\":1", CT_EFORMAT, "added_tokens[0]: " },
        { "\"single_word\":false", "\"single_word\":\"\"", CT_EFORMAT, "single_word is neither" },
        { "\"added_tokens\":[", "\"added_tokens\":[7,", CT_EFORMAT, "added_tokens[0]: no" },
        { "\"added_tokens\":[", "\"added_tokens\":{},\"x\":[", CT_EFORMAT, "added_tokens" },
        { "\"id\":5000", "\"id\":-5000", CT_EFORMAT, "added_tokens[1]" },
        { "\"id\":5000", "\"id\":1", CT_EFORMAT, "another token has id 1" },
        { "\"id\":5000", "\"id\":7", CT_EFORMAT, "another token has id 7" },
        { "\"vocab\":{", "\"vocab\":[],\"x\":{", CT_EFORMAT, "model.vocab is missing" },
        { "\"merges\":[", "\"merges\":{},\"x\":[", CT_EFORMAT, "model.merges is missing" },
        { "\"!\":7", "\"!\":7.5", CT_EFORMAT, "model.vocab: byte " },
        { "\"!\":7", "\"!\":-7", CT_EFORMAT, "not an integer" },
        { "\"!\":7", "\"!\":2097152", CT_EFORMAT, "not an integer" },
        { "\"!\":7", "\"!\":10", CT_EFORMAT, "another token has id 10" },
        { "\"!\":7", "\"!\":7,\"!\":8", CT_EFORMAT, "model.vocab: \"!\" appears twice" },
        { "\"vocab\":{", "\"vocab\":{},\"vocab\":{", CT_EFORMAT, "duplicate" },
        { "\"merges\":[", "\"merges\":[],\"merges\":[", CT_EFORMAT, "duplicate" },
        { "\"vocab\":{", "\"voc\\u0061b\":{", CT_EFORMAT, "written with escapes" },
        { "\"model\":{", "\"model\":{},\"model\":{", CT_EFORMAT, "duplicate" },
        { "\"merges\":[", "\"merges\":[7,", CT_EFORMAT, "model.merges: [0]: byte " },
        { "\"merges\":[", "\"merges\":[[\"a\"],", CT_EFORMAT, "model.merges: [0]: " },
        { "\"merges\":[", "\"merges\":[[\"a\",1],", CT_EFORMAT, "model.merges: [0]: " },
        { "\"merges\":[", "\"merges\":[[\"a\",\"b\",\"c\"],", CT_EFORMAT, "model.merges: [0]: " },
        { "\"merges\":[", "\"merges\":[\"a\",", CT_EFORMAT, "model.merges: [0]: " },
        { "\"merges\":[", "\"merges\":[\"a b c\",", CT_EFORMAT, "model.merges: [0]: " },
        { "\"merges\":[", "\"merges\":[,", CT_EFORMAT, "model.merges: [0]: " },
        { "\"merges\":[", "\"merges\":[[\"a\",\"qq\"],", CT_EFORMAT, "\"qq\" is not in the voc" },
        { "{\"version\"", "[{\"version\"", CT_EFORMAT, "tokenizer.json: " },
        { "\"merges\":[", "", CT_EFORMAT, "tokenizer.json: " },
        /* These are good. */
        { "\"merges\":[", "\"merges\":[\"h e\",", CT_OK, NULL },
        { "\"type\":\"BPE\",", "", CT_OK, NULL },
        { "\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}", CT_OK, NULL },
        { "\"normalizer\":null", "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[]}", CT_OK,
          NULL },
        { "\"normalizer\":null", "\"x\":[NaN,1e999]", CT_OK, NULL },
        { "\"fuse_unk\":false", "\"ignore_merges\":true", CT_OK, NULL },
        { "\"use_regex\":true", "\"use_regex\":false", CT_OK, NULL },
        { "\"lstrip\":false", "\"lstrip\":true", CT_OK, NULL },
        { "\"single_word\":false", "\"single_word\":true", CT_OK, NULL },
        { "\"!\":7", "\"!!!!\":7", CT_OK, NULL },
        { "\"content\":\"<|end|>\"", "\"content\":\"\"", CT_OK, NULL },
    };
    struct file good = slurp("tokenizer_json/tokenizer.json");
    char *const dir = folder_new();

    try_changes(dir, "tokenizer.json", &good, changes, N_CHANGES(changes));
    for (size_t size = 0; size + 2 < good.size; size += 401) {
        file_put(dir, "tokenizer.json", good.text, size);
        assert_refused(dir, CT_EFORMAT, "tokenizer.json: line 1");
    }
    memset(good.text, '[', good.size); /* nesting depth is limited */
    file_put(dir, "tokenizer.json", good.text, good.size);
    assert_refused(dir, CT_EFORMAT, "tokenizer.json: line 1");
    text_put(dir, "tokenizer.json", "{}");
    assert_refused(dir, CT_EFORMAT, "model.vocab is missing");
    folder_remove(dir);
    free(good.text);
}
END_TEST

START_TEST(tokenizer_json_takes_precedence)
{
    struct file vocab, merges;
    char *const dir = pair_folder(&vocab, &merges);

    text_put(dir, "tokenizer.json", "not JSON");
    assert_refused(dir, CT_EFORMAT, "tokenizer.json: line 1");
    pair_folder_remove(dir, &vocab, &merges);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        rejects_broken_vocabularies,
        rejects_truncated_vocabularies,
        rejects_tokens_that_are_too_long,
        rejects_broken_merges,
        accepts_files_without_merges,
        names_missing_files,
        rejects_files_that_are_too_large,
        reads_added_tokens_from_their_file,
        follows_the_settings_of_tokenizer_config,
        finds_tokens_wherever_they_are,
        special_tokens_may_be_in_the_vocabulary,
        says_which_file_counted,
        lacks_some_bytes,
        says_what_a_file_really_is,
        rejects_settings_of_steps,
        the_first_wrong_merge_is_named,
        rejects_broken_tokenizer_json,
        tokenizer_json_takes_precedence,
    };
    return RUN_TESTS("tokenizer files", tests);
}
