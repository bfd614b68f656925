/* The fixtures and what made them: fixtures/gen_tokenizer.py. Ids and offsets are exact. */
#include "config.h"
#include "support.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/tokens/bpe.h"
#include "model/tokens/pretokenize.h"
#include "model/tokens/tokenizer.h"
#include "model/tokens/vocab.h"

static struct tokenizer *open_tokenizer(const char *dir)
{
    struct tokenizer *tokenizer = NULL;
    struct ct_error err = { 0 };

    if (tokenizer_open(dir, &tokenizer, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
    return tokenizer;
}

/* GPT-2's own files, which the repository does not hold; NULL, having said so, without them. */
static struct tokenizer *open_gpt2(void)
{
    const char *const given = getenv("CIRCUITTUI_GPT2_TOKENIZER");
    const char *const dir = given != NULL ? given : fixture_path("../../shared/gpt2-tokenizer");
    char path[5000];

    snprintf(path, sizeof path, "%s/vocab.json", dir);
    FILE *const file = fopen(path, "r");
    if (file == NULL) {
        SKIP("no %s; set CIRCUITTUI_GPT2_TOKENIZER to the folder of GPT-2's tokenizer", path);
        return NULL;
    }
    fclose(file);
    return open_tokenizer(dir);
}

static size_t encode(const struct tokenizer *tokenizer, const char *text, size_t size,
                     struct token **tokens)
{
    struct ct_error err = { 0 };
    size_t n = 0;

    if (tokenizer_encode(tokenizer, text, size, tokens, &n, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
    return n;
}

/* Tokens lie side by side, and their bytes are those of the text. */
static void assert_covers(const struct tokenizer *tokenizer, const char *text, size_t size,
                          const struct token *tokens, size_t n)
{
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        size_t piece_size = 0;
        const char *const piece = tokenizer_piece(tokenizer, tokens[i].id, &piece_size);
        if (piece == NULL || tokens[i].begin != at || tokens[i].end != at + piece_size ||
            tokens[i].end > size || memcmp(piece, text + at, piece_size) != 0)
            ck_abort_msg("token %zu of %zu (id %u) does not cover byte %zu on", i, n, tokens[i].id,
                         at);
        at = tokens[i].end;
    }
    ck_assert_uint_eq(at, size);
}

static size_t unhex(char *text)
{
    size_t n = 0;

    for (unsigned byte; sscanf(text + 2 * n, "%2x", &byte) == 1; n++)
        text[n] = (char)byte;
    return n;
}

/* Every text of the CSV file gives the ids beside it; returns how many there were. */
static size_t compare_with(const struct tokenizer *tokenizer, const char *csv)
{
    FILE *const file = fopen(fixture_path(csv), "r");
    char *line = NULL;
    size_t room = 0;
    size_t number = 1;

    ck_assert_msg(file != NULL && getline(&line, &room, file) > 0, "no fixture %s", csv);
    for (; getline(&line, &room, file) > 0; number++) {
        char *ids = strchr(line, ',') + 1;
        struct token *tokens;
        ids[-1] = '\0';
        const size_t size = unhex(line);
        const size_t n = encode(tokenizer, line, size, &tokens);
        for (size_t i = 0; i < n; i++) {
            char *end;
            const unsigned long want = strtoul(ids, &end, 10);
            ck_assert_msg(end != ids && tokens[i].id == want,
                          "%s, line %zu: token %zu is %u, want %lu", csv, number + 1, i,
                          tokens[i].id, want);
            ids = end;
        }
        ck_assert_msg(*ids == '\n', "%s, line %zu: too few tokens: %zu", csv, number + 1, n);
        assert_covers(tokenizer, line, size, tokens, n);
        free(tokens);
    }
    free(line);
    fclose(file);
    return number - 1;
}

static void check_n_vocab(const struct tokenizer *tokenizer, uint32_t n)
{
    size_t size;

    ck_assert_ptr_nonnull(tokenizer_piece(tokenizer, n - 1, &size));
    ck_assert_ptr_null(tokenizer_piece(tokenizer, n, &size));
}

START_TEST(small_vocabulary_as_reference)
{
    struct tokenizer *const tokenizer = open_tokenizer(fixture_path("tokenizer"));

    ck_assert_uint_ge(compare_with(tokenizer, "tokenizer_small.csv"), 400);
    check_n_vocab(tokenizer, 657);
    tokenizer_free(tokenizer);
}
END_TEST

START_TEST(tokenizer_json_as_reference)
{
    struct tokenizer *const old = open_tokenizer(fixture_path("tokenizer_json_old"));
    struct tokenizer *const pairs = open_tokenizer(fixture_path("tokenizer_json"));

    compare_with(old, "tokenizer_small.csv");
    compare_with(pairs, "tokenizer_json.csv");
    tokenizer_free(old);
    tokenizer_free(pairs);
}
END_TEST

START_TEST(gpt2_as_reference)
{
    struct tokenizer *const tokenizer = open_gpt2();
    struct token *tokens;

    if (tokenizer == NULL)
        return;
    compare_with(tokenizer, "tokenizer_gpt2.csv");
    check_n_vocab(tokenizer, 50257);
    ck_assert_uint_eq(encode(tokenizer, " him her", 8, &tokens), 2);
    ck_assert_uint_eq(tokens[0].id, 683);
    ck_assert_uint_eq(tokens[1].id, 607);
    free(tokens);
    ck_assert_uint_eq(encode(tokenizer, "him", 3, &tokens), 1);
    ck_assert_uint_eq(tokens[0].id, 38400);
    free(tokens);
    tokenizer_free(tokenizer);
}
END_TEST

START_TEST(pieces_are_the_tokens_bytes)
{
    struct tokenizer *const tokenizer = open_tokenizer(fixture_path("tokenizer_json"));
    size_t size = 99;

    ck_assert_mem_eq(tokenizer_piece(tokenizer, 7, &size), "!", 1); /* ids are 3 i + 7 */
    ck_assert_uint_eq(size, 1);
    ck_assert_ptr_null(tokenizer_piece(tokenizer, 8, &size));
    ck_assert_mem_eq(tokenizer_piece(tokenizer, 5001, &size), "[PAD]", 5);
    ck_assert_uint_eq(size, 5);
    ck_assert_ptr_null(tokenizer_piece(tokenizer, 5002, &size));
    ck_assert_ptr_null(tokenizer_piece(tokenizer, UINT32_MAX, &size));
    tokenizer_free(tokenizer);
    tokenizer_free(NULL);
}
END_TEST

START_TEST(empty_text_has_no_tokens)
{
    struct tokenizer *const tokenizer = open_tokenizer(fixture_path("tokenizer"));
    struct token *tokens;

    ck_assert_uint_eq(encode(tokenizer, "", 0, &tokens), 0);
    free(tokens);
    ck_assert_uint_eq(encode(tokenizer, NULL, 0, &tokens), 0);
    free(tokens);
    tokenizer_free(tokenizer);
}
END_TEST

START_TEST(text_that_is_not_utf8_is_refused)
{
    static const struct {
        const char *text;
        size_t size, at;
    } bad[] = { { "\xff", 1, 0 },          { "abc\xc3", 4, 3 },         { "ab\xc3(", 4, 2 },
                { "a\xed\xa0\x80", 4, 1 }, { "\xc0\x80", 2, 0 },        { "x\0y\x80", 4, 3 },
                { "\xe4\xb8", 2, 0 },      { "\xf4\x90\x80\x80", 4, 0 } };
    struct tokenizer *const tokenizer = open_tokenizer(fixture_path("tokenizer"));

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct token *tokens = NULL;
        struct ct_error err = { 0 };
        char where[32];
        size_t n = 7;
        ck_assert_int_eq(tokenizer_encode(tokenizer, bad[i].text, bad[i].size, &tokens, &n, &err),
                         CT_EFORMAT);
        ck_assert_ptr_null(tokens);
        ck_assert_uint_eq(n, 7);
        snprintf(where, sizeof where, "byte %zu ", bad[i].at);
        ck_assert_msg(strstr(err.text, where) != NULL, "%s", err.text);
    }
    tokenizer_free(tokenizer);
}
END_TEST

static uint32_t next_random(uint64_t *state) /* Knuth's MMIX generator, its high bits */
{
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*state >> 33);
}

static size_t random_text(uint64_t *state, char *text, size_t n_code_points)
{
    static const uint32_t below[] = { 0x80, 0x800, 0x3000, 0x10000, 0x110000 };
    size_t size = 0;

    for (size_t i = 0; i < n_code_points; i++)
        size += utf8_encode(next_random(state) % below[next_random(state) % 5], text + size);
    return size;
}

static void random_texts_come_back(const struct tokenizer *tokenizer, size_t n_texts)
{
    uint64_t state = 1;
    char text[4 * 64];

    for (size_t i = 0; i < n_texts; i++) {
        struct token *tokens;
        const size_t size = random_text(&state, text, i % 64);
        const size_t n = encode(tokenizer, text, size, &tokens);
        assert_covers(tokenizer, text, size, tokens, n);
        free(tokens);
    }
}

START_TEST(tokens_put_together_are_the_text)
{
    struct tokenizer *const small = open_tokenizer(fixture_path("tokenizer"));
    struct tokenizer *const gpt2 = open_gpt2();

    random_texts_come_back(small, 5000);
    tokenizer_free(small);
    if (gpt2 != NULL)
        random_texts_come_back(gpt2, 5000);
    tokenizer_free(gpt2);
}
END_TEST

/* A run of any length goes through: no limit of PCRE2 is met, no time grows with its square. */
START_TEST(long_runs_are_encoded)
{
    static const char *const units[] = { " ",  "a",  "the",      "=",  "\n ", "\xe3\x80\x80", "<",
                                         "1",  "'s", "<|endof",  "a ", " x",  "\xc3\xa9",     "!",
                                         "\t", "\0", "0 abc \n", "'" };
    enum { SIZE = 1 << 18 };
    struct tokenizer *const tokenizer = open_tokenizer(fixture_path("tokenizer"));
    char *const text = malloc(SIZE);

    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const size_t unit = units[i][0] != '\0' ? strlen(units[i]) : 1;
        struct token *tokens;
        for (size_t k = 0; k < SIZE; k++)
            text[k] = units[i][k % unit];
        const size_t size = SIZE / unit * unit;
        const size_t n = encode(tokenizer, text, size, &tokens);
        assert_covers(tokenizer, text, size, tokens, n);
        free(tokens);
    }
    free(text);
    tokenizer_free(tokenizer);
}
END_TEST

