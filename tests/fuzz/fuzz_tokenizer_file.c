/*
 * FUZZED_FILE of a tokenizer's folder whose other files are valid: a vocabulary of the 256 bytes
 * and a few merges.
 */
#include "config.h"
#include "fuzz.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/tokens/tokenizer.h"
#include "model/tokens/tokenizer_files.h"

static void put_vocab(void)
{
    char text[8192] = "{";
    size_t used = 1;

    for (unsigned byte = 0; byte < 256; byte++) {
        char sign[5] = "";
        utf8_put(vocab_sign_of_byte((unsigned char)byte), sign);
        const bool escaped = sign[0] == '"' || sign[0] == '\\';
        used += (size_t)snprintf(text + used, sizeof text - used, "\"%s%s\":%u,",
                                 escaped ? "\\" : "", sign, byte);
    }
    used += (size_t)snprintf(text + used, sizeof text - used,
                             "\"th\":256,\"the\":257,\"<|endoftext|>\":258}");
    fuzz_file("vocab.json", text, used);
}

static void put_files(void)
{
    static const char merges[] = "#version: 0.2\nt h\nth e\n";

    if (strcmp(FUZZED_FILE, "tokenizer.json") == 0)
        return; /* the others would only be compared with it */
    put_vocab();
    fuzz_file("merges.txt", merges, sizeof merges - 1);
}

/* Encoding ends with any merges, and the tokens are contiguous. */
static void encode(const struct bpe *bpe, const char *text)
{
    struct token_list tokens = { 0 };
    struct ct_error err = { 0 };
    const size_t size = strlen(text);
    size_t at = 0;

    for (const char *c = text; *c != '\0'; c++)
        if (bpe->byte_ids[(unsigned char)*c] == (uint32_t)VOCAB_NONE)
            return; /* the tokenizer refuses such texts */
    fuzz_require(bpe_encode(bpe, text, size, 0, &tokens, &err) == CT_OK);
    for (size_t i = 0; i < tokens.n; i++) {
        fuzz_require(tokens.items[i].begin == at && tokens.items[i].end > at);
        at = tokens.items[i].end;
    }
    fuzz_require(at == size);
    free(tokens.items);
}

/* Tokens are in order and in the text. A pattern of the file may take too many steps. */
static void encode_all(const char *text, const struct tokenizer *tokenizer)
{
    const size_t size = strlen(text);
    struct token *tokens = NULL;
    struct ct_error err = { 0 };
    size_t n = 0;
    size_t at = 0;
    char shown[64];
    const enum ct_status status = tokenizer_encode(tokenizer, text, size, &tokens, &n, &err);

    fuzz_check_answer(status, &err);
    for (size_t i = 0; status == CT_OK && i < n; i++) {
        fuzz_require(tokens[i].begin >= at && tokens[i].end >= tokens[i].begin);
        at = tokens[i].end;
        fuzz_check_printable(shown, tokenizer_show(tokenizer, tokens[i].id, shown, sizeof shown));
    }
    fuzz_require(at <= size);
    free(tokens);
}

static void check_whole(void)
{
    static const char *const texts[] = {
        "the thethe", " I saw  him 2024,\n\n<s>the <|endoftext|>",
        "cafe\xcc\x81 \xe2\x96\x81\xe2\x84\xab eeeeeeeeeeeeeeeeeeeeeeeeeeeeee!"
    };
    struct tokenizer *tokenizer = NULL;
    struct ct_error err = { 0 };
    char bos[TOKENIZER_BOS_SIZE] = "";

    fuzz_require(tokenizer_open(fuzz_folder(), &tokenizer, &err) == CT_OK);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        encode_all(texts[i], tokenizer);
    (void)tokenizer_bos_text(tokenizer, bos);
    fuzz_check_printable(bos, strlen(bos));
    fuzz_check_answer(tokenizer_set_bos(tokenizer, BOS_YES, &err), &err);
    encode_all(texts[0], tokenizer);
    tokenizer_free(tokenizer);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
    static bool has_files;
    struct tokenizer_parts parts = { 0 };
    struct ct_error err = { 0 };

    if (!has_files)
        put_files();
    has_files = true;
    fuzz_file(FUZZED_FILE, data, size);
    const enum ct_status status = tokenizer_files_read(fuzz_folder(), &parts, &err);
    fuzz_check_answer(status, &err);
    if (status == CT_OK)
        check_whole();
    if (status == CT_OK && !parts.vocab.is_plain) {
        encode(&parts.bpe, "the thethe");
        encode(&parts.bpe, "thththththththththththththththththththththththeeeethethethethethethe");
    }
    tokenizer_parts_clear(&parts);
    return 0;
}
