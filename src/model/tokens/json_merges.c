#include "config.h"
#include "model/tokens/json_merges.h"

#include <string.h>

#include "model/tokens/json_reader.h"
#include "model/tokens/vocab.h"

static const char FORM[] = "\"a b\" or [\"a\", \"b\"]";

enum { TOKEN_MAX = 2 * VOCAB_MAX_PIECE, PAIR_MAX = 2 * TOKEN_MAX };
_Static_assert((int)PAIR_MAX <= (int)JSON_READER_NAME, "the reader has room for both tokens");

struct reader {
    struct json_reader json;
    char left[TOKEN_MAX]; /* of a pair, while the other one is read */
};

bool merge_names_split(const char *text, size_t size, struct merge_names *out)
{
    const char *const blank = memchr(text, ' ', size);
    const size_t left = blank != NULL ? (size_t)(blank - text) : 0;
    const size_t right = blank != NULL ? size - left - 1 : 0;

    if (left == 0 || right == 0 || memchr(blank + 1, ' ', right) != NULL)
        return false;
    *out = (struct merge_names){ text, left, blank + 1, right };
    return true;
}

static enum ct_status take_pair(struct reader *r, struct merge_names *out, struct ct_error *err)
{
    enum ct_status st = json_reader_string(&r->json, TOKEN_MAX, FORM, err);

    if (st != CT_OK)
        return st;
    out->left = memcpy(r->left, r->json.name, r->json.name_size);
    out->left_size = r->json.name_size;
    if (!json_reader_take(&r->json, ','))
        return json_reader_expected(&r->json, FORM, err);
    st = json_reader_string(&r->json, TOKEN_MAX, FORM, err);
    if (st != CT_OK)
        return st;
    out->right = r->json.name;
    out->right_size = r->json.name_size;
    return json_reader_take(&r->json, ']') ? CT_OK : json_reader_expected(&r->json, FORM, err);
}

static enum ct_status take_merge(struct reader *r, struct merge_names *out, struct ct_error *err)
{
    if (json_reader_take(&r->json, '['))
        return take_pair(r, out, err);
    const enum ct_status st = json_reader_string(&r->json, PAIR_MAX, FORM, err);
    if (st != CT_OK)
        return st;
    return merge_names_split(r->json.name, r->json.name_size, out)
               ? CT_OK
               : ct_fail(err, CT_EFORMAT, "%s expected", FORM);
}

enum ct_status json_merges_read(const char *text, size_t begin, size_t end,
                                enum ct_status (*put)(void *context,
                                                      const struct merge_names *merge,
                                                      struct ct_error *err),
                                void *context, struct ct_error *err)
{
    struct reader r;
    struct merge_names merge;
    size_t n = 0;

    r.json.text = text;
    r.json.size = end;
    r.json.at = begin;
    if (!json_reader_take(&r.json, '['))
        return json_reader_expected(&r.json, "[\"a b\", ...]", err);
    if (!json_reader_take(&r.json, ']')) {
        do {
            enum ct_status st = take_merge(&r, &merge, err);
            if (st == CT_OK)
                st = put(context, &merge, err);
            if (st != CT_OK)
                return ct_error_where(err, st, "[%zu]", n);
            n++;
        } while (json_reader_take(&r.json, ','));
        if (!json_reader_take(&r.json, ']'))
            return json_reader_expected(&r.json, "a comma or a closing bracket", err);
    }
    return r.json.at == end ? CT_OK : json_reader_expected(&r.json, "the end of the merges", err);
}