static size_t first_piece(struct piece_iterator *it, const char *text, size_t size)
{
    size_t end = 0;

    ck_assert_int_eq(piece_iterator_next(it, text, size, 0, &end, NULL), CT_OK);
    return end;
}

/* Which class a code point is of shows in what it goes total with. */
static int class_of(struct piece_iterator *it, uint32_t code_point)
{
    static const char partners[] = " a1!";
    char text[8];
    int found = -1;
    const size_t size = utf8_encode(code_point, text);

    for (int i = 0; i < 4; i++) {
        text[size] = partners[i];
        if (first_piece(it, text, size + 1) == size + 1) {
            ck_assert_msg(found < 0 || code_point == ' ', "U+%04X is of two classes", code_point);
            found = found < 0 ? i : found;
        }
    }
    return found;
}

/* At both ends of every range: PCRE2 10.42 has Unicode 14, too, and later ones only add. */
START_TEST(classes_are_unicodes)
{
    struct mat want = fixture_load("tokenizer_classes.csv"); /* first, last, class */

    for (int jit = 0; jit < 2; jit++) {
        struct pretokenizer *p = NULL;
        struct piece_iterator it = { 0 };
        ck_assert_int_eq(pretokenizer_new(jit == 1, &p, NULL), CT_OK);
        ck_assert_int_eq(piece_iterator_init(&it, p, NULL), CT_OK);
        for (size_t i = 0; i < want.rows; i++) {
            for (size_t end = 0; end < 2; end++) {
                const uint32_t c = (uint32_t)mat_row(&want, i)[end];
                const int class = c == ' ' ? 0 : class_of(&it, c);
                ck_assert_msg(class == (int)mat_row(&want, i)[2], "U+%04X: class %d, want %g", c,
                              class, mat_row(&want, i)[2]);
            }
        }
        piece_iterator_clear(&it);
        pretokenizer_free(p);
    }
    mat_clear(&want);
}
END_TEST

