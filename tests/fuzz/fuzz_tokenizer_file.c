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
#include "model/tokens/tokenizer_files.h"

static void put_vocab(void)
{
    char text[8192] = "{";
    size_t used = 1;

    for (unsigned byte = 0; byte < 256; byte++) {
        char sign[5] = "";
        utf8_encode(vocab_sign_of_byte((unsigned char)byte), sign);
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
    if (status == CT_OK) {
        encode(&parts.bpe, "the thethe");
        encode(&parts.bpe, "thththththththththththththththththththththththeeeethethethethethethe");
    }
    tokenizer_parts_clear(&parts);
    return 0;
}
