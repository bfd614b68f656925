#include "config.h"
#include "model/tokens/file_pattern.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/tokens/onig_syntax.h"

struct file_pattern {
    char *literal; /* [size]; NULL: a regular expression */
    size_t size;
    pcre2_code *code;
    bool jit;
};

/* Most matches take a step or two a character. The few that need more share what a text may take:
 * enough for each pattern of published tokenizers to walk through a run of blanks several times,
 * and a fraction of a second for a pattern that never ends. */
enum {
    STEPS_OF_A_MATCH = 10000,
    STEPS_OF_A_TEXT = 10000000,
    STEPS_PER_BYTE = 64,
    DEPTH = 100000,
    HEAP_KIB = 64 << 10,
};

static enum ct_status compile(const char *pattern, size_t size, pcre2_code **out,
                              struct ct_error *err)
{
    pcre2_compile_context *const context = pcre2_compile_context_create(NULL);
    PCRE2_UCHAR text[128] = "";
    int code = 0;
    size_t offset = 0;

    if (context == NULL)
        return ct_fail_nomem(err, "pattern", 0);
    (void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    *out = pcre2_compile((PCRE2_SPTR)pattern, size,
                         PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &code,
                         &offset, context);
    pcre2_compile_context_free(context);
    if (*out != NULL)
        return CT_OK;
    pcre2_get_error_message(code, text, sizeof text);
    return ct_fail(err, code == PCRE2_ERROR_NOMEMORY ? CT_ENOMEM : CT_ENOTSUP,
                   "the pattern: PCRE2: %s", (const char *)text);
}

static enum ct_status compile_regex(struct file_pattern *p, const char *text, size_t size,
                                    struct ct_error *err)
{
    char *rewritten = NULL;
    size_t n = 0;
    enum ct_status st = onig_syntax_rewrite(text, size, &rewritten, &n, err);

    if (st == CT_OK)
        st = compile(rewritten, n, &p->code, err);
    free(rewritten);
    /* Not available everywhere: hardened systems map no memory that is writable and executable. */
    p->jit = st == CT_OK && pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) == 0;
    return st;
}

enum ct_status file_pattern_new(const char *text, size_t size, bool is_regex,
                                struct file_pattern **out, struct ct_error *err)
{
    struct file_pattern *const p = calloc(1, sizeof *p);
    enum ct_status st = CT_OK;

    if (p == NULL)
        return ct_fail_nomem(err, "pattern", sizeof *p);
    if (is_regex) {
        st = compile_regex(p, text, size, err);
    } else if (size == 0) {
        st = ct_fail(err, CT_ENOTSUP, "an empty pattern is not supported");
    } else {
        p->size = size;
        p->literal = ct_strndup(text, size);
        st = p->literal != NULL ? CT_OK : ct_fail_nomem(err, "pattern", size);
    }
    if (st != CT_OK) {
        file_pattern_free(p);
        return st;
    }
    *out = p;
    return CT_OK;
}

void file_pattern_free(struct file_pattern *pattern)
{
    if (pattern == NULL)
        return;
    free(pattern->literal);
    pcre2_code_free(pattern->code);
    free(pattern);
}

enum ct_status file_search_init(struct file_search *search, const struct file_pattern *pattern,
                                const char *text, size_t size, struct ct_error *err)
{
    *search =
        (struct file_search){ .pattern = pattern,
                              .text = text,
                              .size = size,
                              .last_end = SIZE_MAX,
                              .steps = STEPS_OF_A_TEXT + (double)STEPS_PER_BYTE * (double)size };
    if (pattern->literal != NULL)
        return CT_OK;
    search->match_data = pcre2_match_data_create(1, NULL);
    search->context = pcre2_match_context_create(NULL);
    if (search->match_data == NULL || search->context == NULL) {
        file_search_clear(search);
        return ct_fail_nomem(err, "pattern", 0);
    }
    (void)pcre2_set_depth_limit(search->context, DEPTH);
    (void)pcre2_set_heap_limit(search->context, HEAP_KIB);
    return CT_OK;
}

void file_search_clear(struct file_search *search)
{
    pcre2_match_data_free(search->match_data);
    pcre2_match_context_free(search->context);
    *search = (struct file_search){ 0 };
}

static bool find_literal(struct file_search *s, struct file_match *match)
{
    const struct file_pattern *const p = s->pattern;
    const char *const found = memmem(s->text + s->at, s->size - s->at, p->literal, p->size);

    if (found == NULL)
        return false;
    match->begin = (size_t)(found - s->text);
    match->end = match->begin + p->size;
    s->at = match->end;
    return true;
}

static int run(struct file_search *s, uint32_t steps)
{
    const struct file_pattern *const p = s->pattern;
    PCRE2_SPTR const text = (PCRE2_SPTR)s->text;

    (void)pcre2_set_match_limit(s->context, steps);
    const int result = p->jit ? pcre2_jit_match(p->code, text, s->size, s->at, PCRE2_NO_UTF_CHECK,
                                                s->match_data, s->context)
                              : PCRE2_ERROR_JIT_STACKLIMIT;
    return result != PCRE2_ERROR_JIT_STACKLIMIT
               ? result
               : pcre2_match(p->code, text, s->size, s->at, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                             s->match_data, s->context);
}

/* Matches with few steps, then with more, which the text pays for. */
static int run_limited(struct file_search *s)
{
    int result = run(s, STEPS_OF_A_MATCH);

    for (double steps = 10 * STEPS_OF_A_MATCH; result == PCRE2_ERROR_MATCHLIMIT && s->steps > 0;
         steps *= 10) {
        const double most = steps < s->steps ? steps : s->steps;
        s->steps -= most;
        result = run(s, most < UINT32_MAX ? (uint32_t)most : UINT32_MAX);
    }
    return result;
}

static enum ct_status find_regex(struct file_search *s, struct file_match *match, bool *is_there,
                                 struct ct_error *err)
{
    uint32_t c = 0;

    for (*is_there = false; s->at <= s->size;) {
        const int result = run_limited(s);
        if (result == PCRE2_ERROR_NOMATCH)
            return CT_OK;
        if (result == PCRE2_ERROR_NOMEMORY)
            return ct_fail_nomem(err, "pattern", 0);
        if (result < 1)
            return ct_fail(err, CT_ENOTSUP,
                           "byte %zu of the text: a pattern of the tokenizer takes too many steps "
                           "(PCRE2 error %d); shorten the text",
                           s->at, result);
        const size_t *const found = pcre2_get_ovector_pointer(s->match_data);
        *match = (struct file_match){ found[0], found[1] };
        const bool is_repeated = found[0] == found[1] && found[1] == s->last_end;
        if (!is_repeated) {
            s->at = s->last_end = match->end;
            *is_there = true;
            return CT_OK;
        }
        s->at += s->at < s->size ? utf8_decode(s->text + s->at, s->size - s->at, &c) : 1;
    }
    return CT_OK;
}

enum ct_status file_search_next(struct file_search *search, struct file_match *match,
                                bool *is_there, struct ct_error *err)
{
    if (search->pattern->literal == NULL)
        return find_regex(search, match, is_there, err);
    *is_there = find_literal(search, match);
    return CT_OK;
}