/* The interpreter of PCRE2, where there is no JIT, cuts the same pieces, however long. */
START_TEST(pieces_do_not_hang_on_the_jit)
{
    enum { SIZE = 1 << 20 };
    char *const text = malloc(SIZE);

    ck_assert_ptr_nonnull(text);
    for (int jit = 0; jit < 2; jit++) {
        struct pretokenizer *p = NULL;
        struct piece_iterator it = { 0 };
        ck_assert_int_eq(pretokenizer_new(jit == 1, &p, NULL), CT_OK);
        ck_assert_int_eq(piece_iterator_init(&it, p, NULL), CT_OK);
        for (const char *c = " a1!\n"; *c != '\0'; c++) {
            memset(text, *c, SIZE);
            ck_assert_uint_eq(first_piece(&it, text, SIZE), SIZE);
            text[SIZE - 1] = *c == 'a' ? '1' : 'a';
            /* A run of blanks leaves its last one to the word behind it. */
            ck_assert_uint_eq(first_piece(&it, text, SIZE),
                              *c == ' ' || *c == '\n' ? SIZE - 2 : SIZE - 1);
        }
        piece_iterator_clear(&it);
        pretokenizer_free(p);
    }
    free(text);
}
END_TEST

enum { N_LETTERS = 4, N_MERGES = 60, WORD_MAX = 220 };

