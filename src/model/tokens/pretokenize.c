#include "config.h"
#include "model/tokens/pretokenize.h"

#include <stdlib.h>

#include "model/tokens/pattern.h"

struct pretokenizer {
    pcre2_code *code;
    bool jit;
};

/* Unicode's White_Space, spelt out: PCRE2's \s includes U+180E, which is not white space since
 * Unicode 6.3. */
#define BLANKS                                                                                     \
    "\\x{9}-\\x{d}\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}"    \
    "\\x{205f}\\x{3000}"

/*
 * Every code point begins one of the alternatives, so that pieces are contiguous. The possessive
 * quantifiers are not in the original. They change no match, because what follows a repeat can
 * never begin with a character of it, and they avoid storing backtracking positions for long runs.
 */
static const char pattern[] = "'(?:[stmd]|re|ve|ll)"
                              "| ?+\\p{L}++"
                              "| ?+\\p{N}++"
                              "| ?+[^\\p{L}\\p{N}" BLANKS "]++"
                              "|[" BLANKS "]+(?![^" BLANKS "])"
                              "|[" BLANKS "]++";

enum ct_status pretokenizer_new(bool jit, struct pretokenizer **out, struct ct_error *err)
{
    struct pretokenizer *const p = malloc(sizeof *p);

    if (p == NULL)
        return ct_fail_nomem(err, "pattern of words", sizeof *p);
    const enum ct_status status = pattern_compile(pattern, sizeof pattern - 1, &p->code, err);
    if (status != CT_OK) {
        free(p);
        return status;
    }
    /* Not available everywhere: hardened systems map no memory that is writable and executable. */
    p->jit = jit && pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) == 0;
    *out = p;
    return CT_OK;
}

void pretokenizer_free(struct pretokenizer *pretokenizer)
{
    if (pretokenizer == NULL)
        return;
    pcre2_code_free(pretokenizer->code);
    free(pretokenizer);
}

enum ct_status piece_iterator_init(struct piece_iterator *it, const struct pretokenizer *p,
                                   struct ct_error *err)
{
    pcre2_match_data *const match_data = pcre2_match_data_create(1, NULL);

    if (match_data == NULL)
        return ct_fail_nomem(err, "pattern of words", 0);
    *it = (struct piece_iterator){ p, match_data };
    return CT_OK;
}

void piece_iterator_clear(struct piece_iterator *it)
{
    pcre2_match_data_free(it->match_data);
    *it = (struct piece_iterator){ 0 };
}

enum ct_status piece_iterator_next(struct piece_iterator *it, const char *text, size_t size,
                                   size_t at, size_t *end, struct ct_error *err)
{
    const struct pretokenizer *const p = it->pretokenizer;
    PCRE2_SPTR const subject = (PCRE2_SPTR)text;
    const int result =
        p->jit
            ? pcre2_jit_match(p->code, subject, size, at, PCRE2_NO_UTF_CHECK, it->match_data, NULL)
            : pcre2_match(p->code, subject, size, at, PCRE2_NO_UTF_CHECK, it->match_data, NULL);

    if (result < 1)
        return ct_fail(err, CT_ENOMEM, "byte %zu of the text: PCRE2 gives up (%d)", at, result);
    *end = pcre2_get_ovector_pointer(it->match_data)[1];
    return CT_OK;
}
