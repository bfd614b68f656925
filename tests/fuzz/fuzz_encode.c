/* Encodes arbitrary text with the demo's tokenizer: the pieces of its tokens are the text. */
#include "config.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/tokens/tokenizer.h"

int fuzz_one_input(const uint8_t *data, size_t size)
{
    static struct tokenizer *tokenizer;
    const char *const text = (const char *)data;
    struct token *tokens = NULL;
    struct ct_error err = { 0 };
    size_t n = 0;
    size_t at = 0;

    if (tokenizer == NULL)
        fuzz_require(tokenizer_open(fuzz_fixture("demo"), &tokenizer, &err) == CT_OK);
    const enum ct_status status = tokenizer_encode(tokenizer, text, size, &tokens, &n, &err);
    fuzz_check_answer(status, &err);
    fuzz_require((status == CT_OK) == (utf8_first_invalid(text, size) == size));
    if (status != CT_OK)
        return 0;
    for (size_t i = 0; i < n; i++) {
        size_t n_bytes = 0;
        const char *const piece = tokenizer_piece(tokenizer, tokens[i].id, &n_bytes);
        fuzz_require(piece != NULL && tokens[i].begin == at && tokens[i].end == at + n_bytes);
        fuzz_require(n_bytes > 0 && memcmp(piece, text + at, n_bytes) == 0);
        at += n_bytes;
    }
    fuzz_require(at == size);
    free(tokens);
    return 0;
}
