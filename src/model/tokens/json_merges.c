#include "config.h"
#include "model/tokens/json_merges.h"

#include <stdlib.h>
#include <string.h>

#include "model/tokens/json_reader.h"
#include "model/tokens/vocab.h"

static const char FORM[] = "\"a b\" or [\"a\", \"b\"]";

enum { TOKEN_MAX = 2 * VOCAB_MAX_PIECE, PAIR_MAX = 2 * TOKEN_MAX };
_Static_assert((int)PAIR_MAX <= (int)JSON_READER_NAME, "the reader has room for both tokens");

struct reader {
    struct json_reader json;
    struct merge_names merges[JSON_MERGES_AHEAD]; /* [n] read and not yet put */
    size_t n;
    size_t n_put;
    char names[4 * PAIR_MAX]; /* [used] of merges */
    size_t used;
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

/* Copies the string that was read. */
static const char *keep(struct reader *r)
{
    char *const name = r->names + r->used;

    memcpy(name, r->json.name, r->json.name_size);
    r->used += r->json.name_size;
    return name;
}

static enum ct_status take_pair(struct reader *r, struct merge_names *out, struct ct_error *err)
{
    enum ct_status st = json_reader_string(&r->json, TOKEN_MAX, FORM, err);

    if (st != CT_OK)
        return st;
    out->left_size = r->json.name_size;
    out->left = keep(r);
    if (!json_reader_take(&r->json, ','))
        return json_reader_expected(&r->json, FORM, err);
    st = json_reader_string(&r->json, TOKEN_MAX, FORM, err);
    if (st != CT_OK)
        return st;
    out->right_size = r->json.name_size;
    out->right = keep(r);
    return json_reader_take(&r->json, ']') ? CT_OK : json_reader_expected(&r->json, FORM, err);
}

static enum ct_status take_merge(struct reader *r, struct merge_names *out, struct ct_error *err)
{
    if (json_reader_take(&r->json, '['))
        return take_pair(r, out, err);
    const enum ct_status st = json_reader_string(&r->json, PAIR_MAX, FORM, err);
    if (st != CT_OK)
        return st;
    const size_t size = r->json.name_size;
    return merge_names_split(keep(r), size, out) ? CT_OK
                                                 : ct_fail(err, CT_EFORMAT, "%s expected", FORM);
}

/* Hands over what was read ahead. */
static enum ct_status put_all(struct reader *r, const struct merge_reading *reading,
                              struct ct_error *err)
{
    if (reading->expect != NULL && r->n > 0)
        reading->expect(reading->context, r->merges, r->n);
    for (size_t i = 0; i < r->n; i++, r->n_put++) {
        const enum ct_status st = reading->put(reading->context, &r->merges[i], err);
        if (st != CT_OK)
            return ct_error_where(err, st, "[%zu]", r->n_put);
    }
    r->n = r->used = 0;
    return CT_OK;
}

/* An error in the text counts after those of the merges before it. */
static enum ct_status read_all(struct reader *r, const struct merge_reading *reading,
                               struct ct_error *err)
{
    do {
        struct ct_error wrong = { 0 };
        const enum ct_status taken = take_merge(r, &r->merges[r->n], &wrong);
        r->n += taken == CT_OK;
        if (taken == CT_OK && r->n < JSON_MERGES_AHEAD && sizeof r->names - r->used >= PAIR_MAX)
            continue;
        const enum ct_status st = put_all(r, reading, err);
        if (st != CT_OK)
            return st;
        if (taken != CT_OK) {
            (void)ct_fail(err, taken, "%s", wrong.text);
            return ct_error_where(err, taken, "[%zu]", r->n_put);
        }
    } while (json_reader_take(&r->json, ','));
    return put_all(r, reading, err);
}

static enum ct_status read_list(struct reader *r, size_t end, const struct merge_reading *reading,
                                struct ct_error *err)
{
    if (!json_reader_take(&r->json, '['))
        return json_reader_expected(&r->json, "[\"a b\", ...]", err);
    if (!json_reader_take(&r->json, ']')) {
        const enum ct_status st = read_all(r, reading, err);
        if (st != CT_OK)
            return st;
        if (!json_reader_take(&r->json, ']'))
            return json_reader_expected(&r->json, "a comma or a closing bracket", err);
    }
    return r->json.at == end ? CT_OK : json_reader_expected(&r->json, "the end of the merges", err);
}

enum ct_status json_merges_read(const char *text, size_t begin, size_t end,
                                const struct merge_reading *reading, struct ct_error *err)
{
    struct reader *const r = malloc(sizeof *r); /* too large for a small stack */

    if (r == NULL)
        return ct_fail_nomem(err, "merges", sizeof *r);
    r->json.text = text;
    r->json.size = end;
    r->json.at = begin;
    r->n = r->n_put = r->used = 0;
    const enum ct_status st = read_list(r, end, reading, err);
    free(r);
    return st;
}
