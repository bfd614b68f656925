#include "config.h"
#include "model/tokens/json_ids.h"

#include <stdbool.h>

#include "model/tokens/json_reader.h"
#include "model/tokens/vocab.h"

static enum ct_status take_id(struct json_reader *r, uint32_t *id, struct ct_error *err)
{
    const bool zero = json_reader_next(r) == '0';
    size_t n_digits = 0;
    int c;

    *id = 0;
    for (; (c = json_reader_next(r)) >= '0' && c <= '9' && *id <= VOCAB_MAX_ID; n_digits++) {
        *id = 10 * *id + (uint32_t)(c - '0');
        r->at++;
    }
    if (n_digits == 0 || (zero && n_digits > 1) || *id > VOCAB_MAX_ID || c == '.' || c == 'e' ||
        c == 'E')
        return ct_fail(err, CT_EFORMAT,
                       "byte %zu: the id of \"%.*s\" is not an integer from 0 to %d", r->at,
                       (int)(r->name_size < 64 ? r->name_size : 64), r->name, VOCAB_MAX_ID);
    return CT_OK;
}

static enum ct_status take_entry(struct json_reader *r, struct named_id *entry,
                                 struct ct_error *err)
{
    const enum ct_status st =
        json_reader_string(r, 2 * (size_t)VOCAB_MAX_PIECE, "a token in quotes", err);

    if (st != CT_OK)
        return st;
    if (!json_reader_take(r, ':'))
        return json_reader_expected(r, "a colon", err);
    entry->name = r->name;
    entry->size = r->name_size;
    return take_id(r, &entry->id, err);
}

enum ct_status json_ids_read(const char *text, size_t begin, size_t end,
                             enum ct_status (*put)(void *context, const struct named_id *entry,
                                                   struct ct_error *err),
                             void *context, struct ct_error *err)
{
    struct json_reader r;
    struct named_id entry;
    enum ct_status st = CT_OK;

    r.text = text;
    r.size = end;
    r.at = begin;
    if (!json_reader_take(&r, '{'))
        return json_reader_expected(&r, "{\"token\": id, ...}", err);
    if (!json_reader_take(&r, '}')) {
        do {
            st = take_entry(&r, &entry, err);
            if (st == CT_OK)
                st = put(context, &entry, err);
            if (st != CT_OK)
                return st;
        } while (json_reader_take(&r, ','));
        if (!json_reader_take(&r, '}'))
            return json_reader_expected(&r, "a comma or a closing brace", err);
    }
    return r.at == end ? CT_OK : json_reader_expected(&r, "the end of the file", err);
}