struct naive { /* the definition of BPE, by a look at every merge in order */
    uint32_t left[N_MERGES], right[N_MERGES];
};

static size_t naive_encode(const struct naive *naive, uint32_t *ids, size_t n)
{
    for (size_t rank = 0; rank < N_MERGES;) {
        size_t at = 0;
        while (at + 1 < n && (ids[at] != naive->left[rank] || ids[at + 1] != naive->right[rank]))
            at++;
        if (at + 1 >= n) {
            rank++;
            continue;
        }
        ids[at] = N_LETTERS + (uint32_t)rank;
        memmove(ids + at + 1, ids + at + 2, (n - at - 2) * sizeof *ids);
        n--;
        rank = 0;
    }
    return n;
}

/* Merges in no sensible order (a token may be merged by a rank below that which makes it) and words
 * on both sides of the length where the method changes. */
START_TEST(bpe_is_as_defined)
{
    uint64_t state = 3;

    for (size_t round = 0; round < 60; round++) {
        struct bpe bpe = { 0 };
        struct naive naive;
        for (uint32_t i = 0; i < N_MERGES; i++) {
            bool known;
            do {
                known = false;
                naive.left[i] = next_random(&state) % (round % 2 == 0 ? N_LETTERS + i : 24);
                naive.right[i] = next_random(&state) % (round % 3 == 0 ? N_LETTERS : 24);
                for (uint32_t k = 0; k < i; k++)
                    known = known ||
                            (naive.left[k] == naive.left[i] && naive.right[k] == naive.right[i]);
            } while (known);
            ck_assert_int_eq(bpe_add(&bpe, naive.left[i], naive.right[i], N_LETTERS + i, NULL),
                             CT_OK);
        }
        for (uint32_t i = 0; i < N_LETTERS; i++)
            bpe.byte_ids['a' + i] = i;
        for (size_t size = 1; size <= WORD_MAX; size += 3) {
            char word[WORD_MAX];
            uint32_t want[WORD_MAX];
            struct token_list got = { 0 };
            const uint32_t n_letters = 1 + (uint32_t)size % N_LETTERS;
            for (size_t i = 0; i < size; i++) {
                want[i] = next_random(&state) % n_letters;
                word[i] = (char)('a' + (int)want[i]);
            }
            const size_t n = naive_encode(&naive, want, size);
            ck_assert_int_eq(bpe_encode(&bpe, word, size, 10, &got, NULL), CT_OK);
            ck_assert_uint_eq(got.n, n);
            for (size_t i = 0; i < n; i++) {
                ck_assert_uint_eq(got.items[i].id, want[i]);
                ck_assert_uint_eq(got.items[i].begin, i > 0 ? got.items[i - 1].end : 10);
            }
            ck_assert_uint_eq(got.items[n - 1].end, 10 + size);
            free(got.items);
        }
        bpe_clear(&bpe);
    }
}
END_TEST

START_TEST(every_byte_has_its_sign)
{
    char name[4];
    char byte;

    for (unsigned b = 0; b < 256; b++) {
        const size_t size = utf8_encode(vocab_sign_of_byte((unsigned char)b), name);
        ck_assert_uint_eq(vocab_decode_name(name, size, &byte), 1);
        ck_assert_uint_eq((unsigned char)byte, b);
    }
    ck_assert_uint_eq(vocab_sign_of_byte(' '), 0x120);
    ck_assert_uint_eq(vocab_sign_of_byte(0xAD), 0x143);
    for (uint32_t c = 0x144; c < 0x3000; c++)
        ck_assert_uint_eq(vocab_decode_name(name, utf8_encode(c, name), &byte), SIZE_MAX);
    ck_assert_uint_eq(vocab_decode_name("\xc4", 1, &byte), SIZE_MAX);
    ck_assert_uint_eq(vocab_decode_name(" ", 1, &byte), SIZE_MAX);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        small_vocabulary_as_reference,
        tokenizer_json_as_reference,
        gpt2_as_reference,
        pieces_are_the_tokens_bytes,
        empty_text_has_no_tokens,
        text_that_is_not_utf8_is_refused,
        tokens_put_together_are_the_text,
        long_runs_are_encoded,
        classes_are_unicodes,
        pieces_do_not_hang_on_the_jit,
        bpe_is_as_defined,
        every_byte_has_its_sign,
    };
    return RUN_TESTS("tokenizer", tests);
}
