/* Token ids, two bytes each, as pieces and as displayed text, truncated or joined: never terminal
 * control characters. */
#include "config.h"
#include "fuzz.h"

#include <string.h>

#include "base/text.h"
#include "model/tokens/tokenizer.h"

static void check_visible(const char *bytes, size_t size)
{
    char shown[64];
    const size_t whole = text_visible_size(bytes, size);

    for (size_t room = 1; room <= sizeof shown; room += 7) {
        const size_t used = text_visible(shown, room, bytes, size);
        fuzz_require(used < room && shown[used] == '\0');
        fuzz_require(used == whole || used + 16 > room);
        fuzz_check_printable(shown, used);
    }
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
    static struct tokenizer *tokenizer;
    uint32_t n_there = 0, first_missing = UINT32_MAX;
    char text[4096];
    size_t used = 0;
    struct ct_error err = { 0 };

    if (tokenizer == NULL)
        fuzz_require(tokenizer_open(fuzz_fixture("demo"), &tokenizer, &err) == CT_OK);
    for (size_t i = 0; i + 1 < size; i += 2) {
        const uint32_t id = (uint32_t)data[i] | (uint32_t)data[i + 1] << 8;
        size_t n_bytes = 0;
        const char *const piece = tokenizer_piece(tokenizer, id, &n_bytes);
        if (piece != NULL)
            n_there = id + 1 > n_there ? id + 1 : n_there;
        else
            first_missing = id < first_missing ? id : first_missing;
        fuzz_require(n_there <= first_missing); /* the demo's ids have no gaps */
        if (piece == NULL || n_bytes > sizeof text - used)
            continue;
        check_visible(piece, n_bytes);
        memcpy(text + used, piece, n_bytes);
        used += n_bytes;
    }
    check_visible(text, used);
    return 0;
}
