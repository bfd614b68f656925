#include "config.h"
#include "model/tokens/json_cut.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct scan {
    const char *text; /* [size] */
    size_t size;
    size_t at;
    size_t depth; /* number of open brackets */
};

/* at is that of the opening quote -> behind the closing one, or size: the first quote behind an
 * even number of backslashes. */
static size_t string_end(const char *text, size_t size, size_t at)
{
    for (size_t from = at + 1; from < size;) {
        const char *const quote = memchr(text + from, '"', size - from);
        if (quote == NULL)
            return size;
        const size_t found = (size_t)(quote - text);
        size_t before = found;
        while (before > at + 1 && text[before - 1] == '\\')
            before--;
        if ((found - before) % 2 == 0)
            return found + 1;
        from = found + 1;
    }
    return size;
}

static void skip_blanks(struct scan *s)
{
    while (s->at < s->size && strchr(" \n\r\t", s->text[s->at]) != NULL && s->text[s->at] != '\0')
        s->at++;
}

/* Takes a string; whether it is this key, with its colon and the blanks around that. */
static bool take_key(struct scan *s, const char *key)
{
    const size_t begin = s->at;
    const size_t size = strlen(key);

    s->at = string_end(s->text, s->size, s->at);
    if (s->at - begin != size + 2 || memcmp(s->text + begin + 1, key, size) != 0)
        return false;
    const size_t after = s->at;
    skip_blanks(s);
    if (s->at < s->size && s->text[s->at] == ':') {
        s->at++;
        skip_blanks(s);
        return true;
    }
    s->at = after;
    return false;
}

/* Takes an array or object, if that begins here with `open` and is closed. */
static struct json_range take_value(struct scan *s, char open)
{
    const size_t begin = s->at;
    size_t depth = 0;

    if (s->at >= s->size || s->text[s->at] != open)
        return (struct json_range){ 0 };
    for (size_t at = begin; at < s->size; at++) {
        const char c = s->text[at];
        if (c == '"')
            at = string_end(s->text, s->size, at) - 1;
        else if (c == '[' || c == '{')
            depth++;
        else if ((c == ']' || c == '}') && --depth == 0) {
            s->at = at + 1;
            return (struct json_range){ begin, s->at };
        }
    }
    return (struct json_range){ 0 };
}

static bool is_key_of_model(struct scan *s, const char *key, size_t model_depth)
{
    return s->depth == model_depth && model_depth == 2 && take_key(s, key);
}

/* Sets *range to that of a value, unless there was one before: the parser of the rest refuses a key
 * that is repeated. */
static void take_range(struct scan *s, char open, struct json_range *range)
{
    if (range->end == 0)
        *range = take_value(s, open);
}

/* Finds both ranges. */
static void find_ranges(struct scan *s, struct json_cut *out)
{
    size_t model_depth = 0; /* 2 inside of the model */

    while (s->at < s->size) {
        const char c = s->text[s->at];
        const size_t here = s->at;
        if (c == '[' || c == '{') {
            s->depth++;
            s->at++;
        } else if (c == ']' || c == '}') {
            s->depth -= s->depth > 0;
            s->at++;
            model_depth = s->depth < 2 ? 0 : model_depth;
        } else if (c != '"') {
            s->at++;
        } else if (s->depth == 1 && take_key(s, "model")) {
            model_depth = s->at < s->size && s->text[s->at] == '{' ? 2 : 0;
        } else if (s->at = here, is_key_of_model(s, "vocab", model_depth)) {
            take_range(s, '{', &out->vocab);
        } else if (s->at = here, is_key_of_model(s, "merges", model_depth)) {
            take_range(s, '[', &out->merges);
        } else {
            s->at = string_end(s->text, s->size, here);
        }
    }
}

/* Appends text[begin .. end), then the brackets of a range with its lines between them. */
static void copy_part(struct json_cut *out, const char *text, size_t begin,
                      const struct json_range *range)
{
    memcpy(out->rest + out->rest_size, text + begin, range->begin - begin);
    out->rest_size += range->begin - begin;
    out->rest[out->rest_size++] = text[range->begin];
    for (size_t at = range->begin; at < range->end; at++)
        if (text[at] == '\n')
            out->rest[out->rest_size++] = '\n';
    out->rest[out->rest_size++] = text[range->end - 1];
}

enum ct_status json_cut(const char *text, size_t size, struct json_cut *out, struct ct_error *err)
{
    struct scan scan = { .text = text, .size = size };
    struct json_cut cut = { .rest = ct_malloc_array(size + 1, 1) };
    size_t at = 0;

    if (cut.rest == NULL)
        return ct_fail_nomem(err, "JSON", size);
    find_ranges(&scan, &cut);
    const bool merges_first = cut.merges.begin < cut.vocab.begin;
    const struct json_range *const ranges[] = { merges_first ? &cut.merges : &cut.vocab,
                                                merges_first ? &cut.vocab : &cut.merges };
    for (size_t i = 0; i < 2; i++)
        if (ranges[i]->end > 0) {
            copy_part(&cut, text, at, ranges[i]);
            at = ranges[i]->end;
        }
    memcpy(cut.rest + cut.rest_size, text + at, size - at);
    cut.rest_size += size - at;
    *out = cut;
    return CT_OK;
}
